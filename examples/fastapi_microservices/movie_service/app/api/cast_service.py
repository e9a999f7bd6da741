"""A client for the cast service, an HTTP API whose URL is in CAST_SERVICE_URL."""

import logging
import os
from collections.abc import Iterable

import httpx

logger = logging.getLogger(__name__)

DEFAULT_URL = "http://localhost:8000/api/v1/casts"


class CastServiceDown(Exception):
    """The cast service cannot be reached, or its reply is not the expected one."""


def client_from_environment(transport: httpx.AsyncBaseTransport | None = None) -> httpx.AsyncClient:
    """A client for the cast service. Open it once and close it at the end."""
    url = os.environ.get("CAST_SERVICE_URL") or DEFAULT_URL
    # Less than the function's timeout, so that a slow cast service gives a 503.
    return httpx.AsyncClient(base_url=url, transport=transport, timeout=5)


class CastService:
    def __init__(self, client: httpx.AsyncClient) -> None:
        self._client = client

    async def find_unknown(self, cast_ids: Iterable[int]) -> int | None:
        """The first id that no cast has, or None. Raises CastServiceDown."""
        for cast_id in dict.fromkeys(cast_ids):
            if not await self._exists(cast_id):
                return cast_id
        return None

    async def _exists(self, cast_id: int) -> bool:
        try:
            reply = await self._client.get(f"/{cast_id}/")
        except httpx.RequestError as error:
            logger.warning(
                "No answer from the cast service at %r: %r", self._client.base_url, error
            )
            raise CastServiceDown("The cast service cannot be reached. Try again later.") from error
        if reply.status_code not in (httpx.codes.OK, httpx.codes.NOT_FOUND):
            raise CastServiceDown(
                f"The cast service answered {reply.status_code}; expected 200 or 404."
            )
        return reply.status_code == httpx.codes.OK
