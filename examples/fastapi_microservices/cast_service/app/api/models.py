"""The tables of the database."""

from sqlalchemy import String
from sqlalchemy.orm import Mapped, mapped_column

from cast_service.app.database import Base


class Cast(Base):
    __tablename__ = "casts"

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(String(200))
    nationality: Mapped[str | None] = mapped_column(String(100))
