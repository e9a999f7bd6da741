"""The documentation pages and their "try it out", with and without a stage."""

from typing import Any

import pytest

from lambda_adapters.local import Client


@pytest.fixture(params=["casts", "movies"])
def name(request: pytest.FixtureRequest) -> str:
    service: str = request.param
    return service


@pytest.fixture
def service(name: str, casts: Client, movies: Client) -> Client:
    return {"casts": casts, "movies": movies}[name]


def root_of(front: dict[str, Any]) -> str:
    return f"/{front['stage']}" if "stage" in front else ""


def test_the_page_names_the_address_of_its_description(
    name: str, service: Client, front: dict[str, Any]
) -> None:
    page = service.get(f"/api/v1/{name}/docs")
    content_type = page.headers["content-type"].lower()  # OpenWhisk writes it its own way
    assert (page.status_code, content_type) == (200, "text/html; charset=utf-8")
    assert f"url: '{root_of(front)}/api/v1/{name}/openapi.json'" in page.text


def test_try_it_out_reaches_the_service(name: str, service: Client, front: dict[str, Any]) -> None:
    root = root_of(front)
    description = service.get(f"/api/v1/{name}/openapi.json").json()
    assert description.get("servers") == ([{"url": root}] if root else None)
    assert f"/api/v1/{name}/" in description["paths"]
    # The page sends requests to the server's URL plus the path.
    reply = service.get(f"https://testserver{root}/api/v1/{name}/")
    assert (reply.status_code, reply.json()) == (200, [])
