"""Orders from a queue: `Handler: teahouse.queue.handler`.

If an order fails, SQS sends only this order again, not the rest of the batch.
"""

import json
from typing import Any

from lambda_adapters import partial_failures
from teahouse.prices import Order, compute_cents


def accept_order(record: dict[str, Any]) -> None:
    """Accept one order. Raises pydantic's ValidationError if it is not valid."""
    order = Order.model_validate_json(record["body"])
    print(json.dumps({"message": record["messageId"], "cents": compute_cents(order)}))


def handler(event: Any, context: Any) -> dict[str, Any]:
    return partial_failures(event, accept_order)
