"""What is stored, as a page for people and as JSON for programs, the newest first."""

import hmac
import os
from typing import Any

from flask import Blueprint, Response, render_template, request, url_for

from hooks.database import PAGE, Database, Listed

# Bodies are other people's words; should one ever get out of its box, it can do nothing.
_POLICY = "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'"


def listing(database: Database) -> Blueprint:
    """The page at / and its twin /deliveries; both ask for PAGE_PASSWORD where it is set."""
    pages = Blueprint("listing", __name__, template_folder="pages")
    pages.before_request(_refusal)
    pages.after_request(_guarded)

    def found() -> tuple[list[Listed], str | None]:
        """The deliveries that are asked for, and where the older ones are."""
        asked = request.args
        before = asked.get("before", type=_number)
        deliveries = database.newest(
            before=before, sender=asked.get("sender"), delivery_id=asked.get("id")
        )
        if len(deliveries) < PAGE:
            return list(deliveries), None
        others: dict[str, Any] = {name: asked[name] for name in ("sender", "id") if name in asked}
        older = url_for(request.endpoint or "", **others, before=deliveries[-1].number)
        return list(deliveries), older

    @pages.get("/")
    def page() -> str:
        deliveries, older = found()
        return render_template("list.html", deliveries=deliveries, older=older)

    @pages.get("/deliveries")
    def as_json() -> dict[str, Any]:
        deliveries, older = found()
        return {"deliveries": [_fields(delivery) for delivery in deliveries], "older": older}

    return pages


def _number(text: str) -> int:
    """A row's number; ValueError, which counts as none, for what no row can have."""
    number = int(text)
    if not 0 < number < 2**63:
        raise ValueError
    return number


def _fields(delivery: Listed) -> dict[str, Any]:
    return {
        "sender": delivery.sender,
        "id": delivery.id,
        "kind": delivery.kind,
        "received": delivery.received.isoformat(timespec="milliseconds"),
        "size": delivery.size,
    }


def _refusal() -> Response | None:
    """None for those who may look."""
    password = os.environ.get("PAGE_PASSWORD")
    given = request.authorization.password if request.authorization else None
    if not password or hmac.compare_digest(password.encode(), (given or "").encode()):
        return None
    return Response("Unauthorized\n", 401, {"WWW-Authenticate": 'Basic realm="webhooks"'})


def _guarded(response: Response) -> Response:
    response.headers["Cache-Control"] = "no-store"
    response.headers["Content-Security-Policy"] = _POLICY
    response.headers["X-Content-Type-Options"] = "nosniff"
    return response
