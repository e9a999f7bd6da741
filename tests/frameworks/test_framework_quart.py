"""Quart: every scenario through every front."""

from collections.abc import AsyncIterator
from typing import Any

from quart import (
    Blueprint,
    Quart,
    Response,
    jsonify,
    redirect,
    request,
    send_file,
    session,
    url_for,
)

from asgi_lambda import Adapter
from tests.frameworks import contract
from tests.frameworks.fronts import FrontCase
from tests.frameworks.scenario import Scenario, for_every_scenario

app = Quart(__name__, static_folder=str(contract.STATIC))
app.secret_key = contract.SECRET
app.config["SESSION_COOKIE_SECURE"] = True


@app.post("/login")
async def login() -> Any:
    session["name"] = (await request.form)["name"]
    return redirect(url_for("me"), 303)


@app.post("/logout")
async def logout() -> Any:
    session.clear()
    return "", 204


@app.get("/me")
async def me() -> Any:
    return {"name": session.get("name")}


@app.post("/upload")
async def upload() -> Any:
    file = (await request.files)["file"]
    note = (await request.form)["note"]
    return contract.upload_reply(file.filename, file.mimetype, file.read(), note)


@app.get("/download")
async def download() -> Any:
    return await send_file(
        contract.BYTES_FILE, as_attachment=True, attachment_filename=contract.DOWNLOAD_NAME
    )


@app.get("/stream")
async def stream() -> Any:
    async def chunks() -> AsyncIterator[bytes]:
        for chunk in contract.chunks():
            yield chunk

    return Response(chunks(), mimetype="application/octet-stream")


@app.get("/go/relative")
async def relative() -> Any:
    return redirect(url_for("me"))


@app.get("/go/absolute")
async def absolute() -> Any:
    return redirect(url_for("me", _external=True))


@app.get("/go/asset")
async def asset() -> Any:
    return redirect(url_for("static", filename="style.css"))


@app.post("/form")
async def form() -> Any:
    return (await request.form).to_dict(flat=False)


@app.post("/json")
async def json() -> Any:
    return {"got": await request.get_json()}, 201


@app.get("/path/<path:rest>")
async def path(rest: str) -> Any:
    raw_path = request.scope["raw_path"].decode()
    return {"rest": rest, "raw_path": raw_path, "url": request.url}


@app.get("/query")
async def query() -> Any:
    return request.args.to_dict(flat=False)


@app.get("/url")
async def url() -> Any:
    return {"url": request.url}


@app.get("/set-cookies")
async def set_cookies() -> Any:
    response = Response("")
    for name, value, attributes in contract.COOKIES:
        response.set_cookie(name, value, **attributes)
    return response


@app.get("/cookies")
async def cookies() -> Any:
    return jsonify(request.cookies)


@app.get("/boom")
async def boom() -> Any:
    raise contract.ViewError("a secret")


@app.errorhandler(404)
async def not_found(error: Exception) -> Any:
    return contract.NOT_FOUND, 404


mounted = Blueprint("mounted", __name__, url_prefix="/sub")


@mounted.get("/")
async def root() -> Any:
    return {"url": request.url, "link": url_for(".hello", name="é")}


@mounted.get("/hello/<name>")
async def hello(name: str) -> Any:
    return {"hello": name, "url": request.url}


@mounted.get("/up")
async def up() -> Any:
    return redirect(url_for(".root"))


app.register_blueprint(mounted)
HANDLER = Adapter(app)


@for_every_scenario()
def test_every_scenario_works_with_quart(front: FrontCase, scenario: Scenario) -> None:
    with front.client(HANDLER) as client:
        scenario(client, front)
