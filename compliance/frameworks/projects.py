"""The suites: where each comes from, which of its tests are run, and how.

Every version is the one that is installed here, so that what passes through Lambda is compared
with what the project's own tests use.
"""

from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path


@dataclass(slots=True, frozen=True)
class Framework:
    """`name` is the distribution's on PyPI. `folder` is where its suite is run, below the sdist's
    own. `command` follows the interpreter, `files` (patterns in that folder; none: all) follow it.
    `needs` are requirements of the suite itself. `left_out` says which of its tests are not run,
    and why."""

    name: str
    command: tuple[str, ...]
    needs: tuple[str, ...]
    folder: str = "."
    files: tuple[str, ...] = ()
    left_out: str = ""

    @property
    def version(self) -> str:
        """The version that is installed. Raises PackageNotFoundError."""
        return version(self.name)

    def cwd(self, sdist: Path) -> Path:
        """Where its command is run."""
        return sdist / self.folder


# A test that hangs is a failure of that test, not of the run.
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

_TRIO = "Tests that are repeated on trio: the adapter is for asyncio."

STARLETTE = Framework(
    "starlette",
    _PYTEST,
    ("starlette[full]", "httpx2[zstd]", "opentelemetry-sdk", "trio"),
    left_out=_TRIO,
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
    left_out=(
        f"{_TRIO} Whatever is about validation, dependencies, OpenAPI and telemetry, which no "
        "transport can change: it runs for many times as long. What is run are the tests of "
        "bodies, forms, files, headers, cookies, responses, streams, security schemes, routers, "
        "mounts and middleware."
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
    left_out="`test_serving.py`: it is about Werkzeug's own server.",
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
    left_out=(
        "Everything but `test_client`, `test_client_regress`, `view_tests`, `csrf_tests`, "
        "`sessions_tests`, `file_uploads` and `handlers`: the rest tests the ORM, forms and the "
        "admin."
    ),
)

FRAMEWORKS = {one.name: one for one in (STARLETTE, FASTAPI, FLASK, WERKZEUG, DJANGO)}
