"""The Flask app. It knows nothing of Lambda; `hooks/function.py` and `hooks/wsgi.py` serve it."""

from collections.abc import Callable
from typing import Any

from flask import Flask, request

from hooks.database import Database
from hooks.kinds import challenge_in
from hooks.listing import listing
from hooks.verified import verified
from lambda_adapters.webhooks import Delivery, delivery_of


def create_app(database: Database, take: Callable[[Delivery], object] | None = None) -> Flask:
    """The app; `take` gets each verified delivery, by default into the database at once.

    Only when `take` has returned is the delivery ours, and the sender told so. If it raises, the
    sender gets a 500 and tries again.
    """
    app = Flask(__name__)
    app.register_blueprint(listing(database))
    take = take or database.add

    @app.post("/stripe")
    @app.post("/github")
    def received() -> tuple[str, int]:
        take(delivery_of(request.environ))
        return "", 202

    @app.post("/slack")
    def slack() -> tuple[str, int] | dict[str, Any]:
        delivery = delivery_of(request.environ)
        challenge = challenge_in(delivery)
        if challenge is not None:
            return {"challenge": challenge}
        take(delivery)
        return "", 202

    app.wsgi_app = verified(app.wsgi_app)  # type: ignore[method-assign]
    return app
