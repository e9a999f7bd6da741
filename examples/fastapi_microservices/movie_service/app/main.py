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
    """The attributes of `request.state`."""

    sessions: async_sessionmaker[AsyncSession]
    cast_service: CastService


def create_app(cast_transport: httpx.AsyncBaseTransport | None = None) -> FastAPI:
    """Create the app. Tests pass a transport that replaces the network to the cast service."""

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[State]:
        """Open the database and the client once per process, on Lambda once per environment."""
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
        # Below the service's prefix, so that one pattern of a gateway matches these paths too.
        docs_url="/api/v1/movies/docs",
        openapi_url="/api/v1/movies/openapi.json",
        redoc_url=None,
        swagger_ui_oauth2_redirect_url=None,
    )
    app.include_router(router, prefix="/api/v1/movies", tags=["movies"])
    return app


app = create_app()
