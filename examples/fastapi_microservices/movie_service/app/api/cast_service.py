"""The cast service as the movie service sees it: an HTTP API whose address is CAST_SERVICE_URL."""

import logging
import os
from collections.abc import Iterable

import httpx

logger = logging.getLogger(__name__)

DEFAULT_URL = "http://localhost:8000/api/v1/casts"


class CastServiceDown(Exception):
    """The cast service cannot be reached, or does not answer as it should."""


def client_from_environment(transport: httpx.AsyncBaseTransport | None = None) -> httpx.AsyncClient:
    """The client for the cast service; to be opened once and closed at the end."""
    url = os.environ.get("CAST_SERVICE_URL") or DEFAULT_URL
    # Less than the function's own timeout, so that a slow cast service ends in a 503.
    return httpx.AsyncClient(base_url=url, transport=transport, timeout=5)


class CastService:
    def __init__(self, client: httpx.AsyncClient) -> None:
        self._client = client

    async def first_unknown(self, cast_ids: Iterable[int]) -> int | None:
        """The first id that no cast has; None where all are known. Raises CastServiceDown."""
        for cast_id in dict.fromkeys(cast_ids):
            if not await self._knows(cast_id):
                return cast_id
        return None

    async def _knows(self, cast_id: int) -> bool:
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
