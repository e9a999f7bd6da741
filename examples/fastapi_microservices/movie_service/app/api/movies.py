"""The routes under /api/v1/movies."""

from collections.abc import AsyncIterator
from typing import Annotated

from fastapi import APIRouter, Depends, HTTPException, Request
from sqlalchemy.ext.asyncio import AsyncSession

from movie_service.app.api import db_manager
from movie_service.app.api.cast_service import CastService, CastServiceDown
from movie_service.app.api.models import Movie
from movie_service.app.api.schemas import Id, MovieIn, MovieOut

router = APIRouter()


async def open_session(request: Request) -> AsyncIterator[AsyncSession]:
    """A database session for one request."""
    async with request.state.sessions() as session:
        yield session


Session = Annotated[AsyncSession, Depends(open_session)]


async def find_movie(movie_id: Id, session: Session) -> Movie:
    """The movie with the id in the path. Raises a 404 if there is none."""
    movie = await db_manager.get_movie(session, movie_id)
    if movie is None:
        raise HTTPException(404, f"There is no movie with the id {movie_id}.")
    return movie


FoundMovie = Annotated[Movie, Depends(find_movie)]


async def check_casts(movie: MovieIn, request: Request) -> MovieIn:
    """The movie in the body. Raises a 422 for an unknown cast, a 503 without the cast service."""
    cast_service: CastService = request.state.cast_service
    try:
        unknown = await cast_service.find_unknown(movie.cast_ids)
    except CastServiceDown as error:
        raise HTTPException(503, str(error)) from error
    if unknown is not None:
        raise HTTPException(422, f"There is no cast with the id {unknown}.")
    return movie


CheckedMovie = Annotated[MovieIn, Depends(check_casts)]


@router.post("/", response_model=MovieOut, status_code=201)
async def create_movie(movie: CheckedMovie, session: Session) -> Movie:
    return await db_manager.add_movie(session, movie)


@router.get("/", response_model=list[MovieOut])
async def list_movies(session: Session) -> list[Movie]:
    return await db_manager.get_movies(session)


@router.get("/{movie_id}/", response_model=MovieOut)
async def get_movie(movie: FoundMovie) -> Movie:
    return movie


@router.put("/{movie_id}/", response_model=MovieOut)
async def replace_movie(found: FoundMovie, movie: CheckedMovie, session: Session) -> Movie:
    return await db_manager.replace_movie(session, found, movie)


@router.delete("/{movie_id}/", status_code=204)
async def delete_movie(movie: FoundMovie, session: Session) -> None:
    await db_manager.delete_movie(session, movie)
