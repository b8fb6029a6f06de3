"""Schemas of the API's cart and orders. Amounts are in minor units of the currency."""

from __future__ import annotations

from typing import Annotated

import msgspec
from msgspec import Meta

from bookrec.shop.selling.carts import MOST_COPIES, MOST_LINES
from bookrec.shop.selling.order_checks import MOST_ADDRESS, MOST_NAME, MOST_NOTE
from bookrec.shop.selling.order_states import StoredOrder
from bookrec.web.api.schemas import Book, api_book
from bookrec.web.selling.cart_prices import PricedCart
from bookrec.web.selling.front import ShopFront

Quantity = Annotated[int, Meta(ge=1, le=MOST_COPIES)]
Isbn = Annotated[str, Meta(min_length=1, max_length=100)]


class CartLineRequest(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A book to put into the cart."""

    isbn: Isbn
    quantity: Quantity = 1


class CartRequest(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The whole cart."""

    items: Annotated[list[CartLineRequest], Meta(max_length=MOST_LINES)]


class CartLineAnswer(msgspec.Struct, frozen=True):
    """A book of the cart."""

    book: Book
    quantity: int
    amount: int
    problem: str
    """'' or why it cannot be ordered: ``sold_out``, ``too_many``, ``not_for_sale``."""


class CartAnswer(msgspec.Struct, frozen=True):
    """A cart with the prices of this moment."""

    items: list[CartLineAnswer]
    currency: str
    total: int


class NewOrderRequest(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Body of an order."""

    name: Annotated[str, Meta(max_length=MOST_NAME)]
    phone: Annotated[str, Meta(max_length=40)] = ""
    """Phone or e-mail address is required."""
    email: Annotated[str, Meta(max_length=200)] = ""
    delivery: str = "pickup"
    """``pickup`` or ``delivery``."""
    address: Annotated[str, Meta(max_length=MOST_ADDRESS)] = ""
    payment: str = "cash"
    """``cash`` or ``transfer``."""
    note: Annotated[str, Meta(max_length=MOST_NOTE)] = ""
    items: Annotated[list[CartLineRequest], Meta(min_length=1, max_length=MOST_LINES)] | None = None
    """Books to order; null = the cart."""
    total: int | None = None
    """Total that the reader agreed to; another one is refused with 409. Null = whatever it is."""


class OrderLineAnswer(msgspec.Struct, frozen=True):
    """A book of an order, as it was then."""

    isbn: str
    title: str
    price: int
    quantity: int


class OrderStepAnswer(msgspec.Struct, frozen=True):
    """A state that an order came to."""

    state: str
    at: int
    """Seconds since 1970, UTC."""
    note: str


class OrderAnswer(msgspec.Struct, frozen=True):
    """An order."""

    id: str
    number: int
    state: str
    currency: str
    goods: int
    delivery_fee: int
    total: int
    delivery: str
    payment: str
    transfer_text: str
    """Text by which a transfer names the order."""
    items: list[OrderLineAnswer]
    history: list[OrderStepAnswer]


class OrdersAnswer(msgspec.Struct, frozen=True):
    """The reader's orders, the newest first."""

    items: list[OrderAnswer]


def cart_answer(cart: PricedCart, front: ShopFront) -> CartAnswer:
    """Return a cart for the API."""
    items = [
        CartLineAnswer(
            api_book(line.book, front), line.quantity, line.price * line.quantity, line.problem
        )
        for line in cart.lines
    ]
    return CartAnswer(items, cart.currency, cart.total)


def order_answer(order: StoredOrder) -> OrderAnswer:
    """Return an order for the API."""
    return OrderAnswer(
        id=order.order_id,
        number=order.number,
        state=order.state,
        currency=order.currency,
        goods=order.goods,
        delivery_fee=order.delivery_fee,
        total=order.total,
        delivery=order.delivery,
        payment=order.payment,
        transfer_text=order.code,
        items=[OrderLineAnswer(x.isbn, x.title, x.price, x.quantity) for x in order.lines],
        history=[OrderStepAnswer(step.state, step.at, step.note) for step in order.steps],
    )
