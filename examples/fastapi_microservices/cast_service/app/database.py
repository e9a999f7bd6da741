"""The database that DATABASE_URL names: a SQLite file unless it says otherwise."""

import os

from sqlalchemy import URL, make_url
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine
from sqlalchemy.orm import DeclarativeBase

_ASYNC_DRIVERS = {
    "sqlite": "sqlite+aiosqlite",
    "postgres": "postgresql+asyncpg",
    "postgresql": "postgresql+asyncpg",
}


class Base(DeclarativeBase):
    """What the service's tables inherit from."""


def engine_from_environment() -> AsyncEngine:
    """The engine; nothing is opened before it is first used."""
    url = database_url(os.environ.get("DATABASE_URL") or "sqlite:///casts.db")
    # An environment may have been frozen for minutes between two events, and a database closes
    # connections that it does not hear of: ask before use.
    return create_async_engine(url, pool_pre_ping=True)


def database_url(text: str) -> URL:
    """The URL with a driver that works under asyncio, as databases are rented without one."""
    url = make_url(text)
    url = url.set(drivername=_ASYNC_DRIVERS.get(url.drivername, url.drivername))
    if url.drivername == "postgresql+asyncpg" and "sslmode" in url.query:
        # libpq's word for it, which asyncpg calls ssl
        ssl = url.query["sslmode"]
        url = url.difference_update_query(["sslmode"]).update_query_dict({"ssl": ssl})
    return url


async def create_tables(engine: AsyncEngine) -> None:
    """Create the tables that are missing. Tables that change want a migration tool: Alembic."""
    async with engine.begin() as connection:
        await connection.run_sync(Base.metadata.create_all)
