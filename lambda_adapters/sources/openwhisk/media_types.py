"""The media types that are text, and the statuses that exist, in Pekko HTTP, the web server of
OpenWhisk.

Source: github.com/apache/pekko-http, MediaType.scala, CommonActions.scala and StatusCode.scala.
"""

import re
from typing import NamedTuple

# Subtypes of application/* and of text/* that are registered as text with an open charset.
_APPLICATION = """
    atom+xml base64 javascript problem+xml rss+xml soap+xml vnd.google-earth.kml+xml x-latex x-vrml
    xhtml+xml xml xml-dtd
"""
_TEXT = """
    asp cache-manifest calendar css csv html markdown mcf plain richtext tab-separated-values
    uri-list vnd.wap.wml vnd.wap.wmlscript x-asm x-c x-component x-h x-java-source x-pascal
    x-script x-scriptcsh x-scriptelisp x-scriptksh x-scriptlisp x-scriptperl x-scriptperl-module
    x-scriptphyton x-scriptrexx x-scriptscheme x-scriptsh x-scripttcl x-scripttcsh x-scriptzsh
    x-server-parsed-html x-setext x-sgml x-speech x-uuencode x-vcalendar x-vcard xml
"""
_OPEN = frozenset(
    [f"application/{name}" for name in _APPLICATION.split()]
    + [f"text/{name}" for name in _TEXT.split()]
)
# Registered as text that is always UTF-8.
_FIXED = frozenset(
    {
        "application/json",
        "application/json-patch+json",
        "application/merge-patch+json",
        "application/problem+json",
        "application/vnd.api+json",
        "application/x-www-form-urlencoded",
        "text/event-stream",
    }
)
# Always bytes, with any parameters.
_BINARY = (
    "application/octet-stream",
    "audio/",
    "font/",
    "image/",
    "message/",
    "multipart/",
    "video/",
)

STATUSES = frozenset(
    {*range(100, 104), *range(200, 209), 226, *range(300, 306), 307, 308, *range(400, 419)}
    | {*range(420, 427), 428, 429, 431, 449, 450, 451, *range(500, 512), 598, 599}
)
"""The registered statuses; OpenWhisk refuses a response with any other."""

_NAME = r"[!#$%&'*+\-.^_`|~0-9A-Za-z]+"
_PARAMETER = rf'[ \t]*;[ \t]*({_NAME})=("[^"\\]*"|{_NAME})'
_match_content_type = re.compile(rf"({_NAME}/{_NAME})((?:{_PARAMETER})*)").fullmatch
_find_parameters = re.compile(_PARAMETER).finditer


class ContentType(NamedTuple):
    """The parts of a Content-Type: `media_type` and `charset` in lower case, the other parameters
    as they were sent."""

    media_type: str
    charset: str = ""
    others: str = ""

    @property
    def is_json(self) -> bool:
        return self.media_type == "application/json" or self.media_type.endswith("+json")

    @property
    def is_text(self) -> bool:
        """Whether it is registered as text, or has a charset and is not registered as bytes."""
        if self.is_registered_text:
            return True
        return self.charset != "" and not self.media_type.startswith(_BINARY)

    @property
    def is_registered_text(self) -> bool:
        return self.media_type in _OPEN or self.media_type in _FIXED

    @property
    def header_value(self) -> str:
        """The header that the client gets: text with an open charset is sent as UTF-8."""
        ending = "; charset=UTF-8" if self.is_text and self.media_type not in _FIXED else ""
        return self.media_type + self.others + ending


OCTETS = ContentType("application/octet-stream")
"""The type of a body without a Content-Type, or with a malformed one (RFC 9110 §8.3)."""


def parse_content_type(header: str) -> ContentType | None:
    """Return the parts of a header's value; None if it is malformed."""
    match = _match_content_type(header.strip())
    if match is None:
        return None
    charset, others = "", []
    for parameter in _find_parameters(match[2]):
        if parameter[1].lower() == "charset":
            charset = parameter[2].strip('"').lower()
        else:
            others.append(f"; {parameter[1]}={parameter[2]}")
    return ContentType(match[1].lower(), charset, "".join(others))
