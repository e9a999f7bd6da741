"""The database that DATABASE_URL names: a SQLite file unless it says otherwise."""

import os
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from hashlib import sha256

from sqlalchemy import URL, LargeBinary, create_engine, func, make_url, select
from sqlalchemy.exc import DBAPIError, IntegrityError
from sqlalchemy.orm import Session

from hooks.kinds import kind_of
from hooks.models import Base, Stored
from lambda_adapters.webhooks import Delivery

BEGINNING = 1_000  # bytes of a body that are listed: a page of whole bodies could be 50 MB
PAGE = 50  # deliveries listed at a time


@dataclass(slots=True, frozen=True)
class Listed:
    """A delivery as the lists show it; `size` in bytes, `received` in UTC."""

    number: int
    sender: str
    id: str
    kind: str
    received: datetime
    size: int
    beginning: str


def url_from_environment() -> URL:
    """Where the deliveries are stored."""
    return database_url(os.environ.get("DATABASE_URL") or "sqlite:///hooks.db")


def database_url(text: str) -> URL:
    """The URL with psycopg 3, as PostgreSQL databases are rented without a driver's name."""
    url = make_url(text)
    if url.drivername in ("postgres", "postgresql"):
        return url.set(drivername="postgresql+psycopg")
    return url


class Database:
    """Deliveries, each one once."""

    def __init__(self, url: URL) -> None:
        # An environment may have been frozen for minutes between two events, and a database closes
        # connections that it does not hear of: ask before use.
        self.engine = create_engine(url, pool_pre_ping=True)
        self._has_tables = False

    def add(self, delivery: Delivery) -> None:
        """Store it, unless it is stored. Raises SQLAlchemyError where the database is down."""
        key = sha256(delivery.key.encode()).hexdigest()
        row = Stored(
            key=key,
            sender=delivery.sender,
            delivery_id=delivery.id,
            kind=kind_of(delivery),
            body=delivery.body,
            received_at=datetime.now(UTC),
        )
        try:
            with self._session() as session, session.begin():
                session.add(row)
        except IntegrityError:
            # No look before the insert: of two at once, both would find nothing.
            with self._session() as session:
                if session.scalar(select(Stored.number).where(Stored.key == key)) is None:
                    raise

    def newest(
        self,
        *,
        before: int | None = None,
        sender: str | None = None,
        delivery_id: str | None = None,
    ) -> Sequence[Listed]:
        """The newest first, at most a page of them; `before` a number, or of one sender or id."""
        beginning = func.substr(Stored.body, 1, BEGINNING, type_=LargeBinary)
        size = func.length(Stored.body)
        columns = (Stored.number, Stored.sender, Stored.delivery_id, Stored.kind)
        query = select(*columns, Stored.received_at, size, beginning)
        if before is not None:
            query = query.where(Stored.number < before)
        if sender is not None:
            query = query.where(Stored.sender == sender)
        if delivery_id is not None:
            query = query.where(Stored.delivery_id == delivery_id)
        query = query.order_by(Stored.number.desc()).limit(PAGE)
        with self._session() as session:
            return [_listed(*row) for row in session.execute(query)]

    def close(self) -> None:
        """Close the connections; the next use opens new ones."""
        self.engine.dispose()

    def _session(self) -> Session:
        """Tables that change want a migration tool: Alembic."""
        # At first use: a database that is down must not keep the function from starting, because
        # then even what needs no database would fail.
        if not self._has_tables:
            try:
                Base.metadata.create_all(self.engine)
            except DBAPIError:
                # Another process may have made them between the look and the making.
                Base.metadata.create_all(self.engine)
            self._has_tables = True
        return Session(self.engine)


def _listed(
    number: int, sender: str, id: str, kind: str, received: datetime, size: int, beginning: bytes
) -> Listed:
    # SQLite forgets the zone, PostgreSQL answers in the connection's
    received = received.astimezone(UTC) if received.tzinfo else received.replace(tzinfo=UTC)
    text = bytes(beginning).decode("utf-8", "replace")
    return Listed(number, sender, id, kind, received, size, text)
