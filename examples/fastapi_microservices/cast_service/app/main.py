"""The cast service's app: `uvicorn cast_service.app.main:app`."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import TypedDict

from fastapi import FastAPI
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker

from cast_service.app.api.casts import router
from cast_service.app.database import create_tables, engine_from_environment


class State(TypedDict):
    """What every request finds in `request.state`."""

    sessions: async_sessionmaker[AsyncSession]


@asynccontextmanager
async def lifespan(app: FastAPI) -> AsyncIterator[State]:
    """Once per process, and on Lambda once per environment: open the database, close it."""
    engine = engine_from_environment()
    try:
        await create_tables(engine)
        yield {"sessions": async_sessionmaker(engine, expire_on_commit=False)}
    finally:
        await engine.dispose()


app = FastAPI(
    title="Cast service",
    lifespan=lifespan,
    # Under the service's own prefix, so that a gateway can send it everything by one pattern.
    docs_url="/api/v1/casts/docs",
    openapi_url="/api/v1/casts/openapi.json",
    redoc_url=None,
    swagger_ui_oauth2_redirect_url=None,
)
app.include_router(router, prefix="/api/v1/casts", tags=["casts"])
