"""Django's error mails contain the environ; the filter of the security page hides the event."""

import re
import subprocess
import sys
from pathlib import Path

import pytest

PAGE = Path(__file__).parents[2] / "docs" / "security.md"
SITE = """
import sys, types
import django
from django.conf import settings

reporting = types.ModuleType("reporting")
sys.modules["reporting"] = reporting
settings.configure(
    ADMINS=[("admin", "admin@example.com")], ALLOWED_HOSTS=["*"], MIDDLEWARE=[],
    ROOT_URLCONF=__name__,
    EMAIL_BACKEND="django.core.mail.backends.locmem.EmailBackend", SECRET_KEY="made up",
    **({} if FILTER is None else {"DEFAULT_EXCEPTION_REPORTER_FILTER": "reporting.Filter"}),
)
django.setup()
if FILTER is not None:
    exec(FILTER, reporting.__dict__)

from django.core import mail
from django.core.wsgi import get_wsgi_application
from django.urls import path
from lambda_adapters.local import Client
from wsgi_lambda import Adapter

def fail(request):
    raise ValueError("on purpose")

urlpatterns = [path("", fail)]
mail.outbox = []
with Client(Adapter(get_wsgi_application()), "http-api") as client:
    client.get("/", headers={"cookie": "sessionid=s3cret"})
[sent] = mail.outbox
print("s3cret" in sent.body, "on purpose" in sent.body)
"""


@pytest.mark.parametrize("with_filter", [False, True])
def test_the_filter_of_the_security_page_hides_the_event(with_filter: bool) -> None:
    [code] = re.findall(r"```python\n(import re\n.*?)```", PAGE.read_text("utf-8"), re.DOTALL)
    program = f"FILTER = {code if with_filter else None!r}\n{SITE}"
    command = [sys.executable, "-W", "ignore", "-c", program]

    result = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)

    assert (result.returncode, result.stdout) == (0, f"{not with_filter} True\n"), result.stderr
