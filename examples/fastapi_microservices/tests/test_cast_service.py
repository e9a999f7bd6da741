"""The cast service, called by a client through its handler."""

from pathlib import Path

import pytest
from cast_service.function import handler

from lambda_adapters.local import Client

MIFUNE = {"name": "Toshiro Mifune", "nationality": "Japanese"}
HARA = {"name": "Setsuko Hara", "nationality": None}


def test_casts_are_created_and_read_back(casts: Client) -> None:
    created = casts.post("/api/v1/casts/", json=MIFUNE)
    assert (created.status_code, created.json()) == (201, {"id": 1, **MIFUNE})
    casts.post("/api/v1/casts/", json={"name": "Setsuko Hara"})
    assert casts.get("/api/v1/casts/2/").json() == {"id": 2, **HARA}
    assert casts.get("/api/v1/casts/").json() == [{"id": 1, **MIFUNE}, {"id": 2, **HARA}]


def test_a_name_outside_latin_1_survives(casts: Client) -> None:
    name = "三船 敏郎"
    casts.post("/api/v1/casts/", json={"name": name})
    assert casts.get("/api/v1/casts/1/").json() == {"id": 1, "name": name, "nationality": None}


def test_a_deleted_cast_is_gone(casts: Client) -> None:
    casts.post("/api/v1/casts/", json=MIFUNE)
    deleted = casts.delete("/api/v1/casts/1/")
    assert (deleted.status_code, deleted.content) == (204, b"")
    missing = {"detail": "There is no cast with the id 1."}
    for reply in (casts.get("/api/v1/casts/1/"), casts.delete("/api/v1/casts/1/")):
        assert (reply.status_code, reply.json()) == (404, missing)


@pytest.mark.parametrize("cast_id", ["0", "99999999999999999999", "one"])
def test_an_id_that_no_cast_can_have_is_refused(casts: Client, cast_id: str) -> None:
    assert casts.get(f"/api/v1/casts/{cast_id}/").status_code == 422


def test_a_cast_without_a_name_is_refused(casts: Client) -> None:
    assert casts.post("/api/v1/casts/", json={"name": ""}).status_code == 422
    assert casts.get("/api/v1/casts/").json() == []


def test_a_path_without_its_slash_is_redirected_below_the_stage(casts: Client) -> None:
    reply = casts.get("/api/v1/casts")
    expected = casts.base_url.join("api/v1/casts/")
    assert (reply.status_code, reply.headers["location"]) == (307, str(expected))


def test_the_database_is_opened_once_for_all_requests_and_again_after_a_stop(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    with Client(handler, "http-api") as casts:
        casts.post("/api/v1/casts/", json=MIFUNE)
        # A database that is opened after this line is another one.
        monkeypatch.setenv("DATABASE_URL", f"sqlite:///{tmp_path}/other.db")
        assert casts.get("/api/v1/casts/").json() == [{"id": 1, **MIFUNE}]
        handler.stop()
        assert casts.get("/api/v1/casts/").json() == []
