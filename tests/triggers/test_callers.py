"""The caller of a request, from the data of API Gateway's authorizers."""

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import asgi_lambda
import wsgi_lambda
from lambda_adapters import Front, Request
from lambda_adapters.sources.registry import all_sources
from lambda_adapters.triggers.callers import Caller, caller_of

CLAIMS = {"sub": "u-1", "email": "zoe@shop.example", "scope": "read write"}
IAM = {"accessKey": "AKIA", "accountId": "123456789012", "userArn": "arn:aws:iam::1:user/zoe"}


def event_with(authorizer: Any = None, identity: Any = None, **event: Any) -> dict[str, Any]:
    context = {"authorizer": authorizer, "identity": identity}
    return {**event, "requestContext": {k: v for k, v in context.items() if v is not None}}


@pytest.mark.parametrize(
    ("event", "caller"),
    [
        # HTTP API and Function URL, format 2.0
        (
            event_with({"jwt": {"claims": CLAIMS, "scopes": ["read"]}}),
            Caller("jwt", "u-1", CLAIMS, ("read",)),
        ),
        (
            event_with({"jwt": {"claims": CLAIMS, "scopes": None}}),
            Caller("jwt", "u-1", CLAIMS, ("read", "write")),
        ),
        (
            event_with({"jwt": {"claims": {"client_id": "batch", "scp": "a"}}}),
            Caller("jwt", "batch", {"client_id": "batch", "scp": "a"}, ("a",)),
        ),
        (event_with({"jwt": {"claims": {"iss": "x"}}}), Caller("jwt", None, {"iss": "x"}, ())),
        (event_with({"lambda": {"tenant": "acme"}}), Caller("lambda", None, {"tenant": "acme"})),
        (event_with({"lambda": None}), Caller("lambda", None, {})),
        (event_with({"iam": IAM}), Caller("iam", IAM["userArn"], IAM)),
        (event_with({"iam": {"accountId": "1"}}), None),
        # HTTP API, format 1.0
        (
            event_with({"claims": CLAIMS, "scopes": ["read"]}, version="1.0"),
            Caller("jwt", "u-1", CLAIMS, ("read",)),
        ),
        (event_with({"claims": None, "scopes": None}, version="1.0"), None),
        # REST and WebSocket
        (event_with({"claims": CLAIMS}), Caller("cognito", "u-1", CLAIMS, ("read", "write"))),
        (
            event_with({"principalId": "zoe", "tenant": "acme", "integrationLatency": 7}),
            Caller("lambda", "zoe", {"tenant": "acme"}),
        ),
        (event_with({"principalId": 7}), Caller("lambda", None, {})),
        (
            event_with(None, {"sourceIp": "203.0.113.9", "userAgent": "x", "caller": None, **IAM}),
            Caller("iam", IAM["userArn"], IAM),
        ),
        # without an authorizer
        (event_with(None, {"sourceIp": "203.0.113.9", "userArn": None}), None),
        (event_with({}), None),
        (event_with({"integrationLatency": 7}), None),
        ({"requestContext": None}, None),
        ({"__ow_method": "get", **event_with({"jwt": {"claims": CLAIMS}})}, None),
        ({"headers": {"authorization": "Bearer x"}}, None),
        (None, None),
        ([], None),
    ],
)
def test_the_caller_is_found_for_every_kind_of_authorizer(
    event: Any, caller: Caller | None
) -> None:
    assert caller_of(event) == caller


def test_the_repr_of_a_caller_has_no_claims() -> None:
    assert "zoe@" not in repr(Caller("jwt", "u-1", CLAIMS, ("read",)))


CONTEXTS = {
    "http_api": {"authorizer": {"jwt": {"claims": CLAIMS, "scopes": ["read"]}}},
    "function_url": {"authorizer": {"iam": IAM}},
    "rest_api": {"authorizer": {"principalId": "zo\u00eb", "tenant": "acme"}},
    "http_api_v1": {"authorizer": {"claims": CLAIMS, "scopes": None}},
}
CALLERS = {
    "http_api": Caller("jwt", "u-1", CLAIMS, ("read",)),
    "function_url": Caller("iam", IAM["userArn"], IAM),
    "rest_api": Caller("lambda", "zo\u00eb", {"tenant": "acme"}),
    "http_api_v1": Caller("jwt", "u-1", CLAIMS, ("read", "write")),
}


@pytest.mark.parametrize("source", all_sources(), ids=lambda source: source.name)
def test_apps_get_the_caller_and_remote_user_only_with_the_option(source: Any) -> None:
    values: list[Any] = []

    async def app(scope: Any, receive: Any, send: Any) -> None:
        values.append(scope["aws.caller"])
        await send({"type": "http.response.start", "status": 200, "headers": []})
        await send({"type": "http.response.body"})

    def wsgi_app(environ: Any, start_response: Any) -> list[bytes]:
        values.append(environ["aws.caller"])
        values.append(environ.get("REMOTE_USER"))
        start_response("200 OK", [])
        return [b""]

    event = source.event_from_request(Request(headers=[("remote-user", "forged")]), Front())
    if source.name in CONTEXTS:
        event["requestContext"] |= CONTEXTS[source.name]
    asgi_lambda.Adapter(app, lifespan="off")(event)
    wsgi_lambda.Adapter(wsgi_app)(event)
    wsgi_lambda.Adapter(wsgi_app, remote_user=True)(event)

    caller = CALLERS.get(source.name)
    assert values == [caller, caller, None, caller, caller and caller.principal]


JSON = st.recursive(
    st.one_of(st.none(), st.booleans(), st.integers(), st.text(max_size=3)),
    lambda inner: st.one_of(
        st.lists(inner, max_size=3),
        st.dictionaries(
            st.sampled_from(
                ["jwt", "iam", "lambda", "claims", "scopes", "sub", "scope", "userArn",
                 "principalId", "authorizer", "identity", "requestContext"]
            ),
            inner, max_size=4,
        ),
    ),
    max_leaves=12,
)  # fmt: skip


@given(JSON)
@settings(deadline=None)
def test_no_event_value_raises(value: Any) -> None:
    for event in (value, {"requestContext": value}, {"requestContext": {"authorizer": value}}):
        caller = caller_of(event)
        assert caller is None or isinstance(caller, Caller)
