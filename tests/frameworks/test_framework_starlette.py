"""Starlette: every scenario through every front."""

from collections.abc import AsyncIterator

from starlette.applications import Starlette
from starlette.datastructures import UploadFile
from starlette.middleware import Middleware
from starlette.middleware.sessions import SessionMiddleware
from starlette.requests import Request
from starlette.responses import (
    FileResponse,
    JSONResponse,
    PlainTextResponse,
    RedirectResponse,
    Response,
    StreamingResponse,
)
from starlette.routing import Mount, Route
from starlette.staticfiles import StaticFiles

from asgi_lambda import Adapter
from tests.frameworks import contract
from tests.frameworks.fronts import FrontCase
from tests.frameworks.scenario import Scenario, for_every_scenario


async def login(request: Request) -> Response:
    async with request.form() as form:
        request.session["name"] = form["name"]
    return RedirectResponse(request.url_for("me"), 303)


async def logout(request: Request) -> Response:
    request.session.clear()
    return Response(status_code=204)


async def me(request: Request) -> Response:
    return JSONResponse({"name": request.session.get("name")})


async def upload(request: Request) -> Response:
    async with request.form() as form:
        file = form["file"]
        assert isinstance(file, UploadFile)
        data = await file.read()
        return JSONResponse(
            contract.upload_reply(file.filename, file.content_type, data, form["note"])
        )


async def download(request: Request) -> Response:
    return FileResponse(contract.BYTES_FILE, filename=contract.DOWNLOAD_NAME)


async def stream(request: Request) -> Response:
    async def chunks() -> AsyncIterator[bytes]:
        for chunk in contract.chunks():
            yield chunk

    return StreamingResponse(chunks(), media_type="application/octet-stream")


async def relative(request: Request) -> Response:
    return RedirectResponse(request.url_for("me").path)


async def absolute(request: Request) -> Response:
    return RedirectResponse(request.url_for("me"))


async def asset(request: Request) -> Response:
    return RedirectResponse(request.url_for("static", path="style.css"))


async def form(request: Request) -> Response:
    async with request.form() as form:
        return JSONResponse({key: form.getlist(key) for key in form})


async def json(request: Request) -> Response:
    return JSONResponse({"got": await request.json()}, 201)


async def path(request: Request) -> Response:
    return JSONResponse(
        {
            "rest": request.path_params["rest"],
            "raw_path": request.scope["raw_path"].decode(),
            "url": str(request.url),
        }
    )


async def query(request: Request) -> Response:
    params = request.query_params
    return JSONResponse({key: params.getlist(key) for key in params})


async def url(request: Request) -> Response:
    return JSONResponse({"url": str(request.url)})


async def set_cookies(request: Request) -> Response:
    response = PlainTextResponse("")
    for name, value, attributes in contract.COOKIES:
        response.set_cookie(name, value, **attributes)
    return response


async def cookies(request: Request) -> Response:
    return JSONResponse(request.cookies)


async def boom(request: Request) -> Response:
    raise contract.ViewError("a secret")


async def not_found(request: Request, error: Exception) -> Response:
    return PlainTextResponse(contract.NOT_FOUND, 404)


async def sub_root(request: Request) -> Response:
    return JSONResponse({"url": str(request.url), "link": str(request.url_for("hello", name="é"))})


async def hello(request: Request) -> Response:
    return JSONResponse({"hello": request.path_params["name"], "url": str(request.url)})


async def up(request: Request) -> Response:
    return RedirectResponse(str(request.url_for("root")), 302)


mounted = Starlette(
    routes=[
        Route("/", sub_root, name="root"),
        Route("/hello/{name}", hello, name="hello"),
        Route("/up", up),
    ]
)
app = Starlette(
    routes=[
        Route("/login", login, methods=["POST"]),
        Route("/logout", logout, methods=["POST"]),
        Route("/me", me),
        Route("/upload", upload, methods=["POST"]),
        Route("/download", download),
        Route("/stream", stream),
        Route("/go/relative", relative),
        Route("/go/absolute", absolute),
        Route("/go/asset", asset),
        Route("/form", form, methods=["POST"]),
        Route("/json", json, methods=["POST"]),
        Route("/path/{rest:path}", path),
        Route("/query", query),
        Route("/url", url),
        Route("/set-cookies", set_cookies),
        Route("/cookies", cookies),
        Route("/boom", boom),
        Mount("/static", StaticFiles(directory=contract.STATIC), name="static"),
        Mount("/sub", mounted),
    ],
    middleware=[Middleware(SessionMiddleware, secret_key=contract.SECRET, https_only=True)],
    exception_handlers={404: not_found},
)
HANDLER = Adapter(app)


@for_every_scenario()
def test_every_scenario_works_with_starlette(front: FrontCase, scenario: Scenario) -> None:
    with front.client(HANDLER) as client:
        scenario(client, front)
