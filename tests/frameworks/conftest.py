"""Shows what was compared where a scenario fails, and lets what frameworks warn of be."""

import pytest

from tests.frameworks.fronts import FRONTS, Played

pytest.register_assert_rewrite("scenario", "scenario_files")

FRAMEWORKS_WARNINGS = [
    # Django's FileResponse, and with it its static files, is a synchronous iterator, which its own
    # ASGI handler can only read as a whole. https://code.djangoproject.com/ticket/33735
    "ignore:StreamingHttpResponse must consume synchronous iterators:Warning:django",
]


def pytest_configure(config: pytest.Config) -> None:
    for line in FRAMEWORKS_WARNINGS:
        config.addinivalue_line("filterwarnings", line)


@pytest.fixture(params=FRONTS, ids=lambda front: front.name)
def front(request: pytest.FixtureRequest) -> Played:
    """Every front with its settings."""
    chosen: Played = request.param
    return chosen
