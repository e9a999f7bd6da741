"""Notifications of an auto-scaling group about its instances: `Handler: teahouse.scaling.handler`.

A group sends EC2_INSTANCE_LAUNCH both for a new instance and for one that leaves standby. Only the
description differs. A new instance must be set up, one from standby has been set up before.
Source: docs.aws.amazon.com/autoscaling/ec2/userguide/ec2-auto-scaling-sns-notifications.html
"""

import json
from typing import Any

from lambda_adapters import records

LAUNCH = "autoscaling:EC2_INSTANCE_LAUNCH"
OUT_OF_STANDBY = "Moving EC2 instance out of Standby"


def change_from_message(message: dict[str, Any]) -> str:
    """`launched`, `back from standby` or `other`, for one notification.

    Other notifications are terminations, failures, and the test message for a new topic.
    """
    if message.get("Event") != LAUNCH:
        return "other"
    description = str(message.get("Description", ""))
    return "back from standby" if description.startswith(OUT_OF_STANDBY) else "launched"


def handler(event: Any, context: Any) -> list[dict[str, Any]]:
    """The change in each notification. SNS ignores the result, so it is also printed."""
    changes = []
    for record in records(event):
        message = json.loads(record["Sns"]["Message"])
        change = {
            "group": message["AutoScalingGroupName"],
            "instance": message.get("EC2InstanceId"),  # missing in the test message
            "change": change_from_message(message),
        }
        print(json.dumps(change))
        changes.append(change)
    return changes
