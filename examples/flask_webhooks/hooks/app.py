"""The Flask app. It does not depend on Lambda: hooks/function.py and hooks/wsgi.py serve it."""

from collections.abc import Callable
from typing import Any

from flask import Flask, request

from hooks.database import Database
from hooks.kinds import find_challenge
from hooks.listing import create_listing
from hooks.verification import verify_webhooks
from lambda_adapters.webhooks import Delivery, delivery_of


def create_app(database: Database, accept: Callable[[Delivery], object] | None = None) -> Flask:
    """The app. `accept` is called with each verified delivery; by default it is stored at once.

    The sender gets a success only after `accept` has returned. If `accept` raises, the sender gets
    a 500 and tries again.
    """
    app = Flask(__name__)
    app.register_blueprint(create_listing(database))
    accept = accept or database.add

    @app.post("/stripe")
    @app.post("/github")
    def accept_delivery() -> tuple[str, int]:
        accept(delivery_of(request.environ))
        return "", 202

    @app.post("/slack")
    def accept_slack_delivery() -> tuple[str, int] | dict[str, Any]:
        delivery = delivery_of(request.environ)
        challenge = find_challenge(delivery)
        if challenge is not None:
            return {"challenge": challenge}
        accept(delivery)
        return "", 202

    app.wsgi_app = verify_webhooks(app.wsgi_app)  # type: ignore[method-assign]
    return app
