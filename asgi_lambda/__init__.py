"""Run an ASGI app on AWS Lambda: `handler = Adapter(app)`."""

from asgi_lambda.adapter import Adapter

__all__ = ["Adapter"]
