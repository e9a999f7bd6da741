"""Twilio: `X-Twilio-Signature`, an HMAC of the public URL and the form's fields.

Source: www.twilio.com/docs/usage/webhooks/webhooks-security; verified by Twilio's own library.
"""

import re
from typing import Any
from urllib.parse import parse_qs, quote, quote_plus

from lambda_adapters.errors import ConfigurationError
from lambda_adapters.http.headers import media_type
from lambda_adapters.http.urls import decoded_pairs
from lambda_adapters.webhooks.delivery import FORM, Headers
from lambda_adapters.webhooks.secret_cache import Given
from lambda_adapters.webhooks.senders.sender import Refused
from lambda_adapters.webhooks.senders.signed import MISMATCH, Signed, imported

SIGNATURE = "x-twilio-signature"
SETTINGS = "x-twilio-webhooks-signature-settings"
ALGORITHMS = ("HMAC_SHA1", "HMAC_SHA256")
MOST_FIELDS = 1000  # Twilio sends a few dozen; more would only cost time
_field = re.compile(r"[^\s?&=#/%]+").fullmatch
_origin = re.compile(r"https?://[\w.-]+(:[0-9]{1,5})?", re.IGNORECASE | re.ASCII).fullmatch


class Fields(dict[str, list[str]]):
    """A form's fields as Twilio's library takes them."""

    getlist = dict.__getitem__


class Twilio(Signed):
    """Signed by Twilio. Needs the extra `twilio`. A secret is an account's auth token.

    The signature covers the URL that Twilio was given, so the app has to know it: host, stage,
    path, and the query as sent. `origin`, such as "https://hooks.example.com", says scheme and
    host where the Host header does not (CloudFront in front). Where a platform decoded the
    query, its canonical forms are tried (spaces as %20, as +). A body that is no form is covered
    only by `bodySHA256` in the query, which Twilio adds for JSON; without it, it is refused.
    Twilio signs no time.
    """

    name = "twilio"
    extra = "twilio"
    needed = (SIGNATURE,)
    methods = ("GET", "POST")

    def __init__(self, secrets: Given, *, origin: str | None = None, name: str = "") -> None:
        if origin is not None and _origin(origin) is None:
            raise ConfigurationError(
                'Expected an origin such as "https://hooks.example.com", without a path, got '
                f"{origin!r}."
            )
        self._public = origin
        super().__init__(secrets, name=name)

    def load(self) -> None:
        self._library: Any = imported("twilio.request_validator", self.extra)

    def check(self, secret: str, body: bytes, headers: Headers, url: str) -> None:
        validator = self._library.RequestValidator(secret)
        algorithm = self._library.get_signature_algorithm(headers.get(SETTINGS))
        if algorithm.upper() not in ALGORITHMS:  # the library would log what it was sent
            raise Refused("its signature is of a kind that Twilio does not use")
        signed = signed_part(body, headers, url)
        for candidate in _spellings(url, self._public):
            if validator.validate(candidate, signed, headers[SIGNATURE], algorithm):
                return
        raise Refused(f"{MISMATCH}; the URL is signed too")

    def delivery_id(self, body: bytes, headers: Headers) -> str | None:
        return headers.get("i-twilio-idempotency-token")


def signed_part(body: bytes, headers: Headers, url: str) -> Fields | str:
    """What of the body the signature covers: a form's fields, or the text that is hashed."""
    text, fields = body.decode(), Fields()
    if media_type(headers.get("content-type", "")) == FORM:
        fields.update(parse_qs(text, True, errors="strict", max_num_fields=MOST_FIELDS))
    if not all(map(_field, fields)):
        # URL and fields are signed run together: "" adds nothing, "?a" could be the URL's end.
        raise Refused("a field of its form has a name that would change what was signed")
    if fields:
        return fields
    if "bodySHA256" in parse_qs(url.partition("?")[2]):
        return text  # whatever its type: nobody may empty a signed body by calling it a form
    if text:
        raise Refused("its body has no fields of a form, and its URL has no bodySHA256")
    return fields


def _spellings(url: str, origin: str | None) -> list[str]:
    """The URL, and as it may have been before a platform decoded its query."""
    if origin is not None:
        rest = url.partition("://")[2]
        url = origin + rest[len(re.split(r"[/?#]", rest, maxsplit=1)[0]) :]
    base, mark, query = url.partition("?")
    if not mark:
        return [url]
    pairs = decoded_pairs(query)
    spelled = ["&".join(f"{q(n)}={q(v)}" for n, v in pairs) for q in (_percent, quote_plus)]
    return list(dict.fromkeys([url, *(f"{base}?{query}" for query in spelled)]))


def _percent(text: str) -> str:
    return quote(text, safe="")
