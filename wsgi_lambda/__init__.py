"""Run a WSGI app on AWS Lambda: `handler = Adapter(app)`."""

from lambda_adapters.routing.router import Router
from wsgi_lambda.adapter import Adapter

__all__ = ["Adapter", "Router"]
