"""The FastAPI, Starlette and Flask apps of the long-life test."""

import os
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from typing import Annotated

import flask
from fastapi import BackgroundTasks, Depends, FastAPI, Request
from starlette.applications import Starlette
from starlette.background import BackgroundTask
from starlette.middleware import Middleware
from starlette.middleware.base import BaseHTTPMiddleware, RequestResponseEndpoint
from starlette.requests import Request as StarletteRequest
from starlette.responses import PlainTextResponse, Response, StreamingResponse
from starlette.routing import Route

from tests.long_life.mixed_apps import barrier, echo, shutdowns, startups


class BackgroundWork:
    """Counts the background work that was done."""

    count = 0

    @classmethod
    def add(cls) -> None:
        cls.count += 1

    @classmethod
    async def add_later(cls) -> None:
        cls.count += 1


@asynccontextmanager
async def lifespan(app: FastAPI) -> AsyncIterator[dict[str, str]]:
    startups.append(os.getpid())
    yield {"greeting": "hello"}
    shutdowns.append(os.getpid())


fastapi_app = FastAPI(lifespan=lifespan)
Number = Annotated[str, "the number in the path"]


def connection() -> Iterator[str]:
    yield "open"


@fastapi_app.get("/sync/{number}")
def sync(request: Request, number: Number) -> Response:
    return PlainTextResponse(echo(request.url.path))


@fastapi_app.get("/waits_at_the_barrier/{number}")
def waits_at_the_barrier(request: Request, number: Number) -> Response:
    barrier.wait()
    return PlainTextResponse(echo(request.url.path))


@fastapi_app.post("/reads/{number}")
async def reads(request: Request, number: Number) -> Response:
    assert request.state.greeting == "hello"
    return PlainTextResponse(echo(request.url.path, await request.body()))


@fastapi_app.get("/depends/{number}")
def depends(request: Request, number: Number, is_open: str = Depends(connection)) -> Response:
    assert is_open == "open"
    return PlainTextResponse(echo(request.url.path))


@fastapi_app.get("/runs_background_tasks/{number}")
async def runs_background_tasks(
    request: Request, number: Number, tasks: BackgroundTasks
) -> Response:
    tasks.add_task(BackgroundWork.add)
    tasks.add_task(BackgroundWork.add_later)
    return PlainTextResponse(echo(request.url.path), background=tasks)


@fastapi_app.get("/streams/{number}")
async def streams(request: Request, number: Number) -> Response:
    return StreamingResponse(iter([echo(request.url.path)]))


@fastapi_app.get("/raises/{number}")
def raises(number: Number) -> Response:
    raise ValueError(number)


async def _background_task(request: StarletteRequest) -> Response:
    return PlainTextResponse(echo(request.url.path), background=BackgroundTask(BackgroundWork.add))


def _sync(request: StarletteRequest) -> Response:
    return PlainTextResponse(echo(request.url.path))


async def _raises(request: StarletteRequest) -> Response:
    raise ValueError(request.url.path)


class PassThrough(BaseHTTPMiddleware):
    async def dispatch(
        self, request: StarletteRequest, call_next: RequestResponseEndpoint
    ) -> Response:
        return await call_next(request)


starlette_app = Starlette(
    routes=[
        Route("/runs_background_tasks/{number}", _background_task),
        Route("/sync/{number}", _sync),
        Route("/raises/{number}", _raises),
    ],
    middleware=[Middleware(PassThrough)],
)

flask_app = flask.Flask("long_life")


@flask_app.route("/reads/<number>", methods=["POST"])
def flask_reads(number: str) -> bytes:
    return echo(flask.request.path, flask.request.get_data())


@flask_app.get("/streams/<number>")
def flask_streams(number: str) -> flask.Response:
    def chunks() -> Iterator[bytes]:
        yield echo(flask.request.path)

    return flask.Response(flask.stream_with_context(chunks()))


@flask_app.get("/raises/<number>")
def flask_raises(number: str) -> bytes:
    raise ValueError(number)
