"""Falcon as an ASGI app through every front."""

from collections.abc import AsyncIterator, Callable
from typing import Any

import falcon
from falcon.asgi import App, Request, Response

from asgi_lambda import Adapter
from tests.frameworks import contract, falcon_site
from tests.frameworks.fronts import Played
from tests.frameworks.scenario import Scenario, scenarios


async def pieces() -> AsyncIterator[bytes]:
    for piece in contract.pieces():
        yield piece


class Page:
    def __init__(self, answer: Callable[..., None]) -> None:
        self._answer = answer

    async def on_get(self, req: Request, resp: Response) -> None:
        self._answer(req, resp)

    on_head = on_get


class Login:
    async def on_post(self, req: Request, resp: Response) -> None:
        req.context.session["name"] = (await req.get_media())["name"]
        raise falcon.HTTPSeeOther(req.root_path + "/me")


class Logout:
    async def on_post(self, req: Request, resp: Response) -> None:
        req.context.session.clear()
        resp.status = 204


class Upload:
    async def on_post(self, req: Request, resp: Response) -> None:
        found: dict[str, Any] = {}
        async for part in await req.get_media():
            if part.name == "file":
                data = await part.get_data()
                found |= {"name": part.filename, "kind": part.content_type, "data": data}
            else:
                found[part.name] = await part.get_text()
        resp.media = contract.uploaded(**found)


class Download:
    async def on_get(self, req: Request, resp: Response) -> None:
        resp.content_type = "application/octet-stream"
        resp.downloadable_as = contract.DOWNLOAD_NAME
        resp.set_stream(pieces(), 256)

    on_head = on_get


class Stream:
    async def on_get(self, req: Request, resp: Response) -> None:
        resp.content_type = "application/octet-stream"
        resp.stream = pieces()


class Form:
    async def on_post(self, req: Request, resp: Response) -> None:
        form = await req.get_media()
        resp.media = {k: v if isinstance(v, list) else [v] for k, v in form.items()}


class Json:
    async def on_post(self, req: Request, resp: Response) -> None:
        resp.status = 201
        resp.media = {"got": await req.get_media()}


class Path:
    async def on_get(self, req: Request, resp: Response, rest: str) -> None:
        raw_path = req.root_path + req.scope["raw_path"].decode()
        resp.media = {"rest": rest, "raw_path": raw_path, "url": req.url}


async def sub(req: Any, resp: Any, **groups: Any) -> None:
    falcon_site.sub(req, resp, **groups)


async def not_found(req: Request, resp: Response, error: Exception, params: Any) -> None:
    falcon_site.not_found(req, resp, error, params)


app = App(middleware=falcon_site.MIDDLEWARE)
for template, answer in falcon_site.PAGES.items():
    app.add_route(template, Page(answer))
app.add_route("/login", Login())
app.add_route("/logout", Logout())
app.add_route("/upload", Upload())
app.add_route("/download", Download())
app.add_route("/stream", Stream())
app.add_route("/form", Form())
app.add_route("/json", Json())
app.add_route("/path/{rest:path}", Path())
app.add_static_route("/static", contract.STATIC)
app.add_sink(sub, falcon_site.SUB)
app.add_error_handler(falcon.HTTPRouteNotFound, not_found)
HANDLER = Adapter(app, root_in_path=False)


@scenarios()
def test_falcon_asgi_serves_through_every_front(front: Played, scenario: Scenario) -> None:
    with front.client(HANDLER) as client:
        scenario(client, front)
