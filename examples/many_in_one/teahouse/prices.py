"""Orders and their prices, for orders over HTTP and from the queue."""

from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

CENTS_PER_GRAM = {"sencha": 12, "oolong": 18, "pu-erh": 25}


class Order(BaseModel):
    # Errors are logged, and the log must not contain a customer's input.
    model_config = ConfigDict(hide_input_in_errors=True)

    tea: Literal["sencha", "oolong", "pu-erh"]
    grams: int = Field(ge=10, le=5000)


def compute_cents(order: Order) -> int:
    """The price of an order in cents."""
    return CENTS_PER_GRAM[order.tea] * order.grams
