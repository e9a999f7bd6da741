"""Every front as a fixture, and warnings of frameworks that the tests ignore."""

import pytest

from tests.frameworks.fronts import FRONTS, FrontCase

pytest.register_assert_rewrite("tests.frameworks.scenario", "tests.frameworks.scenario_files")

IGNORED_WARNINGS = [
    # Django's FileResponse, which also serves static files, is a synchronous iterator. Django's
    # ASGI handler must read it as a whole. https://code.djangoproject.com/ticket/33735
    "ignore:StreamingHttpResponse must consume synchronous iterators:Warning:django",
]


def pytest_configure(config: pytest.Config) -> None:
    for line in IGNORED_WARNINGS:
        config.addinivalue_line("filterwarnings", line)


@pytest.fixture(params=FRONTS, ids=lambda front: front.name)
def front(request: pytest.FixtureRequest) -> FrontCase:
    """Every front with its settings."""
    case: FrontCase = request.param
    return case
