"""Litestar: every scenario through every front."""

from collections.abc import AsyncIterator
from typing import Any
from urllib.parse import urlsplit

from litestar import (
    HttpMethod,
    Litestar,
    MediaType,
    Request,
    Response,
    Router,
    asgi,
    get,
    post,
    route,
)
from litestar.datastructures import Cookie
from litestar.exceptions import NotFoundException
from litestar.middleware.session.server_side import ServerSideSessionConfig
from litestar.response import File, Redirect, Stream
from litestar.static_files import create_static_files_router
from starlette.responses import PlainTextResponse

from asgi_lambda import Adapter
from tests.frameworks import contract
from tests.frameworks.fronts import FrontCase
from tests.frameworks.scenario import (
    Scenario,
    an_unchanged_static_file_gives_304,
    for_every_scenario,
)

AnyRequest = Request[Any, Any, Any]


@post("/login")
async def login(request: AnyRequest) -> Redirect:
    request.session["name"] = (await request.form())["name"]
    return Redirect(request.url_for("me"), status_code=303)


@post("/logout", status_code=204)
async def logout(request: AnyRequest) -> None:
    request.clear_session()


@get("/me", name="me")
async def me(request: AnyRequest) -> dict[str, Any]:
    return {"name": request.session.get("name")}


@post("/upload", status_code=200)
async def upload(request: AnyRequest) -> dict[str, Any]:
    form = await request.form()
    file = form["file"]
    return contract.upload_reply(file.filename, file.content_type, await file.read(), form["note"])


@route("/download", http_method=[HttpMethod.GET, HttpMethod.HEAD], status_code=200)
async def download() -> File:
    return File(
        contract.BYTES_FILE,
        filename=contract.DOWNLOAD_NAME,
        media_type="application/octet-stream",
        content_disposition_type="attachment",
    )


@get("/stream")
async def stream() -> Stream:
    async def chunks() -> AsyncIterator[bytes]:
        for chunk in contract.chunks():
            yield chunk

    return Stream(chunks(), media_type="application/octet-stream")


@get("/go/relative", status_code=302)
async def relative(request: AnyRequest) -> Redirect:
    return Redirect(urlsplit(request.url_for("me")).path)


@get("/go/absolute", status_code=302)
async def absolute(request: AnyRequest) -> Redirect:
    return Redirect(request.url_for("me"))


@get("/go/asset", status_code=302)
async def asset(request: AnyRequest) -> Redirect:
    return Redirect(request.url_for("static", file_path="style.css"))


@post("/form", status_code=200)
async def form(request: AnyRequest) -> dict[str, Any]:
    form = await request.form()
    return {key: form.getall(key) for key in form}


@post("/json")
async def json(request: AnyRequest) -> dict[str, Any]:
    return {"got": await request.json()}


@get("/path/{rest:path}")
async def path(request: AnyRequest) -> dict[str, Any]:
    rest = request.path_params["rest"].removeprefix("/")  # Litestar adds the slash
    raw_path = request.scope["raw_path"].decode()
    return {"rest": rest, "raw_path": raw_path, "url": str(request.url)}


@route("/query", http_method=[HttpMethod.GET, HttpMethod.HEAD], status_code=200)
async def query(request: AnyRequest) -> dict[str, Any]:
    return {key: request.query_params.getall(key) for key in request.query_params}


@get("/url")
async def url(request: AnyRequest) -> dict[str, Any]:
    return {"url": str(request.url)}


@get("/set-cookies")
async def set_cookies() -> Response[None]:
    return Response(None, cookies=[Cookie(n, value=v, **more) for n, v, more in contract.COOKIES])


@get("/cookies")
async def cookies(request: AnyRequest) -> dict[str, str]:
    return request.cookies


@get("/boom")
async def boom() -> None:
    raise contract.ViewError("a secret")


def not_found(request: AnyRequest, error: Exception) -> Response[str]:
    return Response(contract.NOT_FOUND, status_code=404, media_type=MediaType.TEXT)


@get("/", name="root")
async def sub_root(request: AnyRequest) -> dict[str, Any]:
    return {"url": str(request.url), "link": request.url_for("hello", person="é")}


@get("/hello/{person:str}", name="hello")
async def hello(request: AnyRequest) -> dict[str, Any]:
    return {"hello": request.path_params["person"], "url": str(request.url)}


@get("/up", status_code=302)
async def up(request: AnyRequest) -> Redirect:
    return Redirect(request.url_for("root"))


sessions = ServerSideSessionConfig(secure=True, exclude=["cookies$"])
app = Litestar(
    [
        login, logout, me, upload, download, stream, relative, absolute, asset, form, json, path,
        query, url, set_cookies, cookies, boom,
        create_static_files_router("/static", [contract.STATIC], name="static"),
        Router("/sub", route_handlers=[sub_root, hello, up]),
    ],
    middleware=[sessions.middleware],
    exception_handlers={NotFoundException: not_found},
    logging_config=None,  # pytest configures logging
)  # fmt: skip
HANDLER = Adapter(app)


@for_every_scenario(without=[an_unchanged_static_file_gives_304])  # Litestar always sends the file
def test_every_scenario_works_with_litestar(front: FrontCase, scenario: Scenario) -> None:
    with front.client(HANDLER) as client:
        scenario(client, front)


def test_an_app_mounted_in_litestar_gets_its_requests(front: FrontCase) -> None:
    async def other_app(scope: Any, receive: Any, send: Any) -> None:
        response = PlainTextResponse(scope["path"].rstrip("/"))  # Litestar may add one
        await response(scope, receive, send)

    handler = Adapter(
        Litestar([asgi("/other", is_mount=True, copy_scope=True)(other_app)], logging_config=None)
    )

    with front.client(handler) as client:
        assert client.get("/other/a/b").text == "/a/b"
        assert client.get("/another").status_code == 404
