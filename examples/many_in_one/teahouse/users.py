"""Users, a FastAPI app under /users: `Handler: teahouse.users.handler`."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import TypedDict

from fastapi import FastAPI, HTTPException, Request
from pydantic import BaseModel

from asgi_lambda import Adapter


class User(BaseModel):
    id: int
    name: str


class State(TypedDict):
    """The attributes of `request.state`."""

    users: dict[int, User]


@asynccontextmanager
async def lifespan(app: FastAPI) -> AsyncIterator[State]:
    """Runs once per environment, at the first request for /users. Open your database here."""
    yield {"users": {1: User(id=1, name="Zoë"), 2: User(id=2, name="Tariq")}}


app = FastAPI(
    title="Users",
    lifespan=lifespan,
    docs_url="/users/docs",
    openapi_url="/users/openapi.json",
    redoc_url=None,
    swagger_ui_oauth2_redirect_url=None,
)


@app.get("/users")
async def list_users(request: Request) -> list[User]:
    return list(request.state.users.values())


@app.get("/users/{user_id}")
async def get_user(user_id: int, request: Request) -> User:
    user: User | None = request.state.users.get(user_id)
    if user is None:
        raise HTTPException(404, f"There is no user with the id {user_id}.")
    return user


handler = Adapter(app)
