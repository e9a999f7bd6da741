"""Detect the sender of an event that is not an HTTP request, from the event's shape.

Shapes: docs.aws.amazon.com/lambda/latest/dg/lambda-services.html and the pages it links to.
`direct` is any other event: your own value, from Invoke, Step Functions or EventBridge Scheduler.
"""

from typing import Any

# `eventSource` of the first record (SNS writes `EventSource`).
_RECORD_SOURCES = {
    "aws:sns": "sns",
    "aws:sqs": "sqs",
    "aws:s3": "s3",
    "aws:dynamodb": "dynamodb",
    "aws:kinesis": "kinesis",
    "aws:ses": "ses",
    "aws:codecommit": "codecommit",
}
_EVENT_SOURCES = {
    "aws:kafka": "kafka",
    "SelfManagedKafka": "kafka",
    "aws:mq": "mq",
    "aws:amq": "mq",
    "aws:rmq": "mq",
    "aws:docdb": "documentdb",
}
# Sets of keys that only one service's events have together.
_KEY_SETS = {
    "s3_test": {"Event", "Bucket", "Service"},
    "eventbridge": {"detail-type", "detail"},
    "cloudwatch_logs": {"awslogs"},
    "cognito": {"triggerSource", "userPoolId"},
    "cognito_sync": {"identityPoolId", "datasetName"},
    "kinesis_analytics": {"applicationArn", "records"},
    "firehose": {"invocationId", "records"},
    "codepipeline": {"CodePipeline.job"},
    "codedeploy": {"DeploymentId", "LifecycleEventHookExecutionId"},
    "cloudformation": {"RequestType", "ResponseURL", "StackId"},
    "secrets_manager": {"SecretId", "Step", "ClientRequestToken"},
    "config": {"configRuleName", "invokingEvent"},
    "cloudwatch_alarm": {"alarmArn", "alarmData"},
    "bedrock_agent": {"actionGroup", "agent", "messageVersion"},
    "s3_batch": {"invocationSchemaVersion", "job", "tasks"},
    "s3_object_lambda": {"xAmzRequestId", "userRequest"},
    "lex": {"bot", "invocationSource"},
    "connect": {"Name", "Details"},
    "alexa": {"session", "request", "version"},
    "alexa_smart_home": {"header", "payload"},
    "appsync": {"arguments", "identity", "info"},
    "destination": {"requestContext", "responseContext", "requestPayload"},
    "iot_button": {"clickType", "serialNumber", "batteryVoltage"},
    "iot_1_click": {"deviceEvent", "deviceInfo"},
    "iot_provisioning": {"certificateId", "templateArn"},
}
TRIGGER_NAMES = frozenset(
    {*_RECORD_SOURCES.values(), *_EVENT_SOURCES.values(), *_KEY_SETS, "schedule", "authorizer"}
    | {"websocket_api", "warmup", "direct", "command"}
)
"""The names that `trigger_of` can return."""

# Keys that only events of services have. An event with one of these keys and no name above comes
# from a service that this version does not know; it is not a value of your own.
_ENVELOPE_KEYS = frozenset(
    {
        "Records",
        "records",
        "requestContext",
        "httpMethod",
        "eventSource",
        "rawPath",
        "raw_path",
        "routeKey",
        "methodArn",
        "routeArn",
        "__ow_method",
        "detail-type",
        "triggerSource",
        "multiValueHeaders",
    }
)
# Triggers whose events look like HTTP but are not requests: CloudFront's response triggers.
RESPONSE_TRIGGERS = frozenset({"cloudfront"})


COMMAND = "lambda_adapters_command"
"""The key of an event that is a command for the deployed function, and of `custom` in its client
context."""


def trigger_name(event: Any) -> str | None:
    """Return the name of the sender of an event that no source matches; None if unknown."""
    if not isinstance(event, dict):
        return "direct"
    return (
        _name_from_authorizer_keys(event)
        or _name_from_records(event)
        or _name_from_context(event)
        or _name_from_keys(event)
        or (None if event.keys() & _ENVELOPE_KEYS else _name_of_direct_event(event))
    )


def _name_from_authorizer_keys(event: dict[str, Any]) -> str | None:
    if event.get("type") in ("TOKEN", "REQUEST") and ("methodArn" in event or "routeArn" in event):
        return "authorizer"
    if "authorizationToken" in event and isinstance(event.get("requestContext"), dict):
        return "authorizer"  # AppSync's
    return "authorizer" if {"protocolData", "signatureVerified"} <= event.keys() else None  # IoT's


def _name_from_records(event: dict[str, Any]) -> str | None:
    source = event.get("eventSource")
    if isinstance(source, str) and source in _EVENT_SOURCES:
        return _EVENT_SOURCES[source]
    records = event.get("Records")
    first = records[0] if isinstance(records, list) and records else None
    if not isinstance(first, dict):
        return None
    if isinstance(first.get("cf"), dict):
        return "cloudfront"
    source = first.get("eventSource", first.get("EventSource"))
    return _RECORD_SOURCES.get(source) if isinstance(source, str) else None


def _name_from_context(event: dict[str, Any]) -> str | None:
    context = event.get("requestContext")
    if not isinstance(context, dict):
        return None
    is_websocket = "connectionId" in context or {"eventType", "routeKey"} <= context.keys()
    return "websocket_api" if is_websocket else None


def _name_from_keys(event: dict[str, Any]) -> str | None:
    for name, keys in _KEY_SETS.items():
        if keys <= event.keys():
            scheduled = name == "eventbridge" and event["detail-type"] == "Scheduled Event"
            return "schedule" if scheduled else name
    return None


def _name_of_direct_event(event: dict[str, Any]) -> str:
    """Return `command`, `warmup` for pings of plugins that keep functions warm, or `direct`."""
    if COMMAND in event:
        return "command"
    plugin = event.get("source") in ("serverless-plugin-warmup", "serverless-plugin-lambda-warmup")
    return (
        "warmup"
        if plugin or event.get("warmer") is True or event.get("warmup") is True
        else "direct"
    )
