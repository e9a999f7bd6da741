"""Headers as Lambda@Edge has them: lists of key and value, and names that are CloudFront's own.

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
"""Lower-case name to its values, each `{"key": name as sent, "value": value}`."""

# No function sees them, and a response that has one of them is refused.
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
# What a function may read in an event and must not have in its response to it.
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
    """Whether CloudFront keeps a header (lower-case name) to itself, in both directions."""
    return name in _DISALLOWED or name.startswith(_DISALLOWED_FAMILIES)


def is_refused(name: str, event_type: str) -> bool:
    """Whether CloudFront refuses a response with this header; of an unknown event type, whether
    it would for any."""
    return is_disallowed(name) or name in _READ_ONLY.get(event_type, _READ_ONLY_SOMEWHERE)


def allowed_in_reply(headers: Headers, event_type: str) -> Headers:
    """An app's reply headers without those for which CloudFront would refuse the whole reply."""
    return [pair for pair in remove_hop_by_hop(headers) if not is_refused(pair[0], event_type)]


def passed_on(request: Request, event_type: str) -> Headers:
    """A request's headers as CloudFront shows them to a function of this trigger.

    To one at the origin under the policy AllViewerAndCloudFrontHeaders-2022-06, whose other
    headers tell of places and devices, which a laptop does not know.
    """
    headers = [
        pair for pair in request.headers if pair[0] not in HOP_BY_HOP and not is_disallowed(pair[0])
    ]
    if event_type == "viewer-request":
        return headers
    hops = [value for name, value in headers if name == "x-forwarded-for"]
    hops += [request.client[0]] if request.client else []
    version = request.http_version if "." in request.http_version else f"{request.http_version}.0"
    ours = {"x-forwarded-for": ", ".join(hops), "cloudfront-forwarded-proto": request.scheme}
    kept = [pair for pair in headers if pair[0] not in ours]
    kept += [(name, value) for name, value in ours.items() if value]
    return [*kept, ("via", f"{version} local.cloudfront.net (CloudFront)")]


def items_from_headers(headers: Headers) -> Items:
    """Lists of key and value; the keys are spelled as CloudFront spells those that are missing."""
    return {
        name: [{"key": _title_case[name], "value": value} for value in values]
        for name, values in list_map(headers).items()
    }


_title_case: TextCache[str, str] = TextCache(
    lambda name: "-".join([part.capitalize() for part in name.split("-")])
)


def values_from_items(items: object) -> object:
    """An event's headers as a map of name to list of values; values that hand-made events leave
    bare count as well."""
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
    """Pairs of a response's headers; None where they are no lists of `value` and maybe `key`."""
    if not isinstance(items, dict):
        return None
    lists = {name: _values_from(name, entries) for name, entries in pairs_from_map(items)}
    return parse_header_lists(lists, strings_only=True)


def _values_from(name: str, entries: Any) -> list[object] | None:
    if not isinstance(entries, list):
        return None
    for entry in entries:
        key = entry.get("key", name) if isinstance(entry, dict) else None
        if not isinstance(key, str) or key.lower() != name.lower():
            return None
    return [entry.get("value") for entry in entries]
