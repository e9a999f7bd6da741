"""The movie service, called by a client through its handler, and its use of the cast service."""

import httpx
import pytest
from movie_service.app.main import create_app
from movie_service.function import handler

from asgi_lambda import Adapter
from lambda_adapters.local import Client

SAMURAI = {
    "name": "Seven Samurai",
    "plot": "A village hires seven samurai against bandits.",
    "genres": ["adventure", "drama"],
    "cast_ids": [1, 2],
}
RASHOMON = {"name": "Rashomon", "plot": "", "genres": [], "cast_ids": []}


def add_casts(casts: Client) -> None:
    for name in ("Toshiro Mifune", "Takashi Shimura"):
        casts.post("/api/v1/casts/", json={"name": name})


def test_movies_are_created_and_read_back(casts: Client, movies: Client) -> None:
    add_casts(casts)
    created = movies.post("/api/v1/movies/", json=SAMURAI)
    assert (created.status_code, created.json()) == (201, {"id": 1, **SAMURAI})
    movies.post("/api/v1/movies/", json={"name": "Rashomon"})
    assert movies.get("/api/v1/movies/2/").json() == {"id": 2, **RASHOMON}
    assert movies.get("/api/v1/movies/").json() == [{"id": 1, **SAMURAI}, {"id": 2, **RASHOMON}]


def test_a_movie_is_replaced_as_a_whole(casts: Client, movies: Client) -> None:
    add_casts(casts)
    movies.post("/api/v1/movies/", json=SAMURAI)
    replaced = movies.put("/api/v1/movies/1/", json={"name": "Rashomon"})
    assert (replaced.status_code, replaced.json()) == (200, {"id": 1, **RASHOMON})
    assert movies.get("/api/v1/movies/1/").json() == {"id": 1, **RASHOMON}


def test_a_deleted_movie_is_gone(movies: Client) -> None:
    movies.post("/api/v1/movies/", json=RASHOMON)
    deleted = movies.delete("/api/v1/movies/1/")
    assert (deleted.status_code, deleted.content) == (204, b"")
    missing = {"detail": "There is no movie with the id 1."}
    for reply in (
        movies.get("/api/v1/movies/1/"),
        movies.put("/api/v1/movies/1/", json=RASHOMON),
        movies.delete("/api/v1/movies/1/"),
    ):
        assert (reply.status_code, reply.json()) == (404, missing)


def test_a_movie_with_an_unknown_cast_is_refused(casts: Client, movies: Client) -> None:
    add_casts(casts)
    unknown = {"name": "Rashomon", "cast_ids": [1, 7]}
    movies.post("/api/v1/movies/", json=SAMURAI)
    for reply in (
        movies.post("/api/v1/movies/", json=unknown),
        movies.put("/api/v1/movies/1/", json=unknown),
    ):
        expected = {"detail": "There is no cast with the id 7."}
        assert (reply.status_code, reply.json()) == (422, expected)
    assert movies.get("/api/v1/movies/").json() == [{"id": 1, **SAMURAI}]


def test_a_movie_is_refused_while_the_cast_service_is_down(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv(
        "CAST_SERVICE_URL", "http://127.0.0.1:1/api/v1/casts"
    )  # no server listens there
    with Client(handler, "rest-api", stage="prod") as movies:
        reply = movies.post("/api/v1/movies/", json={"name": "Rashomon", "cast_ids": [1]})
        expected = {"detail": "The cast service cannot be reached. Try again later."}
        assert (reply.status_code, reply.json()) == (503, expected)
        assert movies.get("/api/v1/movies/").json() == []


def test_a_failing_cast_service_is_not_an_unknown_cast() -> None:
    failing = httpx.MockTransport(lambda request: httpx.Response(500))
    with Client(Adapter(create_app(failing)), "http-api") as movies:
        reply = movies.post("/api/v1/movies/", json={"name": "Rashomon", "cast_ids": [1]})
        expected = {"detail": "The cast service answered 500; expected 200 or 404."}
        assert (reply.status_code, reply.json()) == (503, expected)


def test_each_cast_is_requested_once() -> None:
    requested = []

    def answer(request: httpx.Request) -> httpx.Response:
        requested.append(str(request.url))
        return httpx.Response(200, json={})

    with Client(Adapter(create_app(httpx.MockTransport(answer))), "http-api") as movies:
        movies.post("/api/v1/movies/", json={"name": "Rashomon", "cast_ids": [2, 1, 2]})
    assert requested == [f"http://localhost:8000/api/v1/casts/{cast_id}/" for cast_id in (2, 1)]
