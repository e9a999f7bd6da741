"""Sample events of CloudFront and VPC Lattice."""

from tests.event_builders import AGENT, CLIENT, Event


def cloudfront(uri: str = "/") -> Event:
    """A viewer request of Lambda@Edge."""
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
    """A VPC Lattice event, version 2.0. HTTP API events have the same version number."""
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
    """A VPC Lattice event, version 1."""
    return {
        "raw_path": "/orders?page=2",
        "method": "GET",
        "headers": {"host": "orders.internal", "x-forwarded-for": "10.0.3.4"},
        "query_string_parameters": {"page": "2"},
        "body": "",
        "is_base64_encoded": False,
    }
