"""Which senders may send to which path, and how repeated deliveries are recognized.

The secrets are in the environment, two per sender while one is being replaced. The app does not
start without a secret, because it could not verify that sender's webhooks.
"""

import os

from lambda_adapters.protocols.wsgi import App
from lambda_adapters.webhooks import GitHub, Slack, Stripe, WsgiWebhooks, env, once
from lambda_adapters.webhooks.stores import DynamoDBStore, SQLiteStore, Store


def verify_webhooks(app: App) -> WsgiWebhooks:
    """Wrap the app so that it only gets signed webhooks. ConfigurationError without a secret."""
    senders = {
        "/stripe": Stripe(env("STRIPE_SECRET", "STRIPE_SECRET_OLD")),
        "/github": GitHub(env("GITHUB_SECRET", "GITHUB_SECRET_OLD")),
        "/slack": Slack(env("SLACK_SECRET", "SLACK_SECRET_OLD")),
    }
    return WsgiWebhooks(app, senders, once=once(store_from_environment()))


def store_from_environment() -> Store:
    """The DynamoDB table that DELIVERIES_TABLE names. Without it a file, for one machine."""
    table = os.environ.get("DELIVERIES_TABLE")
    if table:
        return DynamoDBStore(table)
    return SQLiteStore(os.environ.get("DELIVERIES_FILE") or "deliveries.db")
