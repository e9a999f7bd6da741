"""Reads and writes casts in the database."""

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from cast_service.app.api.models import Cast
from cast_service.app.api.schemas import CastIn


async def add_cast(session: AsyncSession, cast: CastIn) -> Cast:
    added = Cast(**cast.model_dump())
    session.add(added)
    await session.commit()
    return added


async def get_casts(session: AsyncSession) -> list[Cast]:
    return list(await session.scalars(select(Cast).order_by(Cast.id)))


async def get_cast(session: AsyncSession, cast_id: int) -> Cast | None:
    return await session.get(Cast, cast_id)


async def delete_cast(session: AsyncSession, cast: Cast) -> None:
    await session.delete(cast)
    await session.commit()
