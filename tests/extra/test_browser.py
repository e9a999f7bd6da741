"""A page in a browser, through three fronts: an image, cookies, a redirect, a form and a 404."""

import os
import re
import subprocess
from pathlib import Path

import pytest

from tests.extra.extra_tools import find_tool, run_serve

APP = '''
from base64 import b64decode

from fastapi import FastAPI, Form, Request, Response
from fastapi.responses import HTMLResponse, RedirectResponse

from asgi_lambda import Adapter

app = FastAPI()
PIXELS = b64decode("R0lGODlhAgADAIAAAP///wAAACwAAAAAAgADAAACAoRRADs=")  # 2 x 3
PAGE = """<!doctype html><title>Page</title><img src="pixels.gif"><pre id="results"></pre>
<script>
async function run() {
  const results = {};
  const image = document.querySelector("img");
  await image.decode();
  results.image = image.naturalWidth + "x" + image.naturalHeight;
  results.cookie = document.cookie;
  const moved = await fetch("moved?q=a%20b&q=%C3%A9");
  results.moved = [moved.redirected, new URL(moved.url).pathname, await moved.text()];
  const form = new FormData();
  form.append("name", "Zo\\u00eb & co");
  results.form = await (await fetch("form", {method: "POST", body: form})).text();
  results.missing = (await fetch("missing")).status;
  document.querySelector("#results").textContent = JSON.stringify(results);
  document.title = "done";
}
run();
</script>"""

@app.get("/", response_class=HTMLResponse)
def page():
    response = HTMLResponse(PAGE)
    response.set_cookie("a", "1")
    response.set_cookie("b", "2")
    return response

@app.get("/pixels.gif")
def pixels():
    return Response(PIXELS, media_type="image/gif")

@app.get("/moved")
def moved(request: Request):
    return RedirectResponse(str(request.url_for("arrived")) + "?" + request.url.query)

@app.get("/arrived", name="arrived")
def arrived(request: Request):
    return request.query_params.getlist("q")

@app.post("/form")
def form(name: str = Form()):
    return name

handler = Adapter(app)
'''


@pytest.mark.parametrize(
    ("front", "root"),
    [
        (("--front", "rest-api", "--stage", "prod"), "/prod"),
        (
            (
                "--front",
                "http-api",
            ),
            "",
        ),
        (("--front", "load-balancer", "--multi-value"), ""),
    ],
    ids=["rest-api", "http-api", "load-balancer"],
)
def test_a_page_works_in_chromium(front: tuple[str, ...], root: str, tmp_path: Path) -> None:
    chromium = find_tool("chromium", "chromium")
    (tmp_path / "page_app.py").write_text(APP)

    with run_serve(tmp_path, "page_app:handler", *front) as address:
        document = dump_document(chromium, tmp_path / "profile", address)

    results = re.search(r'<pre id="results">(.*?)</pre>', document)
    assert results is not None, document
    assert results[1].replace("&amp;", "&") == (
        '{"image":"2x3","cookie":"a=1; b=2",'
        f'"moved":[true,"{root}/arrived","[\\"a b\\",\\"é\\"]"],'
        '"form":"\\"Zoë & co\\"","missing":404}'
    )


def dump_document(chromium: str, profile: Path, address: str) -> str:
    """The document after its scripts have run."""
    flags = ["--headless", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-sync"]
    flags += ["--disable-background-networking", "--disable-component-update"]
    if os.geteuid() == 0:
        flags.append("--no-sandbox")  # chromium refuses to run as root with it
    command = [chromium, *flags, f"--user-data-dir={profile}", "--timeout=10000"]
    command += ["--virtual-time-budget=10000", "--dump-dom", address]
    result = subprocess.run(command, capture_output=True, text=True, check=True, timeout=60)
    return result.stdout
