"""What both kinds of Falcon app share: the pages that read no body, and sessions.

Falcon has no URL builder, no sessions and no mounted apps. This site uses `root_path` and `prefix`,
a middleware with a signed cookie, and a sink instead.
"""

from typing import Any

import falcon
from itsdangerous import BadSignature, URLSafeSerializer

from tests.frameworks import contract


class CloseStreamMiddleware:
    """Closes the file that Falcon opens for a HEAD request to a static file and does not close."""

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
        req.context.initial_session = dict(req.context.session)

    def process_response(
        self, req: falcon.Request, resp: falcon.Response, resource: object, succeeded: bool
    ) -> None:
        session = req.context.session
        if session and session != req.context.initial_session:
            resp.set_cookie("session", self._serializer.dumps(session), path="/")
        elif not session and req.context.initial_session:
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
    for name, value, options in contract.COOKIES:
        attributes = {"secure": False, "http_only": False, **options}
        for attribute, falcon_attribute in (("httponly", "http_only"), ("samesite", "same_site")):
            if attribute in attributes:
                attributes[falcon_attribute] = attributes.pop(attribute)
        resp.set_cookie(name, value, **attributes)


def cookies(req: falcon.Request, resp: falcon.Response) -> None:
    resp.media = req.cookies


def boom(req: falcon.Request, resp: falcon.Response) -> None:
    raise contract.ViewError("a secret")


def sub(req: falcon.Request, resp: falcon.Response, **groups: Any) -> None:
    """The sink for all paths below `/sub`."""
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
MIDDLEWARE: list[Any] = [SessionMiddleware(), CloseStreamMiddleware()]
