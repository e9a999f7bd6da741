"""The suites: where each comes from, which of its tests are run, and how.

The version of a suite is the version of the framework that is installed with this project, so both
are tested with the same code.
"""

from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path


@dataclass(slots=True, frozen=True)
class Framework:
    """`name` is the distribution's name on PyPI. `command` is what follows the interpreter on the
    command line. `requirements` are the packages that the suite needs. `folder` is the folder of
    the sdist in which the suite runs. `files` are patterns of files in that folder, for a part of
    the suite. `not_run` says which tests are not run, and why."""

    name: str
    command: tuple[str, ...]
    requirements: tuple[str, ...]
    folder: str = "."
    files: tuple[str, ...] = ()
    not_run: str = ""

    @property
    def version(self) -> str:
        """The installed version. Raises PackageNotFoundError."""
        return version(self.name)

    def cwd(self, sdist: Path) -> Path:
        """The folder in which the command runs."""
        return sdist / self.folder


# The timeout lets a test that hangs fail, so that the run goes on.
_PYTEST = (
    "-m",
    "pytest",
    "-p",
    "compliance.frameworks.pytest_plugin",
    "-p",
    "no:randomly",
    "-q",
    "--timeout",
    "120",
)

_TRIO = "Tests that are repeated on trio: the adapter only supports asyncio."

STARLETTE = Framework(
    "starlette",
    _PYTEST,
    ("starlette[full]", "httpx2[zstd]", "opentelemetry-sdk", "trio"),
    not_run=_TRIO,
)

_FASTAPI_STEMS = (
    *("application", "custom_", "dependency_contextvars", "exception_handlers", "file_", "form"),
    *("multi", "openapi_servers", "path", "query", "repeated_cookie", "request_body", "response_"),
    *("router_", "security_api_key", "security_http", "sse", "starlette_", "stream_"),
    *("strict_content_type", "union_form", "upload_"),
)
_FASTAPI_TUTORIAL = (
    *("additional_status_codes", "advanced_middleware", "background_tasks", "behind_a_proxy"),
    *("bigger_applications", "body", "cookie_param*", "cors", "custom_response", "events"),
    *("handling_errors", "header_param*", "middleware", "path_params", "query_params"),
    *("request_files", "request_form*", "response_c*", "response_directly", "response_headers"),
    *("server_sent_events", "static_files", "stream_*", "sub_applications", "templates", "wsgi"),
)

FASTAPI = Framework(
    "fastapi",
    _PYTEST,
    (
        "a2wsgi",
        "dirty-equals",
        "email-validator",
        "flask",
        "httpx2",
        "inline-snapshot",
        "opentelemetry-sdk",
        "orjson",
        "pwdlib[argon2]",
        "pydantic-settings",
        "pyjwt",
        "pytest-xdist",
        "pyyaml",
        "sqlmodel",
        "strawberry-graphql",
        "trio",
        "typer",
        "ujson",
    ),
    files=(
        *(f"tests/test_{stem}*.py" for stem in _FASTAPI_STEMS),
        *(f"tests/test_tutorial/test_{stem}" for stem in _FASTAPI_TUTORIAL),
    ),
    not_run=(
        f"{_TRIO} Tests of validation, dependencies, OpenAPI and telemetry: no transport changes "
        "their result, and they take many times as long. The tests that do run are about bodies, "
        "forms, files, headers, cookies, responses, streams, security schemes, routers, mounts and "
        "middleware."
    ),
)

FLASK = Framework(
    "flask",
    _PYTEST,
    ("asgiref", "greenlet", "python-dotenv"),
)

WERKZEUG = Framework(
    "werkzeug",
    (*_PYTEST, "--ignore=tests/test_serving.py"),
    ("cffi", "cryptography", "ephemeral-port-reserve", "watchdog"),
    not_run="`test_serving.py`: it tests Werkzeug's own server.",
)

DJANGO = Framework(
    "django",
    (
        *("runtests.py", "--settings", "compliance.frameworks.django_settings", "--parallel", "1"),
        *("test_client", "test_client_regress", "view_tests", "csrf_tests"),
        *("sessions_tests", "file_uploads", "handlers"),
    ),
    ("argon2-cffi", "bcrypt", "docutils", "jinja2", "pillow", "pyyaml", "tzdata"),
    folder="tests",
    not_run=(
        "Everything except `test_client`, `test_client_regress`, `view_tests`, `csrf_tests`, "
        "`sessions_tests`, `file_uploads` and `handlers`: the rest tests the ORM, forms and the "
        "admin."
    ),
)

FRAMEWORKS = {
    framework.name: framework for framework in (STARLETTE, FASTAPI, FLASK, WERKZEUG, DJANGO)
}
