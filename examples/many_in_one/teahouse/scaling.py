"""What an auto-scaling group tells about its instances: `Handler: teahouse.scaling.handler`.

A group says EC2_INSTANCE_LAUNCH for a new instance and for one that leaves standby alike; only the
description tells them apart. A new one has to be set up, the other has been before.
Source: docs.aws.amazon.com/autoscaling/ec2/userguide/ec2-auto-scaling-sns-notifications.html
"""

import json
from typing import Any

from lambda_adapters import records

LAUNCH = "autoscaling:EC2_INSTANCE_LAUNCH"
OUT_OF_STANDBY = "Moving EC2 instance out of Standby"


def change_of(message: dict[str, Any]) -> str:
    """`launched`, `back from standby`, or `other`: terminations, failures, the test message that
    a group sends when it gets its topic."""
    if message.get("Event") != LAUNCH:
        return "other"
    description = str(message.get("Description", ""))
    return "back from standby" if description.startswith(OUT_OF_STANDBY) else "launched"


def handler(event: Any, context: Any) -> list[dict[str, Any]]:
    """What changed, message by message. SNS ignores the result; the log has it too."""
    changes = []
    for record in records(event):
        message = json.loads(record["Sns"]["Message"])
        change = {
            "group": message["AutoScalingGroupName"],
            "instance": message.get("EC2InstanceId"),  # the test message has none
            "change": change_of(message),
        }
        print(json.dumps(change))
        changes.append(change)
    return changes
