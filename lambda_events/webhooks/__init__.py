"""Webhooks that can be trusted: verified, done once, worked on later."""

from lambda_events.webhooks.delivery import Delivery, delivery_of
from lambda_events.webhooks.fetched import cached
from lambda_events.webhooks.function import Webhooks
from lambda_events.webhooks.later import later
from lambda_events.webhooks.once import once
from lambda_events.webhooks.secrets import env
from lambda_events.webhooks.senders import GitHub, Slack, StandardWebhooks, Stripe, Svix, Twilio

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
