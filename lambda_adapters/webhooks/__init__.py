"""Webhooks that can be trusted: verified, done once, worked on later."""

from lambda_adapters.webhooks.delivery import Delivery, delivery_of
from lambda_adapters.webhooks.function_webhooks import Webhooks
from lambda_adapters.webhooks.later import later
from lambda_adapters.webhooks.once import once
from lambda_adapters.webhooks.secret_cache import cached
from lambda_adapters.webhooks.secrets import env
from lambda_adapters.webhooks.senders import GitHub, Slack, StandardWebhooks, Stripe, Svix, Twilio

__all__ = [
    "Delivery",
    "GitHub",
    "Slack",
    "StandardWebhooks",
    "Stripe",
    "Svix",
    "Twilio",
    "Webhooks",
    "cached",
    "delivery_of",
    "env",
    "later",
    "once",
]
