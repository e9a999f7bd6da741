"""Files as a person has to do with them: sent, fetched, static."""

from hashlib import sha256
from urllib.parse import unquote

from lambda_adapters.local import Client
from tests.frameworks import contract
from tests.frameworks.fronts import Played
from tests.frameworks.scenario_registry import scenario


@scenario
def an_upload_arrives_whole(client: Client, front: Played) -> None:
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
def a_download_keeps_all_bytes_and_its_name(client: Client, front: Played) -> None:
    reply = client.get("/download")

    assert (reply.status_code, reply.content) == (200, contract.ALL_BYTES)
    assert _saved_as(reply.headers["content-disposition"]) == contract.DOWNLOAD_NAME
    assert reply.headers["content-type"] == "application/octet-stream"
    assert reply.headers["content-length"] == "256"


def _saved_as(disposition: str) -> str:
    """The name of an attachment; RFC 6266 §4.3: filename* counts where there are both."""
    kind, *parameters = disposition.split("; ")
    assert kind == "attachment"
    names = dict(parameter.split("=") for parameter in parameters)
    if "filename*" not in names:
        return names["filename"].strip('"')
    charset, _, name = names["filename*"].split("'")
    assert charset.lower() == "utf-8"
    return unquote(name)


@scenario
def a_streamed_download_keeps_all_bytes(client: Client, front: Played) -> None:
    reply = client.get("/stream")

    assert (reply.status_code, reply.content) == (200, contract.ALL_BYTES)
    assert reply.headers["content-type"] == "application/octet-stream"


@scenario
def static_text_is_served(client: Client, front: Played) -> None:
    reply = client.get("/static/style.css")

    assert (reply.status_code, reply.text) == (200, 'p::before { content: "é"; }\n')
    assert reply.headers["content-type"].partition(";")[0] == "text/css"


@scenario
def static_bytes_are_served(client: Client, front: Played) -> None:
    reply = client.get("/static/bytes.bin")

    assert (reply.status_code, reply.content) == (200, contract.ALL_BYTES)
    assert reply.headers["content-type"] == "application/octet-stream"


@scenario
def a_static_file_that_has_not_changed_is_not_sent_again(client: Client, front: Played) -> None:
    first = client.get("/static/bytes.bin")
    known = {
        "if-none-match": first.headers.get("etag"),
        "if-modified-since": first.headers.get("last-modified"),
    }

    again = client.get(
        "/static/bytes.bin", headers={name: value for name, value in known.items() if value}
    )

    assert (again.status_code, again.content) == (304, b"")


@scenario
def head_has_no_body(client: Client, front: Played) -> None:
    for path in ("/download", "/query?a=1"):
        got, reply = client.get(path), client.head(path)

        assert (reply.status_code, reply.content) == (200, b"")
        assert reply.headers["content-type"] == got.headers["content-type"]


@scenario
def head_of_a_static_file_tells_its_age(client: Client, front: Played) -> None:
    got, reply = client.get("/static/bytes.bin"), client.head("/static/bytes.bin")

    assert (reply.status_code, reply.content) == (200, b"")
    assert reply.headers["last-modified"] == got.headers["last-modified"]
