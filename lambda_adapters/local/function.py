"""Function: a handler with its path patterns. It gets one event at a time, as on Lambda."""

from collections.abc import Callable, Sequence

from lambda_adapters.http.messages import Reply
from lambda_adapters.invocation.handler import LambdaHandler
from lambda_adapters.local.context import LocalContext
from lambda_adapters.local.invocation import LocalInvocation
from lambda_adapters.local.routes import DEFAULT
from lambda_adapters.local.worker import Worker


class Function:
    """One function of the gateway: `Function(handler, ["/users", "/users/{proxy+}"], "users")`.

    The handler runs in its own thread; further events wait in a queue.
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
        """Whether the thread is running the handler."""
        return self._worker.busy

    async def start(self) -> BaseException | None:
        """Call the handler's `start`, as Lambda's init does. Return its exception or None."""
        return await self._worker.run(lambda: _call_and_catch(getattr(self.handler, "start", None)))

    async def stop(self) -> BaseException | None:
        """Call the handler's `stop`, as when Lambda shuts down. Return its exception or None."""
        return await self._worker.run(lambda: _call_and_catch(getattr(self.handler, "stop", None)))

    async def call(
        self, invocation: LocalInvocation, seconds: float
    ) -> tuple[Reply, BaseException | None]:
        """Call the handler. Return the reply, and the handler's exception or None. `seconds`: the
        remaining time in its context."""

        def work() -> tuple[Reply, BaseException | None]:
            try:
                response = self.handler(invocation.event(), LocalContext(seconds, self.name))
                return invocation.reply(response), None
            except BaseException as error:  # SystemExit fails an invocation too
                return invocation.failure_reply(), error

        return await self._worker.run(work)


def _call_and_catch(function: Callable[[], object] | None) -> BaseException | None:
    """Call a function, unless it is None, and return its exception or None."""
    if not callable(function):
        return None
    try:
        function()
    except BaseException as error:
        return error
    return None
