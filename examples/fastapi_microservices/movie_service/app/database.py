"""The database that DATABASE_URL names. The default is a SQLite file."""

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
    """The base class of the service's tables."""


def engine_from_environment() -> AsyncEngine:
    """The engine. It opens its first connection when it is used."""
    url = database_url(os.environ.get("DATABASE_URL") or "sqlite:///movies.db")
    # Lambda can freeze an environment for minutes between two events, and the database then closes
    # idle connections. So test a connection before it is used.
    return create_async_engine(url, pool_pre_ping=True)


def database_url(text: str) -> URL:
    """The URL with a driver that supports asyncio. Providers give URLs without a driver."""
    url = make_url(text)
    url = url.set(drivername=_ASYNC_DRIVERS.get(url.drivername, url.drivername))
    if url.drivername == "postgresql+asyncpg" and "sslmode" in url.query:
        # libpq calls this option sslmode, asyncpg calls it ssl.
        ssl = url.query["sslmode"]
        url = url.difference_update_query(["sslmode"]).update_query_dict({"ssl": ssl})
    return url


async def create_tables(engine: AsyncEngine) -> None:
    """Create the tables that are missing. If tables change, use a migration tool: Alembic."""
    async with engine.begin() as connection:
        await connection.run_sync(Base.metadata.create_all)
