"""Django in a subprocess: requests without a Host header, and the request_finished signal."""

import json
import subprocess
import sys
from typing import Any

import pytest

from tests.event_builders import BUILDERS, health_check, without_headers

SCRIPT = """
import json, sys
from django.conf import settings
settings.configure(ROOT_URLCONF=__name__, ALLOWED_HOSTS=["*"], DEBUG=False)
import django
django.setup()
from django.core.signals import request_finished
from django.core.wsgi import get_wsgi_application
from django.http import HttpResponse, StreamingHttpResponse
from django.urls import path
from wsgi_lambda import Adapter

def host(request):
    return HttpResponse(request.build_absolute_uri(), content_type="text/plain")

def stream(request):
    return StreamingHttpResponse(["one ", "two"], content_type="text/plain")

urlpatterns = [path("", host), path("health", host), path("stream", stream)]
finished = []
listener = lambda **about: finished.append(about)
request_finished.connect(listener)
handler = Adapter(get_wsgi_application())
answers = [[r["statusCode"], r["body"]] for r in map(handler, json.load(sys.stdin))]
print(json.dumps([answers, len(finished)]))
"""


def serve_with_django(events: list[Any]) -> Any:
    """[status, body] of each event, and the number of request_finished signals."""
    command = [sys.executable, "-c", SCRIPT]
    result = subprocess.run(
        command, input=json.dumps(events), capture_output=True, text=True, timeout=60, check=False
    )
    if result.returncode:
        pytest.fail(result.stderr)
    return json.loads(result.stdout)


def test_django_serves_requests_without_a_host_and_sends_request_finished_for_each() -> None:
    requests_without_host = [
        without_headers(build(), "host", "x-forwarded-port") for build in BUILDERS.values()
    ]
    health_checks = [health_check(), health_check(multi=True)]
    streams = [build("/stream") for build in BUILDERS.values()]
    answers, finished = serve_with_django(requests_without_host + health_checks + streams)
    api = "https://k3jq9x2b7d.execute-api.eu-west-1.amazonaws.com"
    url = "https://w4nmd7yq2fzs3k5h.lambda-url.eu-west-1.on.aws"
    assert answers == [
        [200, f"{api}/prod/"],
        [200, f"{api}/"],
        [200, f"{api}/"],
        [200, f"{url}/"],
        [200, "https://localhost/"],
        [200, "https://localhost/"],
        [200, "http://localhost/health"],
        [200, "http://localhost/health"],
        *[[200, "one two"]] * len(BUILDERS),
    ]
    assert finished == len(answers)
