"""The tables of the database."""

from sqlalchemy import JSON, String
from sqlalchemy.orm import Mapped, mapped_column

from movie_service.app.database import Base


class Movie(Base):
    __tablename__ = "movies"

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(String(200))
    plot: Mapped[str]
    genres: Mapped[list[str]] = mapped_column(JSON)
    # No foreign key: casts are in another service, and perhaps in another database.
    cast_ids: Mapped[list[int]] = mapped_column(JSON)
