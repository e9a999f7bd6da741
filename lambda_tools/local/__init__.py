"""Lambda on the developer's machine: a test client here, and what `lambda-adapters serve` runs."""

try:
    import httpx  # noqa: F401 - only to say how to get it
except ModuleNotFoundError as error:
    from lambda_tools import MISSING

    raise ModuleNotFoundError(MISSING.format("httpx"), name="httpx") from error

from lambda_tools.local.client import AsyncClient, Client

__all__ = ["AsyncClient", "Client"]
