"""SIGTERM: shut down first, then pass the signal to the previous signal handler. [I/O]

Lambda sends it before it ends an environment, but only where an extension is registered
(docs.aws.amazon.com/lambda/latest/dg/lambda-runtime-environment.html).
"""

import os
import signal
import threading
from collections.abc import Callable


class Sigterm:
    """Handles the signal in the main thread, the only one to which Python delivers it.

    `is_busy` returns whether work is running that must not be interrupted. The caller then calls
    `act_if_pending` at the end of that work.
    """

    def __init__(self, is_busy: Callable[[], bool], shutdown: Callable[[], None]) -> None:
        self._is_busy = is_busy
        self._shutdown = shutdown
        self.pending = False

    def watch(self) -> None:
        """Install the signal handler, once. Does nothing outside the main thread."""
        if threading.current_thread() is not threading.main_thread():
            return
        if signal.getsignal(signal.SIGTERM) != self._handle_signal:
            self._previous = signal.signal(signal.SIGTERM, self._handle_signal)

    def _handle_signal(self, number: int, frame: object) -> None:
        # This may interrupt the main thread inside the event loop, so never run the loop here.
        signal.signal(signal.SIGTERM, self._previous or signal.SIG_DFL)
        self.pending = True
        if not self._is_busy():
            self.act_if_pending()

    def act_if_pending(self) -> None:
        """Shut down and pass the signal on, if it has arrived since the last call."""
        if self.pending:
            self.pending = False
            self._shutdown()
            os.kill(os.getpid(), signal.SIGTERM)  # to the previous handler
