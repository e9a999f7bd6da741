"""The routes under /api/v1/casts."""

from collections.abc import AsyncIterator
from typing import Annotated

from fastapi import APIRouter, Depends, HTTPException, Request
from sqlalchemy.ext.asyncio import AsyncSession

from cast_service.app.api import db_manager
from cast_service.app.api.models import Cast
from cast_service.app.api.schemas import CastIn, CastOut, Id

router = APIRouter()


async def open_session(request: Request) -> AsyncIterator[AsyncSession]:
    """A database session for one request."""
    async with request.state.sessions() as session:
        yield session


Session = Annotated[AsyncSession, Depends(open_session)]


async def find_cast(cast_id: Id, session: Session) -> Cast:
    """The cast with the id in the path. Raises a 404 if there is none."""
    cast = await db_manager.get_cast(session, cast_id)
    if cast is None:
        raise HTTPException(404, f"There is no cast with the id {cast_id}.")
    return cast


FoundCast = Annotated[Cast, Depends(find_cast)]


@router.post("/", response_model=CastOut, status_code=201)
async def create_cast(cast: CastIn, session: Session) -> Cast:
    return await db_manager.add_cast(session, cast)


@router.get("/", response_model=list[CastOut])
async def list_casts(session: Session) -> list[Cast]:
    return await db_manager.get_casts(session)


@router.get("/{cast_id}/", response_model=CastOut)
async def get_cast(cast: FoundCast) -> Cast:
    return cast


@router.delete("/{cast_id}/", status_code=204)
async def delete_cast(cast: FoundCast, session: Session) -> None:
    await db_manager.delete_cast(session, cast)
