"""Run an ASGI app on AWS Lambda: `handler = Adapter(app)`."""

from asgi_lambda.adapter import Adapter
from lambda_adapters.routing.router import Router

__all__ = ["Adapter", "Router"]
