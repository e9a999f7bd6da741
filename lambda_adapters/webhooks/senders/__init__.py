"""Senders: one module each. Building one imports its library; importing this does not."""

from lambda_adapters.webhooks.senders.github import GitHub
from lambda_adapters.webhooks.senders.slack import Slack
from lambda_adapters.webhooks.senders.standard import StandardWebhooks, Svix
from lambda_adapters.webhooks.senders.stripe import Stripe
from lambda_adapters.webhooks.senders.twilio import Twilio

__all__ = ["GitHub", "Slack", "StandardWebhooks", "Stripe", "Svix", "Twilio"]
