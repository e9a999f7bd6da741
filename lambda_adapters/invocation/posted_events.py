"""PostedEvents: a source that POSTs events that are not HTTP to a path of the app, as JSON."""

import json
from typing import TYPE_CHECKING, Any

from lambda_adapters.errors import AppError, BadRequest, FailedStatus
from lambda_adapters.http.messages import Reply, Request, json_reply, text_reply
from lambda_adapters.http.urls import raw_path_from_decoded
from lambda_adapters.sources.source import LAMBDA_LIMIT, Event

if TYPE_CHECKING:
    from lambda_adapters.sources.front import Front


class PostedEvents:
    """The source for the option `events_path`. The JSON of a 2xx reply becomes the invocation's
    result; any other status fails the invocation."""

    name = "events"

    def __init__(self, path: str) -> None:
        self._path = path

    def matches(self, event: Any) -> bool:
        """Return False: an AppHandler sets this source itself."""
        return False

    def limit(self, event: Any) -> int:
        return LAMBDA_LIMIT

    def request_from_event(self, event: Any) -> Request:
        try:
            body = json.dumps(event).encode()
        except (RecursionError, TypeError, ValueError):
            raise BadRequest("The event cannot be written as JSON, so it was not POSTed.") from None
        headers = [("content-type", "application/json"), ("content-length", str(len(body)))]
        raw_path = raw_path_from_decoded(self._path)
        return Request("POST", path=self._path, raw_path=raw_path, headers=headers, body=body)

    def event_from_request(self, request: Request, front: "Front") -> Event:
        event: Event = json.loads(request.body)
        return event

    def response_from_reply(self, reply: Reply, event: Any) -> Any:
        if not 200 <= reply.status <= 299:
            raise FailedStatus(
                f"The app answered the event that was POSTed to {self._path} with {reply.status}; "
                "anything but 2xx fails the invocation, so that it is retried and counted.",
                reply.status,
            )
        if not reply.body:
            return None
        try:
            return json.loads(reply.body)
        except (ValueError, RecursionError):
            raise AppError(
                f"The app answered the event that was POSTed to {self._path} with a body that is "
                "not JSON; expected JSON, which becomes the invocation's result, or no body."
            ) from None

    def reply_from_response(self, response: Any, request: Request, front: "Front") -> Reply:
        return json_reply(200, json.dumps(response))

    def refusal(self) -> Reply:
        return text_reply(500, "Internal Server Error")
