"""What both kinds of Falcon app share: the pages that read no body, and sessions.

Falcon has neither a builder of URLs, nor sessions, nor apps within apps: `root_path` and `prefix`
stand for the first, a middleware with a signed cookie for the second, a sink for the third.
"""

from typing import Any

import falcon
from itsdangerous import BadSignature, URLSafeSerializer

from tests.frameworks import contract


class ClosingMiddleware:
    """Closes the file that Falcon opens for a HEAD request of a static file and leaves open."""

    def process_response(
        self, req: falcon.Request, resp: falcon.Response, resource: object, succeeded: bool
    ) -> None:
        close = getattr(resp.stream, "close", None)
        if req.method == "HEAD" and close is not None:
            close()

    async def process_response_async(
        self, req: Any, resp: Any, resource: object, succeeded: bool
    ) -> None:
        if req.method == "HEAD" and hasattr(resp.stream, "close"):
            await resp.stream.close()


class SessionMiddleware:
    """A session in a signed cookie, as `req.context.session`."""

    def __init__(self) -> None:
        self._serializer = URLSafeSerializer(contract.SECRET)

    def process_request(self, req: falcon.Request, resp: falcon.Response) -> None:
        try:
            req.context.session = self._serializer.loads(req.cookies.get("session", ""))
        except BadSignature:
            req.context.session = {}
        req.context.was = dict(req.context.session)

    def process_response(
        self, req: falcon.Request, resp: falcon.Response, resource: object, succeeded: bool
    ) -> None:
        session = req.context.session
        if session and session != req.context.was:
            resp.set_cookie("session", self._serializer.dumps(session), path="/")
        elif not session and req.context.was:
            resp.unset_cookie("session", path="/")

    async def process_request_async(self, req: Any, resp: Any) -> None:
        self.process_request(req, resp)

    async def process_response_async(
        self, req: Any, resp: Any, resource: object, succeeded: bool
    ) -> None:
        self.process_response(req, resp, resource, succeeded)


def me(req: falcon.Request, resp: falcon.Response) -> None:
    resp.media = {"name": req.context.session.get("name")}


def relative(req: falcon.Request, resp: falcon.Response) -> None:
    raise falcon.HTTPFound(req.root_path + "/me")


def absolute(req: falcon.Request, resp: falcon.Response) -> None:
    raise falcon.HTTPFound(req.prefix + "/me")


def asset(req: falcon.Request, resp: falcon.Response) -> None:
    raise falcon.HTTPFound(req.prefix + "/static/style.css")


def query(req: falcon.Request, resp: falcon.Response) -> None:
    resp.media = {name: req.get_param_as_list(name) for name in req.params}


def url(req: falcon.Request, resp: falcon.Response) -> None:
    resp.media = {"url": req.url}


def set_cookies(req: falcon.Request, resp: falcon.Response) -> None:
    for name, value, given in contract.COOKIES:
        attributes = {"secure": False, "http_only": False, **given}
        for ours, falcons in (("httponly", "http_only"), ("samesite", "same_site")):
            if ours in attributes:
                attributes[falcons] = attributes.pop(ours)
        resp.set_cookie(name, value, **attributes)


def cookies(req: falcon.Request, resp: falcon.Response) -> None:
    resp.media = req.cookies


def boom(req: falcon.Request, resp: falcon.Response) -> None:
    raise contract.Broken("a secret")


def sub(req: falcon.Request, resp: falcon.Response, **groups: Any) -> None:
    """The sink: what is below `/sub`."""
    below = groups["below"]
    root = req.prefix + "/sub/"
    if below in (None, "/"):
        resp.media = {"url": req.url, "link": f"{root}hello/{falcon.uri.encode_value('é')}"}
    elif below == "/up":
        raise falcon.HTTPFound(root)
    else:
        resp.media = {"hello": below.removeprefix("/hello/"), "url": req.url}


def not_found(req: falcon.Request, resp: falcon.Response, error: Exception, params: Any) -> None:
    resp.status = 404
    resp.text = contract.NOT_FOUND


PAGES = {
    "/me": me,
    "/go/relative": relative,
    "/go/absolute": absolute,
    "/go/asset": asset,
    "/query": query,
    "/url": url,
    "/set-cookies": set_cookies,
    "/cookies": cookies,
    "/boom": boom,
}
SUB = "/sub(?P<below>/.*)?$"
MIDDLEWARE: list[Any] = [SessionMiddleware(), ClosingMiddleware()]
