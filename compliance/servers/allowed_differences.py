"""What each source cannot carry of a request, and what it adds: the only place for either.

An allowance tells which rows it is for, what it makes of the value that a server shows, and why.
They are applied in this order. One that never changes anything on one of its rows fails the suite,
like any difference that none explains.
"""

import base64
import json

from compliance.servers import header_losses as losing_headers
from compliance.servers import losses as losing
from compliance.servers import openwhisk_losses as losing_openwhisk
from compliance.servers.comparison import Allowance
from compliance.servers.losses import at, everywhere
from compliance.servers.rows import Row

PAYLOAD_2 = ("http_api", "function_url")
PAYLOAD_1 = ("rest_api", "http_api_v1")
DECODED_PATH = ("http_api", "http_api_v1")
LATTICE = ("vpc_lattice", "vpc_lattice_v1")
GATEWAYS = (*PAYLOAD_1, *PAYLOAD_2, "load_balancer")


def single(row: Row) -> bool:
    return row.source == "load_balancer" and not row.front.multi_value


def multi(row: Row) -> bool:
    return row.source == "load_balancer" and row.front.multi_value


def at_origin(row: Row) -> bool:
    return row.source == "cloudfront" and row.front.event_type == "origin-request"


def takes_text(row: Row) -> bool:
    if row.source == "cloudfront":
        return False
    return row.source != "rest_api" or not row.front.binary_media_types


def grouping(row: Row) -> bool:
    return row.source in (*PAYLOAD_1, "vpc_lattice", "cloudfront") or multi(row)


ALLOWED = [
    Allowance(
        "headers", "headers", everywhere, losing_headers.remove_hop_by_hop,
        "Connection, Keep-Alive, Proxy-Authorization, TE, Trailer, Transfer-Encoding and Upgrade "
        "belong to one connection and end at the gateway (RFC 9110 §7.6.1).",
    ),
    Allowance(
        "headers", "", at(*GATEWAYS), losing_headers.with_the_gateways_own,
        "API Gateway, Function URLs and load balancers write X-Amzn-Trace-Id, X-Forwarded-Port and "
        "X-Forwarded-Proto themselves and add the client's address to X-Forwarded-For.",
    ),
    Allowance(
        "headers", "", at(*LATTICE), losing_headers.with_forwarded_for,
        "VPC Lattice adds the client's address to X-Forwarded-For, and nothing else.",
    ),
    Allowance(
        "headers", "headers", at(*LATTICE), losing_headers.without_lattice_identity,
        "VPC Lattice does not pass on headers that would name a caller to it.",
    ),
    Allowance(
        "headers", "headers", at("cloudfront"), losing_headers.without_what_cloudfront_keeps,
        "CloudFront does not pass on Expect, X-Forwarded-Proto, X-Real-IP and its own X-Amz-Cf-*.",
    ),
    Allowance(
        "headers", "", at_origin, losing_headers.with_cloudfronts_own,
        "CloudFront adds the client's address to X-Forwarded-For, CloudFront-Forwarded-Proto and "
        "Via before an origin-request trigger; before a viewer-request trigger it adds none.",
    ),
    Allowance(
        "headers", "", at("openwhisk"), losing_openwhisk.with_the_gateways_own,
        "OpenWhisk's gateways write X-Forwarded-Port and X-Forwarded-Proto themselves and add the "
        "client's address to X-Forwarded-For.",
    ),
    Allowance(
        "headers", "headers", at("rest_api"), losing_headers.without_what_rest_keeps,
        "REST APIs do not pass on Content-MD5, Expect, Max-Forwards, Server and WWW-Authenticate.",
    ),
    Allowance(
        "headers", "headers", at(*PAYLOAD_2), losing_headers.joined_by_commas,
        "Payload 2.0 has one value a name: repeated headers are joined with a comma.",
    ),
    Allowance(
        "headers", "headers", at(*PAYLOAD_2), losing_headers.without_empty_cookies,
        "Payload 2.0 has a list of cookies, which holds no empty ones.",
    ),
    Allowance(
        "headers", "headers", single, losing.last_of_each,
        "Without multi-value headers a load balancer passes on the last of several headers of one "
        "name.",
    ),
    Allowance(
        "headers", "headers", at("openwhisk"), losing.last_of_each,
        "OpenWhisk passes on the last of several headers of one name.",
    ),
    Allowance(
        "headers", "headers", at("vpc_lattice_v1"), losing_headers.joined_by_commas_and_spaces,
        "VPC Lattice's first version has one value a name: repeated headers are joined with a "
        "comma, Cookie as well.",
    ),
    Allowance(
        "headers", "header order", grouping, losing.grouped,
        "The event has a map of names to lists: headers of one name stand together.",
    ),
    Allowance(
        "headers", "headers", grouping, losing_headers.with_one_cookie_header,
        "Several Cookie headers become one, joined with a semicolon, as RFC 6265 §5.4 wants it.",
    ),
    Allowance(
        "headers", "headers", at("rest_api", "openwhisk"), losing_headers.counted_by_rest,
        "REST APIs and OpenWhisk do not pass on Content-Length; the adapter counts the body where "
        "there is one.",
    ),
    Allowance(
        "headers", "headers", everywhere, losing_headers.counted,
        "A chunked body has arrived whole: it gets a Content-Length.",
    ),
    Allowance(
        "headers", "headers", everywhere, losing_headers.recounted,
        "A body that the platform has altered gets the length that it now has.",
    ),
    Allowance(
        "headers", "header order", everywhere, losing_headers.cookies_and_length_last,
        "Cookie and Content-Length are written anew, behind all other headers.",
    ),
    Allowance(
        "headers", "headers", at("openwhisk"), losing_openwhisk.with_a_type,
        "OpenWhisk takes a body without a Content-Type for application/octet-stream, and says so.",
    ),
    Allowance(
        "headers", "headers", everywhere, losing_headers.without_proxy,
        "A Proxy header never becomes HTTP_PROXY, which programs take for their own proxy "
        "(httpoxy.org). ASGI apps see the header.",
    ),
    Allowance(
        "path", "path", everywhere, losing.with_a_slash,
        "A path begins with a slash: `OPTIONS *`, a target with a host, and one without a slash "
        "get one from the local gateway; what AWS does with them is not known.",
    ),
    Allowance(
        "path", "path", everywhere, losing.with_what_follows_a_hash,
        "A # that is no escape, which no browser sends, is part of the path, as in uvicorn; "
        "gunicorn ends the path there.",
    ),
    Allowance(
        "path", "path", at(*DECODED_PATH, "openwhisk"), losing.decoded_path,
        "The path is decoded on its way: bytes that are not UTF-8 are U+FFFD by then, where WSGI "
        "would show them. ASGI shows U+FFFD anyway.",
    ),
    Allowance(
        "raw_path", "raw path", everywhere, losing.with_a_slash_in_front,
        "The same slash in front of what is no path.",
    ),
    Allowance(
        "raw_path", "raw path", everywhere, losing.without_hash,
        "The same # is written as %23.",
    ),
    Allowance(
        "raw_path", "raw path", at(*DECODED_PATH), losing.decoded_raw_path,
        "The path is decoded on its way, and encoded again only where it must be.",
    ),
    Allowance(
        "raw_path", "raw path", at("openwhisk"), losing_openwhisk.same_segments,
        "OpenWhisk decodes each segment of the path and encodes it again in its own spelling.",
    ),
    Allowance(
        "method", "method", at("openwhisk"), losing_openwhisk.in_capitals,
        "OpenWhisk writes methods in small letters, so they can only be taken for capitals.",
    ),
    Allowance(
        "query", "query", everywhere, losing.query_without_hash,
        "A # in a query is written as %23; gunicorn ends the query there.",
    ),
    Allowance(
        "query", "query", at(*PAYLOAD_1), losing.same_pairs,
        "The query is decoded on its way: the same pairs, spelled anew, those of one key together.",
    ),
    Allowance(
        "query", "query", at("openwhisk"), losing_openwhisk.same_parts,
        "OpenWhisk decodes the query and encodes it again in its own spelling.",
    ),
    Allowance(
        "query", "query", at("load_balancer", "vpc_lattice_v1"), losing.equals_signs,
        "The query is split on its way: each key has an equals sign, empty parts are gone.",
    ),
    Allowance(
        "query", "query", multi, losing.grouped_pairs,
        "The event has a map of keys to lists: values of one key stand together.",
    ),
    Allowance(
        "query", "query", single, losing.last_pairs,
        "Without multi-value headers a load balancer passes on the last value of a repeated key.",
    ),
    Allowance(
        "query", "query", at("vpc_lattice_v1"), losing.last_pairs,
        "VPC Lattice's first version passes on the last value of a repeated key.",
    ),
    Allowance(
        "body", "body", takes_text, losing.spoiled_body,
        "A body that is sent as text must be UTF-8: other bytes become U+FFFD.",
    ),
    Allowance(
        "body", "body", at("cloudfront"), losing.spoiled_body,
        "CloudFront passes on the body of DELETE, PATCH, POST and PUT alone.",
    ),
    Allowance(
        "http_version", "http version",
        at(*PAYLOAD_1, *LATTICE, "load_balancer", "cloudfront", "openwhisk"),
        losing.version_1_1,
        "The event does not tell the HTTP version: 1.1 stands for all.",
    ),
    Allowance(
        "http_version", "http version", at(*PAYLOAD_2), losing.known_version,
        "Of the HTTP versions only 1.0, 1.1, 2 and 3 exist.",
    ),
    Allowance(
        "scheme", "", losing.untold, losing.https,
        "VPC Lattice and CloudFront's viewer-request events do not tell the scheme: it is taken "
        "for https.",
    ),
    Allowance(
        "client", "", everywhere, losing.without_port,
        "The event tells the client's address, not its port.",
    ),
    Allowance(
        "server", "", everywhere, losing.from_host,
        "Nothing listens on Lambda: the server is what Host names, as behind any proxy.",
    ),
    Allowance(
        "keys", "", everywhere, losing.our_keys,
        "The keys that begin with `aws.` are ours, `REQUEST_URI` is uWSGI's name for `RAW_URI`; "
        "`SERVER_SOFTWARE`, `gunicorn.socket` and `wsgi.early_hints` are gunicorn's.",
    ),
]  # fmt: skip
COLUMNS = ["method", "path", "raw path", "query", "headers", "header order", "body", "http version"]

_KB, _MB = 1024, 1024 * 1024
# Bytes of a body, where the platform counts it before it makes the event; else of the event.
_BODY_LIMITS = {"load_balancer": _MB, "openwhisk": _MB}
_CLOUDFRONT_LIMITS = {"viewer-request": 40 * _KB, "origin-request": _MB}
_EVENT_LIMIT = 6 * _MB
TOO_LARGE = (
    "Lambda takes events of 6 MB as JSON, base64 included; load balancers and OpenWhisk take "
    "bodies of 1 MB; CloudFront cuts bodies off at 1 MB (origin request) or 40 KB (viewer "
    "request). What is larger is answered with 413, and the app is not called."
)


def too_large(row: Row, body: bytes, as_text: bool) -> bool:
    """Whether the app is not called for a request with this body."""
    if row.source == "cloudfront":
        return len(body) > _CLOUDFRONT_LIMITS[row.front.event_type]
    if row.source in _BODY_LIMITS:
        return len(body) > _BODY_LIMITS[row.source]
    text = body.decode("utf-8", "replace") if as_text else base64.b64encode(body).decode()
    return len(json.dumps(text)) > _EVENT_LIMIT
