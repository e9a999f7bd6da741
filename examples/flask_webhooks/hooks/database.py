"""The database that DATABASE_URL names. The default is a SQLite file."""

import os
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from hashlib import sha256

from sqlalchemy import URL, LargeBinary, create_engine, func, make_url, select
from sqlalchemy.exc import DBAPIError, IntegrityError
from sqlalchemy.orm import Session

from hooks.kinds import kind_of
from hooks.models import Base, StoredDelivery
from lambda_adapters.webhooks import Delivery

PREVIEW_SIZE = 1_000  # bytes of a body that are listed, because whole bodies could be 50 MB
PAGE_SIZE = 50  # deliveries that are listed at a time


@dataclass(slots=True, frozen=True)
class ListedDelivery:
    """A delivery as it is listed. `size` is in bytes, `received` is in UTC."""

    number: int
    sender: str
    id: str
    kind: str
    received: datetime
    size: int
    preview: str


def url_from_environment() -> URL:
    """The URL of the database for deliveries."""
    return database_url(os.environ.get("DATABASE_URL") or "sqlite:///hooks.db")


def database_url(text: str) -> URL:
    """The URL with psycopg 3 as the driver. Providers give PostgreSQL URLs without a driver."""
    url = make_url(text)
    if url.drivername in ("postgres", "postgresql"):
        return url.set(drivername="postgresql+psycopg")
    return url


class Database:
    """The stored deliveries, each stored once."""

    def __init__(self, url: URL) -> None:
        # Lambda can freeze an environment for minutes between two events, and the database then
        # closes idle connections. So test a connection before it is used.
        self.engine = create_engine(url, pool_pre_ping=True)
        self._has_tables = False

    def add(self, delivery: Delivery) -> None:
        """Store a delivery if it is not stored. Raises SQLAlchemyError if the database is down."""
        key = sha256(delivery.key.encode()).hexdigest()
        row = StoredDelivery(
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
            # A check before the insert would not help: two at the same time would both pass it.
            with self._session() as session:
                if (
                    session.scalar(select(StoredDelivery.number).where(StoredDelivery.key == key))
                    is None
                ):
                    raise

    def list_newest(
        self,
        *,
        before: int | None = None,
        sender: str | None = None,
        delivery_id: str | None = None,
    ) -> Sequence[ListedDelivery]:
        """At most PAGE_SIZE deliveries, newest first. The arguments are filters."""
        preview = func.substr(StoredDelivery.body, 1, PREVIEW_SIZE, type_=LargeBinary)
        size = func.length(StoredDelivery.body)
        columns = (
            StoredDelivery.number,
            StoredDelivery.sender,
            StoredDelivery.delivery_id,
            StoredDelivery.kind,
        )
        query = select(*columns, StoredDelivery.received_at, size, preview)
        if before is not None:
            query = query.where(StoredDelivery.number < before)
        if sender is not None:
            query = query.where(StoredDelivery.sender == sender)
        if delivery_id is not None:
            query = query.where(StoredDelivery.delivery_id == delivery_id)
        query = query.order_by(StoredDelivery.number.desc()).limit(PAGE_SIZE)
        with self._session() as session:
            return [_listed_from_row(*row) for row in session.execute(query)]

    def close(self) -> None:
        """Close the connections; the next use opens new ones."""
        self.engine.dispose()

    def _session(self) -> Session:
        """A session. The tables are created if necessary; if they change, use Alembic."""
        # Not at the start: if the database is down, the function must start anyway, because some
        # requests do not need the database.
        if not self._has_tables:
            try:
                Base.metadata.create_all(self.engine)
            except DBAPIError:
                # Another process may have created them after this one checked.
                Base.metadata.create_all(self.engine)
            self._has_tables = True
        return Session(self.engine)


def _listed_from_row(
    number: int, sender: str, id: str, kind: str, received: datetime, size: int, preview: bytes
) -> ListedDelivery:
    # SQLite does not store the zone. PostgreSQL returns the connection's zone.
    received = received.astimezone(UTC) if received.tzinfo else received.replace(tzinfo=UTC)
    text = bytes(preview).decode("utf-8", "replace")
    return ListedDelivery(number, sender, id, kind, received, size, text)
