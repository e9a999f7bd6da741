"""FastAPI: every scenario through every front."""

from collections.abc import AsyncIterator
from typing import Annotated, Any

from fastapi import Body, FastAPI, File, Form, Query, Request, UploadFile
from fastapi.responses import (
    FileResponse,
    PlainTextResponse,
    RedirectResponse,
    Response,
    StreamingResponse,
)
from fastapi.staticfiles import StaticFiles
from starlette.middleware.sessions import SessionMiddleware

from asgi_lambda import Adapter
from tests.frameworks import contract
from tests.frameworks.fronts import FrontCase
from tests.frameworks.scenario import Scenario, for_every_scenario

app = FastAPI()
app.add_middleware(SessionMiddleware, secret_key=contract.SECRET, https_only=True)
app.mount("/static", StaticFiles(directory=contract.STATIC), name="static")


@app.post("/login")
async def login(request: Request, name: Annotated[str, Form()]) -> Response:
    request.session["name"] = name
    return RedirectResponse(request.url_for("me"), 303)


@app.post("/logout", status_code=204)
def logout(request: Request) -> None:
    request.session.clear()


@app.get("/me")
async def me(request: Request) -> dict[str, Any]:
    return {"name": request.session.get("name")}


@app.post("/upload")
async def upload(file: Annotated[UploadFile, File()], note: Annotated[str, Form()]) -> Any:
    return contract.upload_reply(file.filename, file.content_type, await file.read(), note)


@app.head("/download", include_in_schema=False)
@app.get("/download")
def download() -> Response:
    return FileResponse(contract.BYTES_FILE, filename=contract.DOWNLOAD_NAME)


@app.get("/stream")
async def stream() -> Response:
    async def chunks() -> AsyncIterator[bytes]:
        for chunk in contract.chunks():
            yield chunk

    return StreamingResponse(chunks(), media_type="application/octet-stream")


@app.get("/go/relative")
async def relative(request: Request) -> Response:
    return RedirectResponse(request.url_for("me").path)


@app.get("/go/absolute", response_class=RedirectResponse)
async def absolute(request: Request) -> str:
    return str(request.url_for("me"))


@app.get("/go/asset")
async def asset(request: Request) -> Response:
    return RedirectResponse(request.url_for("static", path="style.css"))


@app.post("/form")
async def form(name: Annotated[list[str], Form()], color: Annotated[list[str], Form()]) -> Any:
    return {"name": name, "color": color}


@app.post("/json", status_code=201)
async def json(got: Annotated[dict[str, Any], Body()]) -> dict[str, Any]:
    return {"got": got}


@app.get("/path/{rest:path}")
async def path(request: Request, rest: str) -> dict[str, Any]:
    raw_path = request.scope["raw_path"].decode()
    return {"rest": rest, "raw_path": raw_path, "url": str(request.url)}


@app.head("/query", include_in_schema=False)
@app.get("/query")
async def query(
    a: Annotated[list[str] | None, Query()] = None,
    b: Annotated[list[str] | None, Query()] = None,
    c: Annotated[list[str] | None, Query()] = None,
    q: Annotated[list[str] | None, Query()] = None,
) -> dict[str, Any]:
    parameters = {"a": a, "b": b, "c": c, "q": q}
    return {key: values for key, values in parameters.items() if values is not None}


@app.get("/url")
async def url(request: Request) -> dict[str, Any]:
    return {"url": str(request.url)}


@app.get("/set-cookies")
async def set_cookies(response: Response) -> None:
    for name, value, attributes in contract.COOKIES:
        response.set_cookie(name, value, **attributes)


@app.get("/cookies")
async def cookies(request: Request) -> dict[str, str]:
    return request.cookies


@app.get("/boom")
async def boom() -> None:
    raise contract.ViewError("a secret")


@app.exception_handler(404)
async def not_found(request: Request, error: Exception) -> Response:
    return PlainTextResponse(contract.NOT_FOUND, 404)


mounted = FastAPI()
app.mount("/sub", mounted)


@mounted.get("/", name="root")
async def sub_root(request: Request) -> dict[str, Any]:
    return {"url": str(request.url), "link": str(request.url_for("hello", name="é"))}


@mounted.get("/hello/{name}")
async def hello(request: Request, name: str) -> dict[str, Any]:
    return {"hello": name, "url": str(request.url)}


@mounted.get("/up")
async def up(request: Request) -> Response:
    return RedirectResponse(request.url_for("root"), 302)


HANDLER = Adapter(app)


@for_every_scenario()
def test_every_scenario_works_with_fastapi(front: FrontCase, scenario: Scenario) -> None:
    with front.client(HANDLER) as client:
        scenario(client, front)


def test_the_docs_pages_use_the_root_path(front: FrontCase) -> None:
    with front.client(HANDLER) as client:
        for prefix in ("", "/sub"):
            page = client.get(f"{prefix}/docs")
            schema = client.get(f"{prefix}/openapi.json").json()

            root = front.root + prefix
            assert f"url: '{root}/openapi.json'" in page.text
            assert schema.get("servers", [{"url": ""}]) == [{"url": root}]
