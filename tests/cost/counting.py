"""Count the function calls for one event, and the modules loaded for the first response."""

import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

from benchmarks import workloads

OWN = ("lambda_adapters", "asgi_lambda", "wsgi_lambda")
ROOT = Path(__file__).parents[2]
BEFORE = {"asgi": "import asyncio, awslambdaric.bootstrap", "wsgi": "import awslambdaric.bootstrap"}
"""The modules that a function has loaded before: AWS's runtime client, and asyncio with ASGI."""

FIRST_RESPONSE = """
import json, sys
{before}
before = set(sys.modules)
from {package} import Adapter

class Context:
    def get_remaining_time_in_millis(self):
        return 30_000

async def asgi(scope, receive, send):
    headers = [(b"content-type", b"text/plain")]
    await send({{"type": "http.response.start", "status": 200, "headers": headers}})
    await send({{"type": "http.response.body", "body": b"ok"}})

def wsgi(environ, start_response):
    start_response("200 OK", [("Content-Type", "text/plain")])
    return [b"ok"]

response = Adapter({protocol})(json.loads(sys.argv[1]), Context())
loaded = sorted(set(sys.modules) - before - {{"typing.io", "typing.re"}})  # 3.11 has these two
assert response["statusCode"] == 200
print(json.dumps(loaded))
"""


def count_own_calls(handler: Callable[[Any, Any], Any], event: Any) -> int:
    """The number of calls of this project's functions for one event. Comprehensions do not count,
    because they are functions only in Python 3.11."""
    calls = 0

    def profile(frame: Any, kind: str, _: object) -> None:
        nonlocal calls
        code = frame.f_code
        if kind == "call" and frame.f_globals.get("__name__", "").split(".")[0] in OWN:
            calls += not code.co_name.endswith("comp>")

    context = workloads.Context()
    handler(event, context)
    before = sys.getprofile()
    sys.setprofile(profile)
    try:
        handler(event, context)
    finally:
        sys.setprofile(before)
    return calls


def loaded_modules(protocol: str, event: Any) -> list[str]:
    """The modules that an import and the first response load in a new interpreter."""
    code = FIRST_RESPONSE.format(
        before=BEFORE[protocol], package=f"{protocol}_lambda", protocol=protocol
    )
    result = subprocess.run(
        [sys.executable, "-c", code, json.dumps(event)],
        capture_output=True,
        text=True,
        check=True,
        cwd=ROOT,
    )
    modules: list[str] = json.loads(result.stdout)
    return modules
