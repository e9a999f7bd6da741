"""Function: a handler with the paths that lead to it, and one event at a time, as on Lambda."""

from collections.abc import Callable, Sequence

from lambda_adapters.http.messages import Reply
from lambda_adapters.invocation.handler import LambdaHandler
from lambda_adapters.local.context import LocalContext
from lambda_adapters.local.invocation import LocalInvocation
from lambda_adapters.local.routes import DEFAULT
from lambda_adapters.local.worker import Worker


class Function:
    """One function of the gateway: `Function(handler, ["/users", "/users/{proxy+}"], "users")`.

    Its handler is called in a thread of its own; further events wait their turn.
    """

    def __init__(
        self, handler: LambdaHandler, patterns: Sequence[str] = (DEFAULT,), name: str = "function"
    ) -> None:
        self.handler = handler
        self.patterns = tuple(patterns)
        self.name = name
        self._worker = Worker(name)

    @property
    def busy(self) -> bool:
        """Whether its thread is at work."""
        return self._worker.busy

    async def start(self) -> BaseException | None:
        """What Lambda's init does, where the handler has a `start`; returns what it raised."""
        return await self._worker.run(lambda: _run_caught(getattr(self.handler, "start", None)))

    async def stop(self) -> BaseException | None:
        """The end of the environment, where the handler has a `stop`; returns what it raised."""
        return await self._worker.run(lambda: _run_caught(getattr(self.handler, "stop", None)))

    async def call(
        self, invocation: LocalInvocation, seconds: float
    ) -> tuple[Reply, BaseException | None]:
        """The reply, and what the handler raised where it did; `seconds` is what it is told that
        it has."""

        def work() -> tuple[Reply, BaseException | None]:
            try:
                response = self.handler(invocation.event(), LocalContext(seconds, self.name))
                return invocation.reply(response), None
            except BaseException as error:  # SystemExit too fails an invocation
                return invocation.failed(), error

        return await self._worker.run(work)


def _run_caught(function: Callable[[], object] | None) -> BaseException | None:
    if not callable(function):
        return None
    try:
        function()
    except BaseException as error:
        return error
    return None
