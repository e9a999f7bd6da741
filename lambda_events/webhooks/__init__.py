"""Webhooks that can be trusted: verified, done once, worked on later."""

from lambda_events.webhooks.delivery import Delivery, delivery_of
from lambda_events.webhooks.function import Webhooks
from lambda_events.webhooks.github import GitHub
from lambda_events.webhooks.later import later
from lambda_events.webhooks.once import once
from lambda_events.webhooks.secrets import cached, env
from lambda_events.webhooks.slack import Slack
from lambda_events.webhooks.standard import StandardWebhooks, Svix
from lambda_events.webhooks.stripe import Stripe
from lambda_events.webhooks.twilio import Twilio

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
