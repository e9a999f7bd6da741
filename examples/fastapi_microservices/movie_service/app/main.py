"""The movie service's app: `uvicorn movie_service.app.main:app`."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import TypedDict

import httpx
from fastapi import FastAPI
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker

from movie_service.app.api.cast_service import CastService, client_from_environment
from movie_service.app.api.movies import router
from movie_service.app.database import create_tables, engine_from_environment


class State(TypedDict):
    """What every request finds in `request.state`."""

    sessions: async_sessionmaker[AsyncSession]
    cast_service: CastService


def create_app(cast_transport: httpx.AsyncBaseTransport | None = None) -> FastAPI:
    """The app. A test gives a transport that stands for the cast service; None is the network."""

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[State]:
        """Once per process, and on Lambda once per environment: open what requests share."""
        engine = engine_from_environment()
        try:
            await create_tables(engine)
            async with client_from_environment(cast_transport) as client:
                yield {
                    "sessions": async_sessionmaker(engine, expire_on_commit=False),
                    "cast_service": CastService(client),
                }
        finally:
            await engine.dispose()

    app = FastAPI(
        title="Movie service",
        lifespan=lifespan,
        # Under the service's own prefix, so that a gateway can send it everything by one pattern.
        docs_url="/api/v1/movies/docs",
        openapi_url="/api/v1/movies/openapi.json",
        redoc_url=None,
        swagger_ui_oauth2_redirect_url=None,
    )
    app.include_router(router, prefix="/api/v1/movies", tags=["movies"])
    return app


app = create_app()
