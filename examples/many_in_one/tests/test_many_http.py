"""The three apps through the one handler, and each as a separate function."""

import hashlib
import hmac
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from function import handler
from teahouse import hooks, orders, users

from lambda_adapters.local import EVERY_FRONT, Client

SECRET = "made up for this test"
# Not the one that spoils bytes: no signature could be verified.
FRONTS = {name: options for name, options in EVERY_FRONT.items() if name != "rest-api-text"}


@pytest.fixture(params=FRONTS.values(), ids=list(FRONTS))
def front(request: pytest.FixtureRequest) -> dict[str, Any]:
    options: dict[str, Any] = request.param
    return options


@pytest.fixture
def client(front: dict[str, Any]) -> Iterator[Client]:
    with Client(handler, **front) as client:
        yield client


def signature_of(body: bytes) -> str:
    return hmac.new(SECRET.encode(), body, hashlib.sha256).hexdigest()


def test_users_are_listed_and_found(client: Client) -> None:
    zoe, tariq = {"id": 1, "name": "Zoë"}, {"id": 2, "name": "Tariq"}
    assert client.get("/users").json() == [zoe, tariq]
    assert client.get("/users/2").json() == tariq
    missing = client.get("/users/3")
    expected = {"detail": "There is no user with the id 3."}
    assert (missing.status_code, missing.json()) == (404, expected)


def test_an_order_gets_its_price(client: Client) -> None:
    order = {"tea": "oolong", "grams": 100}
    reply = client.post("/orders/quotes", json=order)
    assert (reply.status_code, reply.json()) == (201, {"order": order, "cents": 1800})
    assert client.get("/orders/prices").json() == {"sencha": 12, "oolong": 18, "pu-erh": 25}


@pytest.mark.parametrize("order", [{"tea": "coffee", "grams": 100}, {"tea": "oolong", "grams": 9}])
def test_an_invalid_order_is_refused(client: Client, order: dict[str, Any]) -> None:
    assert client.post("/orders/quotes", json=order).status_code == 422


def test_a_signed_webhook_is_accepted_below_the_stage_and_the_prefix(
    client: Client, front: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HOOK_SECRET", SECRET)
    body = b'{"paid": "\xff\x00"}'  # the bytes are signed, so any bytes are valid
    reply = client.post(
        "/hooks/payments", content=body, headers={"x-signature": signature_of(body)}
    )
    root = "/prod" if "stage" in front else ""
    assert (reply.status_code, reply.json()) == (200, {"thanks": f"{root}/hooks/payments"})


@pytest.mark.parametrize("headers", [{}, {"x-signature": signature_of(b"another body")}])
def test_a_webhook_without_the_right_signature_is_refused(
    client: Client, headers: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HOOK_SECRET", SECRET)
    reply = client.post("/hooks/payments", content=b"{}", headers=headers)
    expected = {"error": "The signature is not that of this body."}
    assert (reply.status_code, reply.json()) == (403, expected)


@pytest.mark.parametrize("secret", [None, ""])
def test_without_a_secret_no_webhook_is_accepted(
    client: Client, secret: str | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("HOOK_SECRET", raising=False)
    if secret is not None:
        monkeypatch.setenv("HOOK_SECRET", secret)
    signed_with_nothing = hmac.new(b"", b"{}", hashlib.sha256).hexdigest()
    reply = client.post(
        "/hooks/payments", content=b"{}", headers={"x-signature": signed_with_nothing}
    )
    assert reply.status_code == 500


def test_a_path_without_a_target_is_the_routers_404(client: Client) -> None:
    reply = client.get("/cups")
    assert (reply.status_code, reply.json()) == (404, {"message": "Not Found"})


@pytest.mark.parametrize("name", ["users", "orders"])
def test_each_documentation_page_links_its_own_description(
    client: Client, front: dict[str, Any], name: str
) -> None:
    root = "/prod" if "stage" in front else ""
    assert f"url: '{root}/{name}/openapi.json'" in client.get(f"/{name}/docs").text
    assert client.get(f"/{name}/openapi.json").json()["info"]["title"] == name.capitalize()


def test_each_app_also_works_as_a_separate_function(
    front: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HOOK_SECRET", SECRET)
    with Client(users.handler, **front) as client:
        assert client.get("/users/1").json() == {"id": 1, "name": "Zoë"}
    with Client(orders.handler, **front) as client:
        assert client.get("/orders/prices").status_code == 200
    with Client(hooks.handler, **front) as client:
        reply = client.post("/payments", headers={"x-signature": signature_of(b"")})
        assert reply.status_code == 200


IMPORTED = """
import json, sys
from function import handler
handler.start()
before = sorted({"boto3", "fastapi", "flask", "pydantic"} & sys.modules.keys())
handler({"Records": [{"EventSource": "aws:sns", "Sns": {"Message": json.dumps(
    {"Event": "autoscaling:TEST_NOTIFICATION", "AutoScalingGroupName": "kettles"})}}]}, None)
after = sorted({"boto3", "fastapi", "flask", "pydantic"} & sys.modules.keys())
print(before, after)
"""


def test_a_trigger_imports_no_web_framework() -> None:
    program = subprocess.run(
        [sys.executable, "-c", IMPORTED],
        cwd=Path(__file__).parents[1],
        env={"PYTHONPATH": str(Path(__file__).parents[3])},
        capture_output=True,
        text=True,
        check=True,
    )
    assert program.stdout.splitlines()[-1] == "[] []"
