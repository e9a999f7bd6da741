"""The cast service's app: `uvicorn cast_service.app.main:app`."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import TypedDict

from fastapi import FastAPI
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker

from cast_service.app.api.casts import router
from cast_service.app.database import create_tables, engine_from_environment


class State(TypedDict):
    """The attributes of `request.state`."""

    sessions: async_sessionmaker[AsyncSession]


@asynccontextmanager
async def lifespan(app: FastAPI) -> AsyncIterator[State]:
    """Open the database once per process, on Lambda once per environment, and close it."""
    engine = engine_from_environment()
    try:
        await create_tables(engine)
        yield {"sessions": async_sessionmaker(engine, expire_on_commit=False)}
    finally:
        await engine.dispose()


app = FastAPI(
    title="Cast service",
    lifespan=lifespan,
    # Below the service's prefix, so that one pattern of a gateway matches these paths too.
    docs_url="/api/v1/casts/docs",
    openapi_url="/api/v1/casts/openapi.json",
    redoc_url=None,
    swagger_ui_oauth2_redirect_url=None,
)
app.include_router(router, prefix="/api/v1/casts", tags=["casts"])
