"""Run a WSGI app on AWS Lambda: `handler = Adapter(app)`."""

from typing import TYPE_CHECKING

from wsgi_lambda.adapter import Adapter

__all__ = ["Adapter", "Router"]

if TYPE_CHECKING:
    from lambda_adapters.routing.router import Router
else:
    from lambda_adapters.lazy_names import lazy_names

    __getattr__, __dir__ = lazy_names("wsgi_lambda", {"lambda_adapters.routing.router": ["Router"]})
