"""Flask: every scenario through every front."""

from typing import Any

from flask import Blueprint, Flask, jsonify, redirect, request, send_file, session, url_for
from werkzeug.middleware.dispatcher import DispatcherMiddleware
from werkzeug.wrappers import Response

from tests.frameworks import contract
from tests.frameworks.fronts import FrontCase
from tests.frameworks.scenario import Scenario, for_every_scenario
from wsgi_lambda import Adapter

app = Flask(__name__, static_folder=contract.STATIC)
app.secret_key = contract.SECRET
app.config["SESSION_COOKIE_SECURE"] = True


@app.post("/login")
def login() -> Any:
    session["name"] = request.form["name"]
    return redirect(url_for("me"), 303)


@app.post("/logout")
def logout() -> Any:
    session.clear()
    return "", 204


@app.get("/me")
def me() -> Any:
    return {"name": session.get("name")}


@app.post("/upload")
def upload() -> Any:
    file = request.files["file"]
    return contract.upload_reply(file.filename, file.mimetype, file.read(), request.form["note"])


@app.get("/download")
def download() -> Any:
    return send_file(contract.BYTES_FILE, as_attachment=True, download_name=contract.DOWNLOAD_NAME)


@app.get("/stream")
def stream() -> Any:
    return Response(contract.chunks(), mimetype="application/octet-stream")


@app.get("/go/relative")
def relative() -> Any:
    return redirect(url_for("me"))


@app.get("/go/absolute")
def absolute() -> Any:
    return redirect(url_for("me", _external=True))


@app.get("/go/asset")
def asset() -> Any:
    return redirect(url_for("static", filename="style.css"))


@app.post("/form")
def form() -> Any:
    return request.form.to_dict(flat=False)


@app.post("/json")
def json() -> Any:
    return {"got": request.get_json()}, 201


@app.get("/path/<path:rest>")
def path(rest: str) -> Any:
    raw_path = request.environ["RAW_URI"].partition("?")[0]
    return {"rest": rest, "raw_path": raw_path, "url": request.url}


@app.get("/query")
def query() -> Any:
    return request.args.to_dict(flat=False)


@app.get("/url")
def url() -> Any:
    return {"url": request.url}


@app.get("/set-cookies")
def set_cookies() -> Any:
    response = Response()
    for name, value, attributes in contract.COOKIES:
        response.set_cookie(name, value, **attributes)
    return response


@app.get("/cookies")
def cookies() -> Any:
    return jsonify(request.cookies)


@app.get("/boom")
def boom() -> Any:
    raise contract.ViewError("a secret")


@app.errorhandler(404)
def not_found(error: Exception) -> Any:
    return contract.NOT_FOUND, 404


mounted = Blueprint("mounted", __name__, url_prefix="/sub")


@mounted.get("/")
def root() -> Any:
    return {"url": request.url, "link": url_for(".hello", name="é")}


@mounted.get("/hello/<name>")
def hello(name: str) -> Any:
    return {"hello": name, "url": request.url}


@mounted.get("/up")
def up() -> Any:
    return redirect(url_for(".root"))


app.register_blueprint(mounted)
HANDLER = Adapter(app)


@for_every_scenario()
def test_every_scenario_works_with_flask(front: FrontCase, scenario: Scenario) -> None:
    with front.client(HANDLER) as client:
        scenario(client, front)


def test_an_app_in_dispatcher_middleware_builds_correct_urls(front: FrontCase) -> None:
    handler = Adapter(DispatcherMiddleware(Flask("empty"), {"/shop": app}))

    with front.client(handler) as client:
        assert client.get("/shop/go/relative").headers["location"] == front.root + "/shop/me"
        assert client.get("/shop/url?a=1").json() == {"url": front.url("/shop/url?a=1")}
        assert client.get("/me").status_code == 404
