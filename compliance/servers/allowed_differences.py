"""The differences that are allowed in requests: what each source loses, and what it adds.

An allowance says for which rows it is, how it changes the value that a real server shows, and why.
The allowances are applied in this order. The suite fails if a difference is not allowed, and also
if an allowance changes nothing for one of its sources.
"""

import base64
import json

from compliance.servers import header_losses, losses, openwhisk_losses
from compliance.servers.comparison import Allowance
from compliance.servers.losses import for_every_source, for_sources
from compliance.servers.rows import Row

PAYLOAD_2 = ("http_api", "function_url")
PAYLOAD_1 = ("rest_api", "http_api_v1")
DECODED_PATH = ("http_api", "http_api_v1")
LATTICE = ("vpc_lattice", "vpc_lattice_v1")
GATEWAYS = (*PAYLOAD_1, *PAYLOAD_2, "load_balancer")


def is_single_value(row: Row) -> bool:
    return row.source == "load_balancer" and not row.front.multi_value


def is_multi_value(row: Row) -> bool:
    return row.source == "load_balancer" and row.front.multi_value


def is_origin_request(row: Row) -> bool:
    return row.source == "cloudfront" and row.front.event_type == "origin-request"


def takes_text(row: Row) -> bool:
    if row.source == "cloudfront":
        return False
    return row.source != "rest_api" or not row.front.binary_media_types


def groups_repeats(row: Row) -> bool:
    return row.source in (*PAYLOAD_1, "vpc_lattice", "cloudfront") or is_multi_value(row)


ALLOWED = [
    Allowance(
        "headers", "headers", for_every_source, header_losses.drop_hop_by_hop,
        "The gateway removes Connection, Keep-Alive, Proxy-Authorization, TE, Trailer, "
        "Transfer-Encoding and Upgrade, which are for one connection only (RFC 9110 §7.6.1).",
    ),
    Allowance(
        "headers", "", for_sources(*GATEWAYS), header_losses.add_gateway_headers,
        "API Gateway, Function URLs and load balancers set X-Amzn-Trace-Id, X-Forwarded-Port and "
        "X-Forwarded-Proto and add the client's address to X-Forwarded-For.",
    ),
    Allowance(
        "headers", "", for_sources(*LATTICE), header_losses.add_forwarded_for,
        "VPC Lattice only adds the client's address to X-Forwarded-For.",
    ),
    Allowance(
        "headers", "headers", for_sources(*LATTICE), header_losses.drop_lattice_headers,
        "VPC Lattice removes X-Amzn-Lattice-* headers, in which it would name the caller.",
    ),
    Allowance(
        "headers", "headers", for_sources("cloudfront"), header_losses.drop_cloudfront_headers,
        "CloudFront removes Expect, X-Forwarded-Proto, X-Real-IP and X-Amz-Cf-*.",
    ),
    Allowance(
        "headers", "", is_origin_request, header_losses.add_cloudfront_headers,
        "Before an origin-request trigger, CloudFront adds CloudFront-Forwarded-Proto, Via and the "
        "client's address in X-Forwarded-For. Before a viewer-request trigger it adds nothing.",
    ),
    Allowance(
        "headers", "", for_sources("openwhisk"), openwhisk_losses.add_gateway_headers,
        "OpenWhisk's gateways set X-Forwarded-Port and X-Forwarded-Proto and add the client's "
        "address to X-Forwarded-For.",
    ),
    Allowance(
        "headers", "headers", for_sources("rest_api"), header_losses.drop_rest_headers,
        "REST APIs remove Content-MD5, Expect, Max-Forwards, Server and WWW-Authenticate.",
    ),
    Allowance(
        "headers", "headers", for_sources(*PAYLOAD_2), header_losses.join_with_commas,
        "Payload 2.0 has one value for each name: repeated headers are joined with a comma.",
    ),
    Allowance(
        "headers", "headers", for_sources(*PAYLOAD_2), header_losses.drop_empty_cookies,
        "Payload 2.0 has a list of cookies, without empty ones.",
    ),
    Allowance(
        "headers", "headers", is_single_value, losses.keep_last_of_each,
        "Without multi-value headers, a load balancer passes on only the last header of each name.",
    ),
    Allowance(
        "headers", "headers", for_sources("openwhisk"), losses.keep_last_of_each,
        "OpenWhisk passes on only the last header of each name.",
    ),
    Allowance(
        "headers", "headers",
        for_sources("vpc_lattice_v1"), header_losses.join_with_commas_and_spaces,
        "VPC Lattice V1 has one value for each name: repeated headers, Cookie too, are joined with "
        "a comma.",
    ),
    Allowance(
        "headers", "header order", groups_repeats, losses.group_repeats,
        "The event maps names to lists of values, so headers with the same name are grouped.",
    ),
    Allowance(
        "headers", "headers", groups_repeats, header_losses.merge_cookie_headers,
        "Several Cookie headers are joined into one with a semicolon (RFC 6265 §5.4).",
    ),
    Allowance(
        "headers", "headers",
        for_sources("rest_api", "openwhisk"), header_losses.drop_length_without_body,
        "REST APIs and OpenWhisk do not pass on Content-Length. The adapter sets it from the body, "
        "if there is one.",
    ),
    Allowance(
        "headers", "headers", for_every_source, header_losses.add_content_length,
        "A chunked body arrives as a whole, with a Content-Length.",
    ),
    Allowance(
        "headers", "headers", for_every_source, header_losses.update_content_length,
        "A body that the platform has changed has a new length.",
    ),
    Allowance(
        "headers", "header order", for_every_source, header_losses.move_cookie_and_length_last,
        "The adapter writes Cookie and Content-Length after all other headers.",
    ),
    Allowance(
        "headers", "headers", for_sources("openwhisk"), openwhisk_losses.add_content_type,
        "OpenWhisk sets application/octet-stream on a body without a Content-Type.",
    ),
    Allowance(
        "headers", "headers", for_every_source, header_losses.drop_proxy_header,
        "WSGI apps do not get a Proxy header, because programs read HTTP_PROXY as a setting "
        "(httpoxy.org). ASGI apps get it.",
    ),
    Allowance(
        "path", "path", for_every_source, losses.add_leading_slash,
        "A path begins with a slash. The local gateway adds one to `OPTIONS *`, to a target with a "
        "host and to a target without a slash. What AWS does with them is not known.",
    ),
    Allowance(
        "path", "path", for_every_source, losses.keep_path_after_hash,
        "A # in a path is part of the path, as in uvicorn. gunicorn ends the path there. Browsers "
        "do not send it.",
    ),
    Allowance(
        "path", "path", for_sources(*DECODED_PATH, "openwhisk"), losses.decode_path,
        "The platform decodes the path: bytes that are not UTF-8 become U+FFFD. Behind a server, "
        "WSGI apps see the bytes and ASGI apps see U+FFFD.",
    ),
    Allowance(
        "raw_path", "raw path", for_every_source, losses.add_slash_to_raw_path,
        "The slash that is added to the path is also in the raw path.",
    ),
    Allowance(
        "raw_path", "raw path", for_every_source, losses.escape_hash,
        "A # in the raw path is written as %23.",
    ),
    Allowance(
        "raw_path", "raw path", for_sources(*DECODED_PATH), losses.reencode_raw_path,
        "The platform decodes the path. The adapter encodes only what must be encoded.",
    ),
    Allowance(
        "raw_path", "raw path", for_sources("openwhisk"), openwhisk_losses.accept_same_segments,
        "OpenWhisk decodes each segment of the path and encodes it again, in another spelling.",
    ),
    Allowance(
        "method", "method", for_sources("openwhisk"), openwhisk_losses.upper_case_method,
        "OpenWhisk writes methods in lower case. The adapter converts them to upper case.",
    ),
    Allowance(
        "query", "query", for_every_source, losses.escape_hash_in_query,
        "A # in a query is written as %23; gunicorn ends the query there.",
    ),
    Allowance(
        "query", "query", for_sources(*PAYLOAD_1), losses.accept_same_pairs,
        "The platform decodes the query. The adapter encodes the same pairs again, in another "
        "spelling and grouped by key.",
    ),
    Allowance(
        "query", "query", for_sources("openwhisk"), openwhisk_losses.accept_same_parts,
        "OpenWhisk decodes the query and encodes it again, in another spelling.",
    ),
    Allowance(
        "query", "query",
        for_sources("load_balancer", "vpc_lattice_v1"), losses.add_equals_signs,
        "The platform splits the query: each key gets an equals sign, and empty parts are removed.",
    ),
    Allowance(
        "query", "query", is_multi_value, losses.group_pairs,
        "The event maps keys to lists of values, so values of the same key are grouped.",
    ),
    Allowance(
        "query", "query", is_single_value, losses.keep_last_pairs,
        "Without multi-value headers, a load balancer passes on only the last value of each key.",
    ),
    Allowance(
        "query", "query", for_sources("vpc_lattice_v1"), losses.keep_last_pairs,
        "VPC Lattice V1 passes on only the last value of each key.",
    ),
    Allowance(
        "body", "body", takes_text, losses.replace_body,
        "In a body that is sent as text, bytes that are not UTF-8 become U+FFFD.",
    ),
    Allowance(
        "body", "body", for_sources("cloudfront"), losses.replace_body,
        "CloudFront passes on a body only for DELETE, PATCH, POST and PUT.",
    ),
    Allowance(
        "http_version", "http version",
        for_sources(*PAYLOAD_1, *LATTICE, "load_balancer", "cloudfront", "openwhisk"),
        losses.set_version_1_1,
        "The event does not contain the HTTP version. The app sees 1.1.",
    ),
    Allowance(
        "http_version", "http version", for_sources(*PAYLOAD_2), losses.normalize_version,
        "Only the HTTP versions 1.0, 1.1, 2 and 3 exist. The app sees 1.1 for all others.",
    ),
    Allowance(
        "scheme", "", losses.lacks_scheme, losses.set_https,
        "Events of VPC Lattice and CloudFront's viewer-request events do not contain the scheme. "
        "The app sees https.",
    ),
    Allowance(
        "client", "", for_every_source, losses.drop_port,
        "The event contains the client's address, but not its port.",
    ),
    Allowance(
        "server", "", for_every_source, losses.server_from_host,
        "Nothing listens on Lambda, so the server is the one that Host names, as behind a proxy.",
    ),
    Allowance(
        "keys", "", for_every_source, losses.add_our_keys,
        "The adapters add the keys that begin with `aws.` and `REQUEST_URI`, which is uWSGI's name "
        "for `RAW_URI`. gunicorn adds `SERVER_SOFTWARE`, `gunicorn.socket` and `wsgi.early_hints`.",
    ),
]  # fmt: skip
COLUMNS = ["method", "path", "raw path", "query", "headers", "header order", "body", "http version"]

_KB, _MB = 1024, 1024 * 1024
# For these sources the platform limits the body, for the others the event. In bytes.
_BODY_LIMITS = {"load_balancer": _MB, "openwhisk": _MB}
_CLOUDFRONT_LIMITS = {"viewer-request": 40 * _KB, "origin-request": _MB}
_EVENT_LIMIT = 6 * _MB
TOO_LARGE = (
    "Lambda accepts events of up to 6 MB as JSON, base64 included. Load balancers and OpenWhisk "
    "accept bodies of up to 1 MB. CloudFront truncates bodies at 1 MB (origin request) or 40 KB "
    "(viewer request). A larger request gets a 413, and the app is not called."
)


def is_too_large(row: Row, body: bytes, as_text: bool) -> bool:
    """Whether this body is too large, so that the app is not called."""
    if row.source == "cloudfront":
        return len(body) > _CLOUDFRONT_LIMITS[row.front.event_type]
    if row.source in _BODY_LIMITS:
        return len(body) > _BODY_LIMITS[row.source]
    text = body.decode("utf-8", "replace") if as_text else base64.b64encode(body).decode()
    return len(json.dumps(text)) > _EVENT_LIMIT
