"""SIGTERM: shut down first, then do what the signal would have done without us. [I/O]

Lambda sends it before it ends an environment, but only where an extension is registered
(docs.aws.amazon.com/lambda/latest/dg/lambda-runtime-environment.html).
"""

import os
import signal
import threading
from collections.abc import Callable


class Sigterm:
    """Watches for the signal from the main thread, where alone Python delivers it.

    `busy` says whether something runs that must not be interrupted; whoever ends it calls
    `act_if_pending`.
    """

    def __init__(self, busy: Callable[[], bool], shutdown: Callable[[], None]) -> None:
        self._busy = busy
        self._shutdown = shutdown
        self.pending = False

    def watch(self) -> None:
        """Handle the signal from now on; not in other threads, and not twice."""
        if threading.current_thread() is not threading.main_thread():
            return
        if signal.getsignal(signal.SIGTERM) != self._arrived:
            self._previous = signal.signal(signal.SIGTERM, self._arrived)

    def _arrived(self, number: int, frame: object) -> None:
        # Between any two bytecodes of the main thread, maybe inside the loop: never run it here.
        signal.signal(signal.SIGTERM, self._previous or signal.SIG_DFL)
        self.pending = True
        if not self._busy():
            self.act_if_pending()

    def act_if_pending(self) -> None:
        """Shut down and pass the signal on, if it came meanwhile."""
        if self.pending:
            self.pending = False
            self._shutdown()
            os.kill(os.getpid(), signal.SIGTERM)  # to whoever handled it before us
