"""Run a WSGI app on AWS Lambda: `handler = Adapter(app)`."""

from wsgi_lambda.adapter import Adapter

__all__ = ["Adapter"]
