"""Who may send what, and how a delivery that comes twice is known.

Secrets come from the environment, two per sender while one is being replaced. One that is missing
stops the app from starting: an unverified webhook is a stranger's.
"""

import os

from lambda_adapters.protocols.wsgi import App
from lambda_adapters.webhooks import GitHub, Slack, Stripe, WsgiWebhooks, env, once
from lambda_adapters.webhooks.stores import DynamoDBStore, SQLiteStore, Store


def verified(app: App) -> WsgiWebhooks:
    """The app behind its senders' signatures. Raises ConfigurationError for a missing secret."""
    senders = {
        "/stripe": Stripe(env("STRIPE_SECRET", "STRIPE_SECRET_OLD")),
        "/github": GitHub(env("GITHUB_SECRET", "GITHUB_SECRET_OLD")),
        "/slack": Slack(env("SLACK_SECRET", "SLACK_SECRET_OLD")),
    }
    return WsgiWebhooks(app, senders, once=once(store_from_environment()))


def store_from_environment() -> Store:
    """The DynamoDB table that DELIVERIES_TABLE names; without one a file, for one machine."""
    table = os.environ.get("DELIVERIES_TABLE")
    if table:
        return DynamoDBStore(table)
    return SQLiteStore(os.environ.get("DELIVERIES_FILE") or "deliveries.db")
