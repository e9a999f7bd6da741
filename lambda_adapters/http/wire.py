"""A reply as a server sends it."""

from lambda_adapters.http.headers import remove_hop_by_hop
from lambda_adapters.http.messages import Reply


def wire_reply(reply: Reply, method: str) -> Reply:
    """Return the reply that a server sends to a request with this method: without hop-by-hop
    headers, with Content-Length, without a body where none is allowed (RFC 9110 §6.4.1)."""
    headers = list(remove_hop_by_hop(reply.headers))
    body = reply.body
    if method == "HEAD" or reply.status in (204, 304):
        body = b""
    else:
        headers.append(("content-length", str(len(body))))
    return Reply(reply.status, headers, body, reply.text, reply.reason)
