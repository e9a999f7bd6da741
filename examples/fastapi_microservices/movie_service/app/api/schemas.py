"""The JSON that clients send and get."""

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

Id = Annotated[int, Field(ge=1, le=2**31 - 1)]  # PostgreSQL's INTEGER


class MovieIn(BaseModel):
    name: str = Field(min_length=1, max_length=200, examples=["Seven Samurai"])
    plot: str = Field(default="", examples=["A village hires seven samurai against bandits."])
    genres: list[str] = Field(default=[], examples=[["adventure", "drama"]])
    cast_ids: list[Id] = Field(
        default=[], max_length=50
    )  # one request to the cast service for each


class MovieOut(MovieIn):
    model_config = ConfigDict(from_attributes=True)

    id: Id
