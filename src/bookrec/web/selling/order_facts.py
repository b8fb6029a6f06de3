"""Orders as the pages show them."""

from __future__ import annotations

from typing import Final

from bookrec.shop.selling.banks import bank_name
from bookrec.shop.selling.order_states import StoredOrder
from bookrec.shop.selling.orders import TRANSFER
from bookrec.shop.selling.shop_settings import ShopSettings
from bookrec.web.selling.contexts import (
    OrderFacts,
    OrderLineFacts,
    OrderStepFacts,
    TransferFacts,
)
from bookrec.web.selling.vietqr import qr_svg, vietqr_payload
from bookrec.web.store.catalogue import books_by_isbn
from bookrec.web.store.snapshot_reader import Snapshot

_TO_PAY: Final = ("new", "confirmed")
"""States in which a transfer may still be due."""


def order_facts(snapshot: Snapshot, order: StoredOrder) -> OrderFacts:
    """Return an order; its books are linked where the catalogue still has them."""
    known = books_by_isbn(snapshot, [line.isbn for line in order.lines])
    lines = [
        OrderLineFacts(
            isbn=line.isbn,
            title=line.title,
            author=line.author,
            price=line.price,
            quantity=line.quantity,
            amount=line.amount,
            in_catalogue=line.isbn in known,
        )
        for line in order.lines
    ]
    return OrderFacts(
        order_id=order.order_id,
        number=order.number,
        state=order.state,
        currency=order.currency,
        goods=order.goods,
        delivery_fee=order.delivery_fee,
        total=order.total,
        delivery=order.delivery,
        payment=order.payment,
        created_at=order.created_at,
        lines=lines,
    )


def order_steps(order: StoredOrder) -> list[OrderStepFacts]:
    """Return the states that an order came to, in order."""
    return [OrderStepFacts(step.state, step.note, step.at) for step in order.steps]


def transfer_facts(order: StoredOrder, settings: ShopSettings) -> TransferFacts | None:
    """Return the bank details for an order that waits for a transfer; None for any other."""
    due = order.payment == TRANSFER and order.state in _TO_PAY
    if not due or not settings.takes_transfers:
        return None
    qr = ""
    if order.currency == "VND":
        payload = vietqr_payload(settings.bank, settings.bank_account, order.total, order.code)
        qr = qr_svg(payload, "VietQR")
    return TransferFacts(
        bank=bank_name(settings.bank),
        account=settings.bank_account,
        holder=settings.bank_holder,
        text=order.code,
        qr=qr,
    )
