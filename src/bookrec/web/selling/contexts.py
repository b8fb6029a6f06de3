"""Contexts of the pages that sell; see `bookrec.web.contexts`."""

from __future__ import annotations

import msgspec

from bookrec.web.contexts.books import BookCard


class CartItem(msgspec.Struct, frozen=True):
    """A book of a cart."""

    book: BookCard
    quantity: int
    price: int
    """Price of one copy in minor units; 0 for a book that is not for sale any more."""
    problem: str
    """'' or a message key: 'sold_out', 'too_many' (see ``left``), 'not_for_sale'."""
    left: int
    """Copies that can be bought."""

    @property
    def amount(self) -> int:
        """Price of all copies."""
        return self.price * self.quantity


class CartPage(msgspec.Struct, frozen=True):
    """``/cart``"""

    items: list[CartItem]
    currency: str
    total: int

    @property
    def orderable(self) -> bool:
        """Whether all of it can be ordered."""
        return bool(self.items) and not any(item.problem for item in self.items)


class CheckoutPage(msgspec.Struct, frozen=True):
    """``/checkout``: contact, delivery and payment."""

    cart: CartPage
    key: str
    """One-time key of this form: sent twice, it orders once."""
    fields: dict[str, str]
    """Values of the buyer's fields, by name."""
    errors: dict[str, str]
    """Field → message key; ``form`` for the order as a whole."""
    delivers: bool
    delivery_fee: int
    takes_transfers: bool
    sold_out_title: str = ""
    """Title of the book for the error 'not_enough'."""
    left: int = 0


class OrderLineFacts(msgspec.Struct, frozen=True):
    """A book of an order, with what it cost then."""

    isbn: str
    title: str
    author: str
    price: int
    quantity: int
    amount: int
    in_catalogue: bool


class OrderStepFacts(msgspec.Struct, frozen=True):
    """A state that an order came to."""

    state: str
    note: str
    at: int


class TransferFacts(msgspec.Struct, frozen=True):
    """Bank details for the transfer of an order."""

    bank: str
    account: str
    holder: str
    text: str
    qr: str
    """SVG of the VietQR code; '' for currencies other than VND."""


class OrderFacts(msgspec.Struct, frozen=True):
    """An order in a list or on its page."""

    order_id: str
    number: int
    state: str
    currency: str
    goods: int
    delivery_fee: int
    total: int
    delivery: str
    payment: str
    created_at: int
    lines: list[OrderLineFacts]


class OrderPage(msgspec.Struct, frozen=True):
    """``/orders/{id}``"""

    order: OrderFacts
    name: str
    phone: str
    email: str
    address: str
    note: str
    steps: list[OrderStepFacts]
    transfer: TransferFacts | None
    """None unless the order waits for a transfer."""
    guest: bool


class OrdersPage(msgspec.Struct, frozen=True):
    """``/orders``: the reader's orders, the newest first."""

    orders: list[OrderFacts]
