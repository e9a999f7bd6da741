"""Lambda on the developer's machine: a test client, a local gateway, a command line."""

from typing import TYPE_CHECKING

MISSING = "{} is not installed. Next: pip install 'lambda-adapters[local]'"
"""The message for a package of the extra `local` that is missing."""

__all__ = ["AsyncClient", "Client"]

if TYPE_CHECKING:
    from lambda_adapters.local.client import AsyncClient, Client
else:

    def __getattr__(name: str) -> object:
        """Load a public name when it is asked for (PEP 562): the command line needs neither."""
        if name not in __all__:
            raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
        try:
            from lambda_adapters.local import client
        except ModuleNotFoundError as error:
            if error.name != "httpx":
                raise
            raise ModuleNotFoundError(MISSING.format("httpx"), name="httpx") from error
        return getattr(client, name)

    def __dir__() -> list[str]:
        return sorted({*globals(), *__all__})
