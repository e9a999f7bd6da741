"""For each test: a new database, and clients that simulate a front for the two handlers."""

import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from asgi_lambda import Adapter
from lambda_adapters.local import EVERY_FRONT, AsyncClient, Client

sys.path.insert(0, str(Path(__file__).parents[1]))

from cast_service.function import handler as cast_handler
from movie_service.app.main import create_app


class CastServiceTransport(httpx.AsyncBaseTransport):
    """Replaces the network between the services: it calls the handler of the cast service."""

    def __init__(self, stage: str) -> None:
        self._client = AsyncClient(cast_handler, "rest-api", stage=stage)

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        return await self._client.send(request, stream=True)

    async def aclose(self) -> None:
        await self._client.aclose()


@pytest.fixture(autouse=True)
def database(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("DATABASE_URL", f"sqlite:///{tmp_path}/example.db")


@pytest.fixture(params=EVERY_FRONT.values(), ids=list(EVERY_FRONT))
def front(request: pytest.FixtureRequest) -> dict[str, Any]:
    """The options of a Client for one front."""
    options: dict[str, Any] = request.param
    return options


@pytest.fixture
def casts(front: dict[str, Any]) -> Iterator[Client]:
    with Client(cast_handler, **front) as client:
        yield client


@pytest.fixture(params=["prod", ""], ids=["casts with a stage", "casts without a stage"])
def movies(
    front: dict[str, Any], request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Client]:
    stage: str = request.param
    api = f"https://api.example/{stage}".rstrip("/")
    monkeypatch.setenv("CAST_SERVICE_URL", f"{api}/api/v1/casts")
    with Client(Adapter(create_app(CastServiceTransport(stage))), **front) as client:
        yield client
