"""Odd queries."""

from compliance.servers.raw_requests import RawRequest

_EVERY = b"".join(f"%{byte:02X}".encode() for byte in range(256))


def _request(name: str, query: bytes) -> RawRequest:
    return RawRequest(f"query: {name}", target=b"/search?" + query)


QUERIES = [
    _request("plain", b"q=1"),
    _request("empty", b""),
    _request("two keys", b"a=1&b=2"),
    _request("keys in reverse order", b"z=1&a=2&m=3"),
    _request("repeated key", b"a=1&a=2&a=3"),
    _request("repeated key apart", b"a=1&b=2&a=3"),
    _request("repeated pair", b"a=1&a=1"),
    _request("blank value", b"a="),
    _request("bare key", b"a"),
    _request("bare key among others", b"a=1&b&c=3"),
    _request("blank key", b"=1"),
    _request("only an equals sign", b"="),
    _request("only an ampersand", b"&"),
    _request("ampersands around", b"&a=1&&b=2&"),
    _request("value with an equals sign", b"a=b=c"),
    _request("key with an encoded equals sign", b"a%3Db=c"),
    _request("value with an encoded ampersand", b"a=b%26c"),
    _request("plus", b"q=a+b"),
    _request("encoded plus", b"q=a%2Bb"),
    _request("encoded space", b"q=a%20b"),
    _request("semicolon", b"a=1;b=2"),
    _request("encoded semicolon", b"a=1%3Bb=2"),
    _request("question mark", b"a=b?c&d=?"),
    _request("two question marks", b"?a=1"),
    _request("slashes", b"next=/a/b//c"),
    _request("encoded slashes", b"next=%2Fa%2fb"),
    _request("colon and at", b"a=b:c@d"),
    _request("brackets", b"a[]=1&a[]=2&b[c]=3"),
    _request("encoded brackets", b"a%5B%5D=1&a%5B%5D=2"),
    _request("dollar", b"$filter=x&$top=3"),
    _request("JSON", b'q={"a":[1,"b"]}'),
    _request("percent at the end", b"a=100%"),
    _request("percent and no hex", b"a=%zz&b=%4"),
    _request("encoded percent", b"a=100%25"),
    _request("encoded twice", b"a=%2541"),
    _request("every escape", b"a=" + _EVERY),
    _request("UTF-8", b"q=caf%C3%A9&%C3%A9=1"),
    _request("latin-1", b"q=caf%E9"),
    _request("raw latin-1", b"q=caf\xe9"),
    _request("NUL", b"q=%00"),
    _request("CR and LF", b"q=a%0D%0Ab"),
    _request("escapes in lower case", b"q=%c3%a9"),
    _request("needless escapes", b"%61=%62"),
    _request("hash", b"a=1#b"),
    _request("signature", b"X-Amz-Signature=abc%2Fdef%3D&X-Amz-Expires=60"),
    _request("8 KB", b"&".join(b"key%d=%d" % (n, n) for n in range(560))),
    _request("many of one key", b"&".join(b"id=%d" % n for n in range(300))),
    RawRequest("query: after an odd path", target=b"/a%2Fb//c/../d?x=%2F"),
]
