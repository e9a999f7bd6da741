"""Reads and writes movies in the database."""

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from movie_service.app.api.models import Movie
from movie_service.app.api.schemas import MovieIn


async def add_movie(session: AsyncSession, movie: MovieIn) -> Movie:
    added = Movie(**movie.model_dump())
    session.add(added)
    await session.commit()
    return added


async def get_movies(session: AsyncSession) -> list[Movie]:
    return list(await session.scalars(select(Movie).order_by(Movie.id)))


async def get_movie(session: AsyncSession, movie_id: int) -> Movie | None:
    return await session.get(Movie, movie_id)


async def replace_movie(session: AsyncSession, found: Movie, movie: MovieIn) -> Movie:
    for name, value in movie.model_dump().items():
        setattr(found, name, value)
    await session.commit()
    return found


async def delete_movie(session: AsyncSession, movie: Movie) -> None:
    await session.delete(movie)
    await session.commit()
