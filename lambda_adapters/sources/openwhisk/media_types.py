"""What Pekko HTTP knows, the web server of OpenWhisk: which media types are text, which statuses
there are.

Source: github.com/apache/pekko-http, MediaType.scala, CommonActions.scala and StatusCode.scala.
"""

import re
from typing import NamedTuple

# Registered as text in any charset: of application/*, and of text/*.
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
# Bytes whatever parameter they have.
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
"""The registered ones; OpenWhisk refuses a response with another."""

_NAME = r"[!#$%&'*+\-.^_`|~0-9A-Za-z]+"
_PARAMETER = rf'[ \t]*;[ \t]*({_NAME})=("[^"\\]*"|{_NAME})'
_content_type = re.compile(rf"({_NAME}/{_NAME})((?:{_PARAMETER})*)").fullmatch
_parameters = re.compile(_PARAMETER).finditer


class ContentType(NamedTuple):
    """A Content-Type taken apart: `kind` and `charset` in lower case, the other parameters as
    they were sent."""

    kind: str
    charset: str = ""
    others: str = ""

    @property
    def is_json(self) -> bool:
        return self.kind == "application/json" or self.kind.endswith("+json")

    @property
    def is_text(self) -> bool:
        """Registered as text; or registered as nothing, but with a charset."""
        if self.is_registered_text:
            return True
        return self.charset != "" and not self.kind.startswith(_BINARY)

    @property
    def is_registered_text(self) -> bool:
        return self.kind in _OPEN or self.kind in _FIXED

    @property
    def rendered(self) -> str:
        """As the client gets it: text in an open charset is sent as UTF-8."""
        ending = "; charset=UTF-8" if self.is_text and self.kind not in _FIXED else ""
        return self.kind + self.others + ending


OCTETS = ContentType("application/octet-stream")
"""What a body without a Content-Type, or with a malformed one, is taken for (RFC 9110 §8.3)."""


def parse_content_type(header: str) -> ContentType | None:
    """The header's value taken apart; None where it is malformed."""
    match = _content_type(header.strip())
    if match is None:
        return None
    charset, others = "", []
    for parameter in _parameters(match[2]):
        if parameter[1].lower() == "charset":
            charset = parameter[2].strip('"').lower()
        else:
            others.append(f"; {parameter[1]}={parameter[2]}")
    return ContentType(match[1].lower(), charset, "".join(others))
