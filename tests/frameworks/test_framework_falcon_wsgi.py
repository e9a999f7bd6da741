"""Falcon as a WSGI app: every scenario through every front."""

from collections.abc import Callable
from typing import Any

import falcon

from tests.frameworks import contract, falcon_site
from tests.frameworks.fronts import FrontCase
from tests.frameworks.scenario import Scenario, for_every_scenario
from wsgi_lambda import Adapter


class Page:
    def __init__(self, view: Callable[..., None]) -> None:
        self._view = view

    def on_get(self, req: falcon.Request, resp: falcon.Response) -> None:
        self._view(req, resp)

    on_head = on_get


class Login:
    def on_post(self, req: falcon.Request, resp: falcon.Response) -> None:
        req.context.session["name"] = req.get_media()["name"]
        raise falcon.HTTPSeeOther(req.root_path + "/me")


class Logout:
    def on_post(self, req: falcon.Request, resp: falcon.Response) -> None:
        req.context.session.clear()
        resp.status = 204


class Upload:
    def on_post(self, req: falcon.Request, resp: falcon.Response) -> None:
        fields: dict[str, Any] = {}
        for part in req.get_media():
            if part.name == "file":
                fields |= {
                    "name": part.filename,
                    "media_type": part.content_type,
                    "data": part.get_data(),
                }
            else:
                fields[part.name] = part.get_text()
        resp.media = contract.upload_reply(**fields)


class Download:
    def on_get(self, req: falcon.Request, resp: falcon.Response) -> None:
        resp.content_type = "application/octet-stream"
        resp.downloadable_as = contract.DOWNLOAD_NAME
        resp.set_stream(contract.BYTES_FILE.open("rb"), 256)

    on_head = on_get


class Stream:
    def on_get(self, req: falcon.Request, resp: falcon.Response) -> None:
        resp.content_type = "application/octet-stream"
        resp.stream = contract.chunks()


class Form:
    def on_post(self, req: falcon.Request, resp: falcon.Response) -> None:
        form = req.get_media()
        resp.media = {k: v if isinstance(v, list) else [v] for k, v in form.items()}


class Json:
    def on_post(self, req: falcon.Request, resp: falcon.Response) -> None:
        resp.status = 201
        resp.media = {"got": req.get_media()}


class Path:
    def on_get(self, req: falcon.Request, resp: falcon.Response, rest: str) -> None:
        raw_path = req.env["RAW_URI"].partition("?")[0]
        resp.media = {"rest": rest, "raw_path": raw_path, "url": req.url}


app = falcon.App(middleware=falcon_site.MIDDLEWARE)
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
app.add_sink(falcon_site.sub, falcon_site.SUB)
app.add_error_handler(falcon.HTTPRouteNotFound, falcon_site.not_found)
HANDLER = Adapter(app)


@for_every_scenario()
def test_every_scenario_works_with_falcon_wsgi(front: FrontCase, scenario: Scenario) -> None:
    with front.client(HANDLER) as client:
        scenario(client, front)
