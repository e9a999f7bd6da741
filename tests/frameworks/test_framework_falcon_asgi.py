"""Falcon as an ASGI app: every scenario through every front."""

from collections.abc import AsyncIterator, Callable
from typing import Any

import falcon
from falcon.asgi import App, Request, Response

from asgi_lambda import Adapter
from tests.frameworks import contract, falcon_site
from tests.frameworks.fronts import FrontCase
from tests.frameworks.scenario import Scenario, for_every_scenario


async def chunks() -> AsyncIterator[bytes]:
    for chunk in contract.chunks():
        yield chunk


class Page:
    def __init__(self, view: Callable[..., None]) -> None:
        self._view = view

    async def on_get(self, req: Request, resp: Response) -> None:
        self._view(req, resp)

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
        fields: dict[str, Any] = {}
        async for part in await req.get_media():
            if part.name == "file":
                data = await part.get_data()
                fields |= {"name": part.filename, "media_type": part.content_type, "data": data}
            else:
                fields[part.name] = await part.get_text()
        resp.media = contract.upload_reply(**fields)


class Download:
    async def on_get(self, req: Request, resp: Response) -> None:
        resp.content_type = "application/octet-stream"
        resp.downloadable_as = contract.DOWNLOAD_NAME
        resp.set_stream(chunks(), 256)

    on_head = on_get


class Stream:
    async def on_get(self, req: Request, resp: Response) -> None:
        resp.content_type = "application/octet-stream"
        resp.stream = chunks()


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
for template, view in falcon_site.PAGES.items():
    app.add_route(template, Page(view))
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


@for_every_scenario()
def test_every_scenario_works_with_falcon_asgi(front: FrontCase, scenario: Scenario) -> None:
    with front.client(HANDLER) as client:
        scenario(client, front)
