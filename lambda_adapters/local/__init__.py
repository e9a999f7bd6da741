"""Run Lambda functions on your machine: a test client, a local gateway and a command line."""

from typing import TYPE_CHECKING

MISSING = "{} is not installed. Next: pip install 'lambda-adapters[local]'"
"""The message if a package of the extra `local` is not installed."""

__all__ = ["EVERY_FRONT", "AsyncClient", "Client"]

if TYPE_CHECKING:
    from lambda_adapters.local.client import AsyncClient, Client
    from lambda_adapters.local.fronts import EVERY_FRONT
else:

    def __getattr__(name: str) -> object:
        """Load a public name on first access (PEP 562): the command line needs none of them."""
        if name not in __all__:
            raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
        if name == "EVERY_FRONT":
            from lambda_adapters.local.fronts import EVERY_FRONT

            return EVERY_FRONT
        try:
            from lambda_adapters.local import client
        except ModuleNotFoundError as error:
            if error.name != "httpx":
                raise
            raise ModuleNotFoundError(MISSING.format("httpx"), name="httpx") from error
        return getattr(client, name)

    def __dir__() -> list[str]:
        return sorted({*globals(), *__all__})
