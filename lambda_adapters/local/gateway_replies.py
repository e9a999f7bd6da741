"""What the platforms answer themselves, when no function does.

Sources: docs.aws.amazon.com/apigateway/latest/developerguide/supported-gateway-response-types.html
and docs.aws.amazon.com/elasticloadbalancing/latest/application/load-balancer-troubleshooting.html.
"""

from lambda_adapters.http.messages import Reply, json_reply, plain_reply
from lambda_adapters.sources.source import Source


def no_route(source: Source) -> Reply:
    """To a path that no function is behind, or that is not below the stage."""
    if source.name == "rest_api":
        return json_reply(403, '{"message":"Missing Authentication Token"}')
    if source.name in ("http_api", "http_api_v1"):
        return json_reply(404, '{"message":"Not Found"}')
    return plain_reply(404, "Not Found")


def too_large(source: Source) -> Reply:
    """To a request that Lambda would not take."""
    if source.name == "load_balancer":
        page = "<html>\r\n<head><title>413 Request Entity Too Large</title></head>\r\n<body>\r\n"
        page += "<center><h1>413 Request Entity Too Large</h1></center>\r\n</body>\r\n</html>\r\n"
        return Reply(413, [("content-type", "text/html")], page.encode(), True)
    return json_reply(413, '{"message":"Request Entity Too Large"}')


def timed_out(source: Source) -> Reply:
    """To a client whose function takes too long."""
    if source.name == "rest_api":
        return json_reply(504, '{"message": "Endpoint request timed out"}')
    if source.name in ("http_api", "http_api_v1"):
        return json_reply(503, '{"message":"Service Unavailable"}')
    return source.refusal()
