"""Odd queries."""

from compliance.servers.raw_requests import RawRequest

_EVERY = b"".join(f"%{byte:02X}".encode() for byte in range(256))


def _of(name: str, query: bytes) -> RawRequest:
    return RawRequest(f"query: {name}", target=b"/search?" + query)


QUERIES = [
    _of("plain", b"q=1"),
    _of("empty", b""),
    _of("two keys", b"a=1&b=2"),
    _of("keys in reverse order", b"z=1&a=2&m=3"),
    _of("repeated key", b"a=1&a=2&a=3"),
    _of("repeated key apart", b"a=1&b=2&a=3"),
    _of("repeated pair", b"a=1&a=1"),
    _of("blank value", b"a="),
    _of("bare key", b"a"),
    _of("bare key among others", b"a=1&b&c=3"),
    _of("blank key", b"=1"),
    _of("only an equals sign", b"="),
    _of("only an ampersand", b"&"),
    _of("ampersands around", b"&a=1&&b=2&"),
    _of("value with an equals sign", b"a=b=c"),
    _of("key with an encoded equals sign", b"a%3Db=c"),
    _of("value with an encoded ampersand", b"a=b%26c"),
    _of("plus", b"q=a+b"),
    _of("encoded plus", b"q=a%2Bb"),
    _of("encoded space", b"q=a%20b"),
    _of("semicolon", b"a=1;b=2"),
    _of("encoded semicolon", b"a=1%3Bb=2"),
    _of("question mark", b"a=b?c&d=?"),
    _of("two question marks", b"?a=1"),
    _of("slashes", b"next=/a/b//c"),
    _of("encoded slashes", b"next=%2Fa%2fb"),
    _of("colon and at", b"a=b:c@d"),
    _of("brackets", b"a[]=1&a[]=2&b[c]=3"),
    _of("encoded brackets", b"a%5B%5D=1&a%5B%5D=2"),
    _of("dollar", b"$filter=x&$top=3"),
    _of("JSON", b'q={"a":[1,"b"]}'),
    _of("percent at the end", b"a=100%"),
    _of("percent and no hex", b"a=%zz&b=%4"),
    _of("encoded percent", b"a=100%25"),
    _of("encoded twice", b"a=%2541"),
    _of("every escape", b"a=" + _EVERY),
    _of("UTF-8", b"q=caf%C3%A9&%C3%A9=1"),
    _of("latin-1", b"q=caf%E9"),
    _of("raw latin-1", b"q=caf\xe9"),
    _of("NUL", b"q=%00"),
    _of("CR and LF", b"q=a%0D%0Ab"),
    _of("escapes in lower case", b"q=%c3%a9"),
    _of("needless escapes", b"%61=%62"),
    _of("hash", b"a=1#b"),
    _of("signature", b"X-Amz-Signature=abc%2Fdef%3D&X-Amz-Expires=60"),
    _of("8 KB", b"&".join(b"key%d=%d" % (n, n) for n in range(560))),
    _of("many of one key", b"&".join(b"id=%d" % n for n in range(300))),
    RawRequest("query: behind an odd path", target=b"/a%2Fb//c/../d?x=%2F"),
]
