"""What an order is and what it costs, over HTTP as in the queue."""

from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

CENTS_PER_GRAM = {"sencha": 12, "oolong": 18, "pu-erh": 25}


class Order(BaseModel):
    # An error of the queue goes to the log, where what a customer wrote has no business.
    model_config = ConfigDict(hide_input_in_errors=True)

    tea: Literal["sencha", "oolong", "pu-erh"]
    grams: int = Field(ge=10, le=5000)


def cents_of(order: Order) -> int:
    return CENTS_PER_GRAM[order.tea] * order.grams
