"""Twilio: `X-Twilio-Signature`, an HMAC of the public URL and the form fields.

Source: www.twilio.com/docs/usage/webhooks/webhooks-security; verified with Twilio's own library.
"""

import re
from typing import Any
from urllib.parse import parse_qs, quote, quote_plus

from lambda_adapters.errors import ConfigurationError
from lambda_adapters.http.headers import media_type
from lambda_adapters.http.urls import decoded_pairs
from lambda_adapters.webhooks.delivery import FORM, Headers
from lambda_adapters.webhooks.secret_cache import SecretsOption
from lambda_adapters.webhooks.senders.sender import Refused
from lambda_adapters.webhooks.senders.signed import MISMATCH, SharedSecretSender, import_library

SIGNATURE = "x-twilio-signature"
SETTINGS = "x-twilio-webhooks-signature-settings"
ALGORITHMS = ("HMAC_SHA1", "HMAC_SHA256")
MAX_FIELDS = 1000  # Twilio sends a few dozen; parsing more would waste time
_field = re.compile(r"[^\s?&=#/%]+").fullmatch
_origin = re.compile(r"https?://[\w.-]+(:[0-9]{1,5})?", re.IGNORECASE | re.ASCII).fullmatch


class Fields(dict[str, list[str]]):
    """Form fields in the type that Twilio's library accepts."""

    getlist = dict.__getitem__


class Twilio(SharedSecretSender):
    """Verifies deliveries of Twilio with the account's auth token. Needs the extra `twilio`.

    The signature covers the URL that was configured at Twilio: host, stage, path and query. Set
    `origin`, such as "https://hooks.example.com", if the Host header has another host, as with
    CloudFront. If the platform decodes the query, its usual encodings are tried (a space as %20,
    as +). The signature covers a body that is not a form only with `bodySHA256` in the query, which
    Twilio adds for JSON; without it, the delivery is refused. Twilio signs no timestamp.
    """

    name = "twilio"
    extra = "twilio"
    required_headers = (SIGNATURE,)
    methods = ("GET", "POST")

    def __init__(
        self, secrets: SecretsOption, *, origin: str | None = None, name: str = ""
    ) -> None:
        if origin is not None and _origin(origin) is None:
            raise ConfigurationError(
                'Expected an origin such as "https://hooks.example.com", without a path, got '
                f"{origin!r}."
            )
        self._origin = origin
        super().__init__(secrets, name=name)

    def load(self) -> None:
        self._library: Any = import_library("twilio.request_validator", self.extra)

    def check_signature(self, secret: str, body: bytes, headers: Headers, url: str) -> None:
        validator = self._library.RequestValidator(secret)
        algorithm = self._library.get_signature_algorithm(headers.get(SETTINGS))
        if algorithm.upper() not in ALGORITHMS:  # the library would log the header
            raise Refused("its signature has an algorithm that Twilio does not use")
        params = params_from_request(body, headers, url)
        for candidate in _spellings(url, self._origin):
            if validator.validate(candidate, params, headers[SIGNATURE], algorithm):
                return
        raise Refused(f"{MISMATCH}; the URL is signed too")

    def delivery_id(self, body: bytes, headers: Headers) -> str | None:
        return headers.get("i-twilio-idempotency-token")


def params_from_request(body: bytes, headers: Headers, url: str) -> Fields | str:
    """Return the part of the body that the signature covers: form fields, or the text that
    `bodySHA256` is the hash of. Raises Refused if the signature does not cover the body."""
    text, fields = body.decode(), Fields()
    if media_type(headers.get("content-type", "")) == FORM:
        fields.update(parse_qs(text, True, errors="strict", max_num_fields=MAX_FIELDS))
    if not all(map(_field, fields)):
        # URL and fields are signed without a separator: "?a" could also be the end of the URL.
        raise Refused("its form has a field whose name could be part of the URL, or is empty")
    if fields:
        return fields
    if "bodySHA256" in parse_qs(url.partition("?")[2]):
        return text  # for all content types: a form without fields must not skip the hash
    if text:
        raise Refused("its body is not a form, and its URL has no bodySHA256")
    return fields


def _spellings(url: str, origin: str | None) -> list[str]:
    """Return the URL, and its possible spellings before a platform decoded the query."""
    if origin is not None:
        rest = url.partition("://")[2]
        url = origin + rest[len(re.split(r"[/?#]", rest, maxsplit=1)[0]) :]
    base, mark, query = url.partition("?")
    if not mark:
        return [url]
    pairs = decoded_pairs(query)
    queries = ["&".join(f"{q(n)}={q(v)}" for n, v in pairs) for q in (_percent_encode, quote_plus)]
    return list(dict.fromkeys([url, *(f"{base}?{query}" for query in queries)]))


def _percent_encode(text: str) -> str:
    return quote(text, safe="")
