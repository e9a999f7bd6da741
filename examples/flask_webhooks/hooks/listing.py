"""The stored deliveries, newest first, as a page and as JSON."""

import hmac
import os
from typing import Any

from flask import Blueprint, Response, render_template, request, url_for

from hooks.database import PAGE_SIZE, Database, ListedDelivery

# The page shows text from other people. If any of it is not escaped, this makes it harmless.
_POLICY = "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'"


def create_listing(database: Database) -> Blueprint:
    """The page at / and the JSON at /deliveries. Both ask for PAGE_PASSWORD if it is set."""
    pages = Blueprint("listing", __name__, template_folder="pages")
    pages.before_request(_check_password)
    pages.after_request(_add_security_headers)

    def find_deliveries() -> tuple[list[ListedDelivery], str | None]:
        """The requested deliveries, and the URL of older ones."""
        arguments = request.args
        before = arguments.get("before", type=_parse_number)
        deliveries = database.list_newest(
            before=before, sender=arguments.get("sender"), delivery_id=arguments.get("id")
        )
        if len(deliveries) < PAGE_SIZE:
            return list(deliveries), None
        filters: dict[str, Any] = {
            name: arguments[name] for name in ("sender", "id") if name in arguments
        }
        older = url_for(request.endpoint or "", **filters, before=deliveries[-1].number)
        return list(deliveries), older

    @pages.get("/")
    def page() -> str:
        deliveries, older = find_deliveries()
        return render_template("list.html", deliveries=deliveries, older=older)

    @pages.get("/deliveries")
    def as_json() -> dict[str, Any]:
        deliveries, older = find_deliveries()
        return {"deliveries": [_json_fields(delivery) for delivery in deliveries], "older": older}

    return pages


def _parse_number(text: str) -> int:
    """The number of a row. Raises ValueError for other text, which Flask treats as no number."""
    number = int(text)
    if not 0 < number < 2**63:
        raise ValueError
    return number


def _json_fields(delivery: ListedDelivery) -> dict[str, Any]:
    return {
        "sender": delivery.sender,
        "id": delivery.id,
        "kind": delivery.kind,
        "received": delivery.received.isoformat(timespec="milliseconds"),
        "size": delivery.size,
    }


def _check_password() -> Response | None:
    """None if the password is right or not needed, else a 401."""
    password = os.environ.get("PAGE_PASSWORD")
    given = request.authorization.password if request.authorization else None
    if not password or hmac.compare_digest(password.encode(), (given or "").encode()):
        return None
    return Response("Unauthorized\n", 401, {"WWW-Authenticate": 'Basic realm="webhooks"'})


def _add_security_headers(response: Response) -> Response:
    response.headers["Cache-Control"] = "no-store"
    response.headers["Content-Security-Policy"] = _POLICY
    response.headers["X-Content-Type-Options"] = "nosniff"
    return response
