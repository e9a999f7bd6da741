"""DATABASE_URL: the usual URLs are accepted, and get a driver that supports asyncio."""

from collections.abc import Callable

import cast_service.app.database
import movie_service.app.database
import pytest
from sqlalchemy import URL

URLS = {
    "sqlite:///casts.db": "sqlite+aiosqlite:///casts.db",
    "sqlite:////tmp/casts.db": "sqlite+aiosqlite:////tmp/casts.db",
    "sqlite+aiosqlite:///casts.db": "sqlite+aiosqlite:///casts.db",
    "postgres://me:p%40ss@host/db": "postgresql+asyncpg://me:p%40ss@host/db",
    "postgresql://me@host:5433/db": "postgresql+asyncpg://me@host:5433/db",
    "postgresql://me@host/db?sslmode=require": "postgresql+asyncpg://me@host/db?ssl=require",
    "postgresql+asyncpg://me@host/db?ssl=require": "postgresql+asyncpg://me@host/db?ssl=require",
    "postgresql+psycopg://me@host/db?sslmode=require": (
        "postgresql+psycopg://me@host/db?sslmode=require"
    ),
}


@pytest.mark.parametrize(
    "database_url",
    [cast_service.app.database.database_url, movie_service.app.database.database_url],
    ids=["casts", "movies"],
)
@pytest.mark.parametrize(("given", "used"), URLS.items())
def test_a_url_gets_a_driver_that_supports_asyncio(
    database_url: Callable[[str], URL], given: str, used: str
) -> None:
    assert database_url(given).render_as_string(hide_password=False) == used
