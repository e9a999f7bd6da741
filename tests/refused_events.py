"""Events of an edge, and some that are no request to serve: of authorizers, of nobody."""

from typing import Any

from tests.event_builders import AGENT, CLIENT, Event, http_api, http_api_v1, rest_api


def cloudfront(uri: str = "/") -> Event:
    """Lambda@Edge, viewer request."""
    return {
        "Records": [
            {
                "cf": {
                    "config": {
                        "distributionDomainName": "d3k9xq2b7d1f4a.cloudfront.net",
                        "distributionId": "E2Q7ZK1M9XBC4D",
                        "eventType": "viewer-request",
                        "requestId": "Yh7c2nQx0dK9sJ1vTg5bLmPzRw8eAq3uFi6oCtNyXk4=",
                    },
                    "request": {
                        "clientIp": CLIENT,
                        "headers": {
                            "host": [{"key": "Host", "value": "d3k9xq2b7d1f4a.cloudfront.net"}],
                            "user-agent": [{"key": "User-Agent", "value": AGENT}],
                        },
                        "method": "GET",
                        "querystring": "",
                        "uri": uri,
                    },
                }
            }
        ]
    }


def vpc_lattice() -> Event:
    """VPC Lattice, event version 2.0: it has that in common with HTTP APIs."""
    service = "arn:aws:vpc-lattice:eu-west-1:210987654321:"
    return {
        "version": "2.0",
        "path": "/orders",
        "method": "GET",
        "headers": {"host": ["orders.internal"], "x-forwarded-for": ["10.0.3.4"]},
        "queryStringParameters": {"page": ["2"]},
        "body": "",
        "isBase64Encoded": False,
        "requestContext": {
            "serviceNetworkArn": service + "servicenetwork/sn-0f1e2d3c4b5a69788",
            "serviceArn": service + "service/svc-0a1b2c3d4e5f60718",
            "targetGroupArn": service + "targetgroup/tg-00112233445566778",
            "identity": {"sourceVpcArn": "arn:aws:ec2:eu-west-1:210987654321:vpc/vpc-0c0ffee0"},
            "region": "eu-west-1",
            "timeEpoch": "1731240258123456",
        },
    }


def vpc_lattice_v1() -> Event:
    """VPC Lattice, event version 1."""
    return {
        "raw_path": "/orders?page=2",
        "method": "GET",
        "headers": {"host": "orders.internal", "x-forwarded-for": "10.0.3.4"},
        "query_string_parameters": {"page": "2"},
        "body": "",
        "is_base64_encoded": False,
    }


def rest_authorizer() -> Event:
    """A REQUEST authorizer's of a REST API: an event like a request's, without a body."""
    event = rest_api("/orders")
    del event["body"], event["isBase64Encoded"]
    return event | _asked("methodArn", "prod/GET/orders")


def http_v1_authorizer() -> Event:
    """A REQUEST authorizer's of an HTTP API, format 1.0."""
    event = http_api_v1("/orders", headers=[("authorization", "Bearer abc")])
    del event["body"], event["isBase64Encoded"]
    extra = {"identitySource": "Bearer abc", "authorizationToken": "Bearer abc"}
    return event | _asked("methodArn", "$default/GET/orders") | extra


def http_authorizer() -> Event:
    """A REQUEST authorizer's of an HTTP API, format 2.0."""
    event = http_api("/orders", headers=[("authorization", "Bearer abc")])
    del event["isBase64Encoded"]
    return event | _asked("routeArn", "$default/GET/orders") | {"identitySource": ["Bearer abc"]}


def token_authorizer() -> Event:
    """A TOKEN authorizer's."""
    asked = _asked("methodArn", "prod/GET/orders")
    return asked | {"type": "TOKEN", "authorizationToken": "Bearer abc"}


def websocket_authorizer() -> Event:
    """A WebSocket API's authorizer's."""
    event = rest_authorizer()
    event["requestContext"] |= {"connectionId": "BIjz1fFvDoECJnA=", "eventType": "CONNECT"}
    return event


def _asked(key: str, what: str) -> dict[str, Any]:
    return {
        "type": "REQUEST",
        key: f"arn:aws:execute-api:eu-west-1:210987654321:k3jq9x2b7d/{what}",
    }
