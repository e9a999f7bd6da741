"""What the database holds: one row for each delivery."""

from datetime import datetime

from sqlalchemy import DateTime, LargeBinary, String, UniqueConstraint
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column


class Base(DeclarativeBase):
    """What the tables inherit from."""


class Stored(Base):
    """A delivery as it came. The constraint is the last line of defence against storing one twice,
    behind whatever crashed."""

    __tablename__ = "deliveries"
    __table_args__ = (UniqueConstraint("sender", "delivery_id"),)

    number: Mapped[int] = mapped_column(primary_key=True)
    sender: Mapped[str] = mapped_column(String(50))
    delivery_id: Mapped[str] = mapped_column(String(200))
    kind: Mapped[str] = mapped_column(String(100))
    body: Mapped[bytes] = mapped_column(LargeBinary)
    received_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
