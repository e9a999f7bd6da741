"""The JSON that clients send and get."""

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

Id = Annotated[int, Field(ge=1, le=2**31 - 1)]  # PostgreSQL's INTEGER


class CastIn(BaseModel):
    name: str = Field(min_length=1, max_length=200, examples=["Toshiro Mifune"])
    nationality: str | None = Field(default=None, max_length=100, examples=["Japanese"])


class CastOut(CastIn):
    model_config = ConfigDict(from_attributes=True)

    id: Id
