"""Hypothesis strategies for requests and replies, and a front for every source."""

from urllib.parse import unquote

from hypothesis import strategies as st

from lambda_adapters import Front, Reply, Request
from lambda_adapters.local import EVERY_FRONT
from lambda_adapters.local.fronts import local_front
from lambda_adapters.sources.source import Source

IMAGES = {"front": "rest-api", "stage": "prod", "binary_media_types": ["image/*"]}
LOCAL_FRONTS = {
    name: local_front(**options)
    for name, options in {**EVERY_FRONT, "rest-api-images": IMAGES}.items()
}
FRONTS: dict[str, tuple[Source, Front]] = {
    name: (local.source, local.front) for name, local in LOCAL_FRONTS.items()
}

_TOKEN = "!#$%&'*+-.^_`|~0123456789abcdefghijklmnopqrstuvwxyz"
_PRINTABLE = "".join(map(chr, range(0x21, 0x7F)))
_PIECES = ["/", "//", "a", "prod", "live", "%2F", "%25", "%3F", "%20", "%C3%A9", "%ff", "+", ";"]
_HOSTS = ["example.com", "example.com:8443", "[2001:db8::1]", "[2001:db8::1]:80", "203.0.113.9"]
_TYPES = [
    "application/json",
    "Text/Plain; charset=utf-8",
    "image/png",
    "application/pdf",
    "application/x-www-form-urlencoded",
]
_REQUEST_NAMES = ["accept", "cookie", "connection", "te", "expect", "server", "x-forwarded-for"]
_REQUEST_NAMES += ["user-agent", "x-forwarded-proto", "x-amzn-trace-id", "x-kind", "x_kind"]
_REQUEST_NAMES += ["x-forwarded-port", "x-amzn-lattice-identity", "x-real-ip", "x-edge-a", "via"]
_REQUEST_NAMES += ["cloudfront-forwarded-proto"]
_REPLY_NAMES = ["set-cookie", "connection", "keep-alive", "content-length", "content-type", "date"]
_REPLY_NAMES += ["via", "www-authenticate", "x-kind", "vary", "x-cache", "x-edge-a", "if-range"]
_REPLY_NAMES += ["host"]
_SEPARATE_NAMES = {"content-length", "content-type", "content-encoding", "host"}

values = st.text(st.characters(min_codepoint=0x20, max_codepoint=0xFF, exclude_categories=["Cc"]))
tokens = st.text(_TOKEN, min_size=1, max_size=8).filter(lambda name: name not in _SEPARATE_NAMES)
queries = st.one_of(
    st.text(_PRINTABLE.replace("#", ""), max_size=20),
    st.lists(st.sampled_from(["a=1", "b=%C3%A9", "a=2+3", "c", "=d", "%ff=", "a=%26%3D"])).map(
        "&".join
    ),
)
raw_paths = st.lists(
    st.sampled_from(_PIECES) | st.text(_PRINTABLE.translate({ord(c): None for c in "?#%"}))
).map(lambda pieces: "/" + "".join(pieces))


def _root_paths(name: str, front: Front) -> list[str]:
    """Root paths of requests. HTTP APIs have only the stage. Sources that lose the root path get
    some, too."""
    if name in ("http_api", "http_api_v1"):
        return ["/" + front.stage if front.stage else ""]
    return ["", "/prod", "/shop", "/shop/a b", "/é"]


@st.composite
def requests(draw: st.DrawFn, source: Source, front: Front) -> Request:
    """Any request to this front."""
    raw_path = draw(raw_paths)
    body = draw(st.binary(max_size=20))
    names = st.sampled_from(_REQUEST_NAMES) | tokens
    headers = draw(st.lists(st.tuples(names, values), max_size=6))
    headers += [("accept", kind) for kind in draw(st.lists(st.sampled_from(_TYPES), max_size=1))]
    for name, choices in [
        ("host", _HOSTS),
        ("content-type", _TYPES),
        ("content-encoding", ["gzip"]),
        ("content-length", [str(len(body))]),
    ]:
        for value in draw(st.lists(st.sampled_from(choices), max_size=1)):
            headers.insert(draw(st.integers(0, len(headers))), (name, value))
    address = st.tuples(st.sampled_from(["203.0.113.7", "2001:db8::7"]), st.integers(0, 65535))
    return Request(
        method=draw(st.sampled_from(["GET", "HEAD", "POST", "PUT", "DELETE", "PROPFIND"])),
        scheme=draw(st.sampled_from(["http", "https"])),
        root_path=draw(st.sampled_from(_root_paths(source.name, front))),
        path=unquote(raw_path),
        raw_path=raw_path,
        query=draw(queries),
        headers=headers,
        body=body,
        client=draw(st.none() | address),
        server=(draw(st.sampled_from(["example.org", "localhost"])), draw(st.integers(1, 65535))),
        http_version=draw(st.sampled_from(["1.0", "1.1", "2", "3"])),
    )


@st.composite
def replies(draw: st.DrawFn, names: tuple[str, ...] = tuple(_REPLY_NAMES)) -> Reply:
    """Any reply of an app."""
    headers = st.tuples(st.sampled_from(names) | tokens, values)
    return Reply(
        status=draw(st.integers(200, 999)),
        headers=draw(st.lists(headers, max_size=8)),
        body=draw(st.binary(max_size=20) | st.text(max_size=20).map(str.encode)),
        text=draw(st.booleans()),
        reason=draw(st.sampled_from(["", "OK", "I'm a teapot", " Odd  one "])),
    )
