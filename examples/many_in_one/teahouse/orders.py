"""Orders, a FastAPI app under /orders: `Handler: teahouse.orders.handler`."""

from fastapi import FastAPI
from pydantic import BaseModel

from asgi_lambda import Adapter
from teahouse.prices import CENTS_PER_GRAM, Order, compute_cents

app = FastAPI(
    title="Orders",
    docs_url="/orders/docs",
    openapi_url="/orders/openapi.json",
    redoc_url=None,
    swagger_ui_oauth2_redirect_url=None,
)


class Quote(BaseModel):
    order: Order
    cents: int


@app.get("/orders/prices")
async def prices() -> dict[str, int]:
    """Cents per gram."""
    return CENTS_PER_GRAM


@app.post("/orders/quotes", status_code=201)
async def quote(order: Order) -> Quote:
    return Quote(order=order, cents=compute_cents(order))


handler = Adapter(app)
