"""Webhooks: verify each delivery, process it once, and optionally process it from a queue.

Public names are loaded on first access (PEP 562): a WSGI app loads no event loop, and a function
with one sender loads no other sender.
"""

from typing import TYPE_CHECKING

__all__ = [
    "AsgiWebhooks",
    "Delivery",
    "GitHub",
    "Slack",
    "StandardWebhooks",
    "Stripe",
    "Svix",
    "Twilio",
    "Webhooks",
    "WsgiWebhooks",
    "cached",
    "delivery_of",
    "env",
    "later",
    "once",
]

if TYPE_CHECKING:
    from lambda_adapters.webhooks.asgi_webhooks import AsgiWebhooks
    from lambda_adapters.webhooks.delivery import Delivery, delivery_of
    from lambda_adapters.webhooks.function_webhooks import Webhooks
    from lambda_adapters.webhooks.idempotency import once
    from lambda_adapters.webhooks.secret_cache import cached
    from lambda_adapters.webhooks.secrets import env
    from lambda_adapters.webhooks.senders.github import GitHub
    from lambda_adapters.webhooks.senders.slack import Slack
    from lambda_adapters.webhooks.senders.standard import StandardWebhooks, Svix
    from lambda_adapters.webhooks.senders.stripe import Stripe
    from lambda_adapters.webhooks.senders.twilio import Twilio
    from lambda_adapters.webhooks.work_queue import later
    from lambda_adapters.webhooks.wsgi_webhooks import WsgiWebhooks
else:
    from lambda_adapters.lazy_names import lazy_names

    __getattr__, __dir__ = lazy_names(
        __name__,
        {
            "lambda_adapters.webhooks.asgi_webhooks": ["AsgiWebhooks"],
            "lambda_adapters.webhooks.delivery": ["Delivery", "delivery_of"],
            "lambda_adapters.webhooks.function_webhooks": ["Webhooks"],
            "lambda_adapters.webhooks.idempotency": ["once"],
            "lambda_adapters.webhooks.secret_cache": ["cached"],
            "lambda_adapters.webhooks.secrets": ["env"],
            "lambda_adapters.webhooks.senders.github": ["GitHub"],
            "lambda_adapters.webhooks.senders.slack": ["Slack"],
            "lambda_adapters.webhooks.senders.standard": ["StandardWebhooks", "Svix"],
            "lambda_adapters.webhooks.senders.stripe": ["Stripe"],
            "lambda_adapters.webhooks.senders.twilio": ["Twilio"],
            "lambda_adapters.webhooks.work_queue": ["later"],
            "lambda_adapters.webhooks.wsgi_webhooks": ["WsgiWebhooks"],
        },
    )
