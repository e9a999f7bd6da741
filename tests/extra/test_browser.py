"""A page with everything that a browser does by itself, behind three fronts."""

import os
import re
import subprocess
from pathlib import Path

import pytest

from tests.extra.extra_tools import serving, tool

APP = '''
from base64 import b64decode

from fastapi import FastAPI, Form, Request, Response
from fastapi.responses import HTMLResponse, RedirectResponse

from asgi_lambda import Adapter

app = FastAPI()
PIXELS = b64decode("R0lGODlhAgADAIAAAP///wAAACwAAAAAAgADAAACAoRRADs=")  # 2 x 3
PAGE = """<!doctype html><title>Page</title><img src="pixels.gif"><pre id="seen"></pre>
<script>
async function look() {
  const seen = {};
  const image = document.querySelector("img");
  await image.decode();
  seen.image = image.naturalWidth + "x" + image.naturalHeight;
  seen.cookie = document.cookie;
  const moved = await fetch("moved?q=a%20b&q=%C3%A9");
  seen.moved = [moved.redirected, new URL(moved.url).pathname, await moved.text()];
  const form = new FormData();
  form.append("name", "Zo\\u00eb & co");
  seen.form = await (await fetch("form", {method: "POST", body: form})).text();
  seen.missing = (await fetch("missing")).status;
  document.querySelector("#seen").textContent = JSON.stringify(seen);
  document.title = "done";
}
look();
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
    chromium = tool("chromium", "chromium")
    (tmp_path / "paged.py").write_text(APP)

    with serving(tmp_path, "paged:handler", *front) as address:
        dom = dump(chromium, tmp_path / "profile", address)

    seen = re.search(r'<pre id="seen">(.*?)</pre>', dom)
    assert seen is not None, dom
    assert seen[1].replace("&amp;", "&") == (
        '{"image":"2x3","cookie":"a=1; b=2",'
        f'"moved":[true,"{root}/arrived","[\\"a b\\",\\"é\\"]"],'
        '"form":"\\"Zoë & co\\"","missing":404}'
    )


def dump(chromium: str, profile: Path, address: str) -> str:
    """The document after its scripts have run."""
    flags = ["--headless", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-sync"]
    flags += ["--disable-background-networking", "--disable-component-update"]
    if os.geteuid() == 0:
        flags.append("--no-sandbox")  # chromium refuses to run as root with it
    command = [chromium, *flags, f"--user-data-dir={profile}", "--timeout=10000"]
    command += ["--virtual-time-budget=10000", "--dump-dom", address]
    done = subprocess.run(command, capture_output=True, text=True, check=True, timeout=60)
    return done.stdout
