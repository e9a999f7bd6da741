"""A WSGI app's whole reply, collected before anything of it is sent."""

from lambda_adapters.http.messages import Headers, Reply
from lambda_adapters.protocols.wsgi import App, Conversation, Environ


class _Collecting(Conversation):
    """Keeps the reply."""

    def __init__(self) -> None:
        self._head = None
        self.reply = Reply()
        self.started = False
        self.complete = False
        self._chunks: list[bytes] = []

    def start(self, status: int, headers: Headers, reason: str = "") -> None:
        self.reply = Reply(status, headers, reason=reason)
        self.started = True

    def write(self, data: bytes) -> None:
        self._chunks.append(data)

    def end(self) -> None:
        self.reply.body = b"".join(self._chunks)
        self.complete = True


def collect_reply(app: App, environ: Environ) -> Reply:
    """What the app answers, under all rules of PEP 3333. AppError for what it does wrong, and
    from what it raises."""
    collecting = _Collecting()
    collecting.converse(app, environ)
    return collecting.reply
