"""Router: which target gets the event of a trigger."""

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


def fail_if_called(environ: Any, start_response: Any) -> Any:
    raise AssertionError("called")


@pytest.mark.parametrize("name", EVENTS)
def test_a_trigger_function_gets_the_event_and_the_context_unchanged(name: str) -> None:
    calls = []

    def function(event: Any, context: Any) -> Any:
        calls.append((event, context))
        return [name]

    router = Router(wsgi_lambda.Adapter(fail_if_called))
    for other in EVENTS.keys() - {name}:
        router.on(other, lambda event, context: pytest.fail("the wrong function"))
    router.on(name, function)
    context = object()

    assert router(EVENTS[name], context) == [name]
    assert calls == [(EVENTS[name], context)]
    assert calls[0][0] is EVENTS[name]


@pytest.mark.parametrize("name", sorted(EVENTS.keys() - {"warmup"}))
def test_a_trigger_without_a_target_raises_unknown_event(name: str) -> None:
    router = Router(wsgi_lambda.Adapter(fail_if_called))
    for other in EVENTS.keys() - {name}:
        router.on(other, lambda event, context: pytest.fail("the wrong function"))

    with pytest.raises(UnknownEvent, match="Expected an HTTP event"):
        router(EVENTS[name])


def test_values_that_are_not_objects_are_direct_invocations() -> None:
    router = Router()
    router.on("direct", lambda event, context: ["got", event])

    assert [router(value) for value in (None, [1], "a", 7)] == [
        ["got", None], ["got", [1]], ["got", "a"], ["got", 7]
    ]  # fmt: skip


def return_text(text: str) -> Any:
    return lambda event, context: text


@pytest.mark.parametrize(
    ("event", "expected"),
    [
        ({"source": "shop", "detail-type": "Order"}, "order of the shop"),
        ({"source": "shop", "detail-type": "Return"}, "the shop"),
        ({"source": "bank", "detail-type": "Order"}, "order"),
        ({"source": "bank", "detail-type": "Return"}, "any"),
    ],
)
def test_the_target_with_the_most_filters_gets_the_event(event: Any, expected: str) -> None:
    router = Router()
    router.on("eventbridge", return_text("any"))
    router.on("eventbridge", return_text("the shop"), source="shop")
    router.on("eventbridge", return_text("order"), detail_type="Order")
    router.on("eventbridge", return_text("order of the shop"), source="shop", detail_type="Order")

    assert router({**event, "detail": {}}) == expected


def test_an_event_that_no_filter_matches_raises_unknown_event() -> None:
    router = Router()
    router.on("eventbridge", return_text("the shop"), source="shop")

    with pytest.raises(UnknownEvent):
        router({"source": "bank", "detail-type": "Order", "detail": {}})


def test_the_outermost_router_with_a_target_for_a_trigger_gets_it() -> None:
    inner = Router()
    inner.on("sqs", return_text("inner"))
    inner.on("s3", return_text("inner"))
    outer = Router()
    outer.mount("/a", inner)
    outer.on("sqs", return_text("outer"))

    assert (outer(EVENTS["sqs"]), outer(EVENTS["s3"])) == ("outer", "inner")
    with pytest.raises(UnknownEvent):
        outer(EVENTS["sns"])


def test_an_app_with_an_events_path_gets_events_without_a_target() -> None:
    def app(environ: Any, start_response: Any) -> list[bytes]:
        start_response("200 OK", [])
        return [b'"posted"']

    router = Router()
    router.mount("/a", wsgi_lambda.Adapter(app, events_path="/events"))
    router.on("s3", return_text("function"))

    assert (router(EVENTS["sqs"]), router(EVENTS["s3"])) == ("posted", "function")
    with pytest.raises(UnknownEvent):
        router(EVENTS["authorizer"])


def test_a_failed_import_is_raised_only_if_no_other_target_takes_the_event() -> None:
    inner = Router()
    inner.on("sqs", return_text("inner"))
    inner.on("warmup", return_text("warm"))
    router = Router("nowhere_at_all:handler")
    router.mount("/a", inner)

    assert router(EVENTS["sqs"]) == "inner"
    assert router(EVENTS["warmup"]) == "warm"
    with pytest.raises(AppError, match="to import"):
        router(EVENTS["s3"])


def test_the_order_of_imports_does_not_change_the_target_of_a_trigger(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    module: Any = ModuleType("parts_of_this_test")
    monkeypatch.setitem(sys.modules, module.__name__, module)
    module.first, module.second = Router(), Router(return_text("web"))
    module.first.on("sqs", return_text("first"))
    module.second.on("sqs", return_text("second"))
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

    event = {"requestContext": {"authorizer": {"principalId": "admin"}}, "arguments": 1}
    handler = wsgi_lambda.Adapter(app, events_path="/events", remote_user=True)

    assert handler({**event, "identity": 1, "info": 1}) == [None, None]


TARGET = return_text("")


@pytest.mark.parametrize(
    ("add", "message"),
    [
        (lambda r: r.on("sqz", TARGET), "got 'sqz'. Did you mean 'sqs'?"),
        (lambda r: r.on("step_functions", TARGET), "'step_functions'. Did you mean 'direct'?"),
        (lambda r: r.on("!", TARGET), "such as sqs, s3 or schedule, got '!'."),
        (lambda r: r.on("s3", TARGET), "Expected one target for s3 with these filters, got"),
        (lambda r: r.on("sqs", TARGET, source="x"), "no filter for sqs, got 'source'"),
        (lambda r: r.on("eventbridge", TARGET, region="x"), "filters source, detail_type for"),
        (lambda r: r.on("eventbridge", TARGET, source=["a"]), "Expected a str for each"),
        (lambda r: r.on("sqs", fail_if_called),
         "Expected the target on sqs as an Adapter, a Router, a"),
    ],
)  # fmt: skip
def test_an_invalid_target_raises_configuration_error_when_it_is_added(
    add: Any, message: str
) -> None:
    router = Router()
    router.on("s3", TARGET)

    with pytest.raises(ConfigurationError) as error:
        add(router)

    assert message in str(error.value)
