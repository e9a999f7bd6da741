"""Scenarios with files: uploads, downloads and static files."""

from hashlib import sha256
from urllib.parse import unquote

from lambda_adapters.local import Client
from tests.frameworks import contract
from tests.frameworks.fronts import FrontCase
from tests.frameworks.scenario_registry import scenario


@scenario
def an_upload_keeps_all_bytes(client: Client, front: FrontCase) -> None:
    data = contract.ALL_BYTES[::-1] * 2500 + b"\r\n--\r\n"
    files = {"file": ("Über 日本.bin", data, "application/x-thing")}

    reply = client.post("/upload", files=files, data={"note": "für Zoë"})

    assert reply.json() == {
        "name": "Über 日本.bin",
        "type": "application/x-thing",
        "size": len(data),
        "sha256": sha256(data).hexdigest(),
        "note": "für Zoë",
    }


@scenario
def a_download_keeps_all_bytes_and_the_file_name(client: Client, front: FrontCase) -> None:
    reply = client.get("/download")

    assert (reply.status_code, reply.content) == (200, contract.ALL_BYTES)
    assert _file_name(reply.headers["content-disposition"]) == contract.DOWNLOAD_NAME
    assert reply.headers["content-type"] == "application/octet-stream"
    assert reply.headers["content-length"] == "256"


def _file_name(disposition: str) -> str:
    """The file name of an attachment. RFC 6266 §4.3: filename* has precedence over filename."""
    kind, *parameters = disposition.split("; ")
    assert kind == "attachment"
    names = dict(parameter.split("=") for parameter in parameters)
    if "filename*" not in names:
        return names["filename"].strip('"')
    charset, _, name = names["filename*"].split("'")
    assert charset.lower() == "utf-8"
    return unquote(name)


@scenario
def a_streaming_download_keeps_all_bytes(client: Client, front: FrontCase) -> None:
    reply = client.get("/stream")

    assert (reply.status_code, reply.content) == (200, contract.ALL_BYTES)
    assert reply.headers["content-type"] == "application/octet-stream"


@scenario
def a_static_text_file_is_served(client: Client, front: FrontCase) -> None:
    reply = client.get("/static/style.css")

    assert (reply.status_code, reply.text) == (200, 'p::before { content: "é"; }\n')
    assert reply.headers["content-type"].partition(";")[0] == "text/css"


@scenario
def a_static_binary_file_is_served(client: Client, front: FrontCase) -> None:
    reply = client.get("/static/bytes.bin")

    assert (reply.status_code, reply.content) == (200, contract.ALL_BYTES)
    assert reply.headers["content-type"] == "application/octet-stream"


@scenario
def an_unchanged_static_file_gives_304(client: Client, front: FrontCase) -> None:
    first = client.get("/static/bytes.bin")
    validators = {
        "if-none-match": first.headers.get("etag"),
        "if-modified-since": first.headers.get("last-modified"),
    }

    second = client.get(
        "/static/bytes.bin", headers={name: value for name, value in validators.items() if value}
    )

    assert (second.status_code, second.content) == (304, b"")


@scenario
def head_has_no_body(client: Client, front: FrontCase) -> None:
    for path in ("/download", "/query?a=1"):
        get_reply, reply = client.get(path), client.head(path)

        assert (reply.status_code, reply.content) == (200, b"")
        assert reply.headers["content-type"] == get_reply.headers["content-type"]


@scenario
def head_of_a_static_file_has_last_modified(client: Client, front: FrontCase) -> None:
    get_reply, reply = client.get("/static/bytes.bin"), client.head("/static/bytes.bin")

    assert (reply.status_code, reply.content) == (200, b"")
    assert reply.headers["last-modified"] == get_reply.headers["last-modified"]
