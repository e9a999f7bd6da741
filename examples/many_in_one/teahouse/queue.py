"""Orders that wait in a queue: `Handler: teahouse.queue.handler`.

An order that cannot be taken comes again alone, the others of its batch do not.
"""

import json
from typing import Any

from lambda_adapters import partial_failures
from teahouse.prices import Order, cents_of


def take(record: dict[str, Any]) -> None:
    """Raises pydantic's ValidationError for what is no order."""
    order = Order.model_validate_json(record["body"])
    print(json.dumps({"message": record["messageId"], "cents": cents_of(order)}))


def handler(event: Any, context: Any) -> dict[str, Any]:
    return partial_failures(event, take)
