"""Headers of Lambda@Edge: lists of key and value, and the names that CloudFront reserves.

Source: docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/lambda-event-structure.html
and edge-function-restrictions-all.html.
"""

from typing import Any

from lambda_adapters.http.caches import TextCache
from lambda_adapters.http.headers import (
    HOP_BY_HOP,
    list_map,
    pairs_from_map,
    remove_hop_by_hop,
)
from lambda_adapters.http.messages import Headers, Request
from lambda_adapters.sources.response_parsing import parse_header_lists

Items = dict[str, list[dict[str, str]]]
"""A map of lower-case name to a list of `{"key": name as sent, "value": value}`."""

# Functions do not get these headers, and CloudFront refuses a response with one of them.
_DISALLOWED = frozenset(
    {
        "connection",
        "expect",
        "keep-alive",
        "proxy-authenticate",
        "proxy-authorization",
        "proxy-connection",
        "trailer",
        "upgrade",
        "x-accel-buffering",
        "x-accel-charset",
        "x-accel-limit-rate",
        "x-accel-redirect",
        "x-amzn-auth",
        "x-amzn-cf-billing",
        "x-amzn-cf-id",
        "x-amzn-cf-xff",
        "x-amzn-errortype",
        "x-amzn-fle-profile",
        "x-amzn-header-count",
        "x-amzn-header-order",
        "x-amzn-lambda-integration-tag",
        "x-amzn-requestid",
        "x-cache",
        "x-forwarded-proto",
        "x-real-ip",
    }
)
_DISALLOWED_FAMILIES = ("x-amz-cf-", "x-edge-")
# Headers that a function can read in an event, and must not set in its response.
_READ_ONLY = {
    "viewer-request": frozenset({"content-length", "host", "transfer-encoding", "via"}),
    "origin-request": frozenset(
        {
            "accept-encoding",
            "content-length",
            "if-modified-since",
            "if-none-match",
            "if-range",
            "if-unmodified-since",
            "transfer-encoding",
            "via",
        }
    ),
}
_READ_ONLY_SOMEWHERE = frozenset().union(*_READ_ONLY.values())


def is_disallowed(name: str) -> bool:
    """Whether CloudFront reserves a header (lower-case name), in requests and in responses."""
    return name in _DISALLOWED or name.startswith(_DISALLOWED_FAMILIES)


def is_refused(name: str, event_type: str) -> bool:
    """Whether CloudFront refuses a response with this header; for an unknown event type, whether it
    does so for any type."""
    return is_disallowed(name) or name in _READ_ONLY.get(event_type, _READ_ONLY_SOMEWHERE)


def remove_refused(headers: Headers, event_type: str) -> Headers:
    """Return a reply's headers without those for which CloudFront would refuse the reply."""
    return [pair for pair in remove_hop_by_hop(headers) if not is_refused(pair[0], event_type)]


def forward_headers(request: Request, event_type: str) -> Headers:
    """Return a request's headers as CloudFront passes them to a function of this trigger.

    For origin-request this follows the policy AllViewerAndCloudFrontHeaders-2022-06, without its
    headers about locations and devices, which the local tools do not know.
    """
    headers = [
        pair for pair in request.headers if pair[0] not in HOP_BY_HOP and not is_disallowed(pair[0])
    ]
    if event_type == "viewer-request":
        return headers
    hops = [value for name, value in headers if name == "x-forwarded-for"]
    hops += [request.client[0]] if request.client else []
    version = request.http_version if "." in request.http_version else f"{request.http_version}.0"
    added = {"x-forwarded-for": ", ".join(hops), "cloudfront-forwarded-proto": request.scheme}
    kept = [pair for pair in headers if pair[0] not in added]
    kept += [(name, value) for name, value in added.items() if value]
    return [*kept, ("via", f"{version} local.cloudfront.net (CloudFront)")]


def items_from_headers(headers: Headers) -> Items:
    """Return lists of key and value, with keys in the spelling that CloudFront gives by default."""
    return {
        name: [{"key": _title_case[name], "value": value} for value in values]
        for name, values in list_map(headers).items()
    }


_title_case: TextCache[str, str] = TextCache(
    lambda name: "-".join([part.capitalize() for part in name.split("-")])
)


def values_from_items(items: object) -> object:
    """Return an event's headers as a map of name to list of values. Hand-made events may have a
    value instead of a list or an object."""
    if not isinstance(items, dict):
        return items
    return {
        name: [
            entry.get("value") if isinstance(entry, dict) else entry
            for entry in (entries if isinstance(entries, list) else [entries])
        ]
        for name, entries in items.items()
    }


def headers_from_items(items: object) -> Headers | None:
    """Return a response's headers; None if they are not lists of `value` and an optional `key`."""
    if not isinstance(items, dict):
        return None
    lists = {name: _values_from_entries(name, entries) for name, entries in pairs_from_map(items)}
    return parse_header_lists(lists, strings_only=True)


def _values_from_entries(name: str, entries: Any) -> list[object] | None:
    """Return the values; None if an entry is not an object, or has the `key` of another name."""
    if not isinstance(entries, list):
        return None
    for entry in entries:
        key = entry.get("key", name) if isinstance(entry, dict) else None
        if not isinstance(key, str) or key.lower() != name.lower():
            return None
    return [entry.get("value") for entry in entries]
