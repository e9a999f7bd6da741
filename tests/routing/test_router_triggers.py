"""Triggers: the outermost Router that names one gets its events, then those inside it."""

import json
import sys
from types import ModuleType
from typing import Any

import pytest

import wsgi_lambda
from lambda_adapters import AppError, ConfigurationError, Front, Request, UnknownEvent
from lambda_adapters.routing.router import Router
from lambda_adapters.sources.registry import source_by_name

EVENTS: dict[str, Any] = {
    "sns": {"Records": [{"EventSource": "aws:sns", "Sns": {}}]},
    "sqs": {"Records": [{"eventSource": "aws:sqs", "messageId": "m"}]},
    "s3": {"Records": [{"eventSource": "aws:s3", "s3": {}}]},
    "dynamodb": {"Records": [{"eventSource": "aws:dynamodb", "dynamodb": {}}]},
    "kinesis": {"Records": [{"eventSource": "aws:kinesis", "kinesis": {}}]},
    "ses": {"Records": [{"eventSource": "aws:ses", "ses": {}}]},
    "eventbridge": {"detail-type": "Order", "source": "shop", "detail": {}},
    "schedule": {"detail-type": "Scheduled Event", "source": "aws.events", "detail": {}},
    "cloudwatch_logs": {"awslogs": {"data": ""}},
    "kafka": {"eventSource": "aws:kafka", "records": {}},
    "mq": {"eventSource": "aws:mq", "messages": []},
    "iot_button": {"clickType": "SINGLE", "serialNumber": "G", "batteryVoltage": "1mV"},
    "cognito": {"triggerSource": "PreSignUp_SignUp", "userPoolId": "p"},
    "firehose": {"invocationId": "i", "records": []},
    "codepipeline": {"CodePipeline.job": {}},
    "cloudformation": {"RequestType": "Create", "ResponseURL": "https://x", "StackId": "s"},
    "authorizer": {"type": "TOKEN", "methodArn": "arn:aws:x", "authorizationToken": "t"},
    "websocket_api": {"requestContext": {"connectionId": "c", "eventType": "MESSAGE"}},
    "direct": {"step": 1},
    "command": {"lambda_adapters_command": ["migrate"]},
    "warmup": {"source": "serverless-plugin-warmup"},
}  # fmt: skip


def refusing(environ: Any, start_response: Any) -> Any:
    raise AssertionError("called")


@pytest.mark.parametrize("name", EVENTS)
def test_a_trigger_reaches_its_function_with_event_and_context_untouched(name: str) -> None:
    called = []

    def function(event: Any, context: Any) -> Any:
        called.append((event, context))
        return [name]

    router = Router(wsgi_lambda.Adapter(refusing))
    for other in EVENTS.keys() - {name}:
        router.on(other, lambda event, context: pytest.fail("the wrong function"))
    router.on(name, function)
    context = object()

    assert router(EVENTS[name], context) == [name]
    assert called == [(EVENTS[name], context)]
    assert called[0][0] is EVENTS[name]


@pytest.mark.parametrize("name", sorted(EVENTS.keys() - {"warmup"}))
def test_a_trigger_without_a_target_is_an_unknown_event(name: str) -> None:
    router = Router(wsgi_lambda.Adapter(refusing))
    for other in EVENTS.keys() - {name}:
        router.on(other, lambda event, context: pytest.fail("the wrong function"))

    with pytest.raises(UnknownEvent, match="Expected an HTTP event"):
        router(EVENTS[name])


def test_values_that_are_no_objects_are_direct() -> None:
    router = Router()
    router.on("direct", lambda event, context: ["got", event])

    assert [router(value) for value in (None, [1], "a", 7)] == [
        ["got", None], ["got", [1]], ["got", "a"], ["got", 7]
    ]  # fmt: skip


def answer(text: str) -> Any:
    return lambda event, context: text


@pytest.mark.parametrize(
    ("event", "taken"),
    [
        ({"source": "shop", "detail-type": "Order"}, "order of the shop"),
        ({"source": "shop", "detail-type": "Return"}, "the shop"),
        ({"source": "bank", "detail-type": "Order"}, "order"),
        ({"source": "bank", "detail-type": "Return"}, "any"),
    ],
)
def test_the_target_with_the_most_filters_comes_first(event: Any, taken: str) -> None:
    router = Router()
    router.on("eventbridge", answer("any"))
    router.on("eventbridge", answer("the shop"), source="shop")
    router.on("eventbridge", answer("order"), detail_type="Order")
    router.on("eventbridge", answer("order of the shop"), source="shop", detail_type="Order")

    assert router({**event, "detail": {}}) == taken


def test_a_filter_that_is_not_met_leaves_no_target() -> None:
    router = Router()
    router.on("eventbridge", answer("the shop"), source="shop")

    with pytest.raises(UnknownEvent):
        router({"source": "bank", "detail-type": "Order", "detail": {}})


def test_the_outermost_router_that_names_a_trigger_gets_it() -> None:
    inner = Router()
    inner.on("sqs", answer("inner"))
    inner.on("s3", answer("inner"))
    outer = Router()
    outer.mount("/a", inner)
    outer.on("sqs", answer("outer"))

    assert (outer(EVENTS["sqs"]), outer(EVENTS["s3"])) == ("outer", "inner")
    with pytest.raises(UnknownEvent):
        outer(EVENTS["sns"])


def test_an_app_with_an_events_path_gets_what_no_router_names() -> None:
    def app(environ: Any, start_response: Any) -> list[bytes]:
        start_response("200 OK", [])
        return [b'"posted"']

    router = Router()
    router.mount("/a", wsgi_lambda.Adapter(app, events_path="/events"))
    router.on("s3", answer("function"))

    assert (router(EVENTS["sqs"]), router(EVENTS["s3"])) == ("posted", "function")
    with pytest.raises(UnknownEvent):
        router(EVENTS["authorizer"])


def test_a_target_that_cannot_be_imported_is_passed_over_and_told_where_no_other_takes_it() -> None:
    inner = Router()
    inner.on("sqs", answer("inner"))
    inner.on("warmup", answer("warm"))
    router = Router("nowhere_at_all:handler")
    router.mount("/a", inner)

    assert router(EVENTS["sqs"]) == "inner"
    assert router(EVENTS["warmup"]) == "warm"
    with pytest.raises(AppError, match="to import"):
        router(EVENTS["s3"])


def test_what_was_imported_before_does_not_change_who_takes_a_trigger(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    module: Any = ModuleType("parts_of_this_test")
    monkeypatch.setitem(sys.modules, module.__name__, module)
    module.first, module.second = Router(), Router(answer("web"))
    module.first.on("sqs", answer("first"))
    module.second.on("sqs", answer("second"))
    router = Router()
    router.mount("/a", "parts_of_this_test:first")
    router.mount("/b", "parts_of_this_test:second")

    router(
        source_by_name("http_api").event_from_request(Request(path="/b", raw_path="/b"), Front())
    )

    assert router(EVENTS["sqs"]) == "first"


def test_a_posted_event_has_no_caller() -> None:
    def app(environ: Any, start_response: Any) -> list[bytes]:
        start_response("200 OK", [])
        return [json.dumps([environ["aws.caller"], environ.get("REMOTE_USER")]).encode()]

    forged = {"requestContext": {"authorizer": {"principalId": "admin"}}, "arguments": 1}
    handler = wsgi_lambda.Adapter(app, events_path="/events", remote_user=True)

    assert handler({**forged, "identity": 1, "info": 1}) == [None, None]


@pytest.mark.parametrize(
    ("add", "message"),
    [
        (lambda r: r.on("sqz", answer("")), "got 'sqz'. Did you mean 'sqs'?"),
        (lambda r: r.on("step_functions", answer("")), "'step_functions'. Did you mean 'direct'?"),
        (lambda r: r.on("!", answer("")), "such as sqs, s3 or schedule, got '!'."),
        (lambda r: r.on("s3", answer("")), "Expected one target for s3 with these filters, got"),
        (lambda r: r.on("sqs", answer(""), source="x"), "none as filter of sqs, got 'source'"),
        (lambda r: r.on("eventbridge", answer(""), region="x"), "one of source, detail_type as"),
        (lambda r: r.on("eventbridge", answer(""), source=["a"]), "Expected a text for each"),
        (lambda r: r.on("sqs", refusing), "Expected the target on sqs as an Adapter, a Router, a"),
    ],
)  # fmt: skip
def test_what_is_wrong_is_refused_when_it_is_added(add: Any, message: str) -> None:
    router = Router()
    router.on("s3", answer(""))

    with pytest.raises(ConfigurationError) as caught:
        add(router)

    assert message in str(caught.value)
