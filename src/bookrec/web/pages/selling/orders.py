"""Pages to order: checkout, an order, the reader's orders; and the forms to order and to cancel."""

from __future__ import annotations

import secrets
from dataclasses import asdict
from typing import Final

from litestar import get, post
from litestar.datastructures import FormMultiDict
from litestar.di import NamedDependency
from litestar.exceptions import NotFoundException
from litestar.params import FromPath

from bookrec.shop.selling.order_checks import buyer_problems, clean_text
from bookrec.shop.selling.order_states import StoredOrder
from bookrec.shop.selling.orders import (
    CASH,
    DELIVERY,
    PICKUP,
    Buyer,
    NotEnoughStock,
    OrderRequest,
    TotalChanged,
)
from bookrec.web.accounts.rate_limit import TooManyAttempts, count_order
from bookrec.web.kit.client_address import client_address
from bookrec.web.kit.http_types import AnyResponse
from bookrec.web.pages.account import text
from bookrec.web.pages.selling.cart import cart_context, priced_cart
from bookrec.web.request.order_request import new_purchases, ordered_books
from bookrec.web.request.page_events import note_act
from bookrec.web.request.page_request import PageRequest
from bookrec.web.selling.cart_prices import PricedCart
from bookrec.web.selling.contexts import CheckoutPage, OrderPage, OrdersPage
from bookrec.web.selling.order_facts import order_facts, order_steps, transfer_facts

_FIELDS: Final = ("name", "phone", "email", "delivery", "address", "payment", "note")
_MOST_KEY: Final = 100


@get("/checkout")
async def checkout_page(page_request: NamedDependency[PageRequest]) -> AnyResponse:
    """Show the form to order what is in the cart, filled in as at the reader's last order."""
    cart = await priced_cart(page_request)
    if not cart.orderable:
        return page_request.redirect("/cart")
    fields = dict.fromkeys(_FIELDS, "") | {"delivery": PICKUP, "payment": CASH}
    if page_request.account is not None:
        for order in await page_request.site.desk.orders_of(page_request.account.user_id, 1):
            fields |= {name: getattr(order, name) for name in _FIELDS if name != "note"}
    return _checkout(page_request, cart, fields, {})


@post("/checkout")
async def order(page_request: NamedDependency[PageRequest]) -> AnyResponse:
    """Place the order; the same form sent twice orders once."""
    form = await page_request.request.form()
    buyer = _buyer(form)
    cart = await priced_cart(page_request)
    request = _request(page_request, form, buyer, cart)
    # The cart of an order is empty by now, so only the form's key tells of it.
    repeated = await page_request.site.desk.order_by_key(request)
    if repeated is not None:
        return page_request.redirect(f"/orders/{repeated.order_id}")
    if not cart.lines:
        return page_request.redirect("/cart")
    errors = buyer_problems(buyer, page_request.front.settings)
    if errors:
        return _checkout(page_request, cart, asdict(buyer), errors)
    site = page_request.site
    try:
        address = client_address(page_request.request, site.settings)
        await count_order(site.database, site.settings, address)
        new = await new_purchases(site, page_request.snapshot, page_request.account, cart)
        placed = await site.desk.place(request, new, page_request.cart_owner)
    except NotEnoughStock as sold:
        errors = {"form": "not_enough"}
        cart = await priced_cart(page_request)
        return _checkout(page_request, cart, asdict(buyer), errors, sold=sold)
    except TotalChanged:
        cart = await priced_cart(page_request)
        return _checkout(page_request, cart, asdict(buyer), {"form": "total_changed"})
    except TooManyAttempts as refused:
        errors = {"form": "too_many_attempts"}
        return _checkout(page_request, cart, asdict(buyer), errors, headers=refused.headers)
    bought = [line.isbn for line in placed.lines]
    note_act(site, page_request.consent.actor, "buy", bought)
    return page_request.redirect(f"/orders/{placed.order_id}", "ordered")


def _request(
    page_request: PageRequest, form: FormMultiDict, buyer: Buyer, cart: PricedCart
) -> OrderRequest:
    goods = text(form, "goods")
    fee = page_request.front.settings.delivery_fee if buyer.delivery == DELIVERY else 0
    return OrderRequest(
        user_id=page_request.account.user_id if page_request.account else None,
        buyer=buyer,
        books=ordered_books(cart),
        language=page_request.language,
        key=text(form, "key")[:_MOST_KEY],
        seen_total=int(goods) + fee if goods.isascii() and goods.isdecimal() else None,
    )


def _buyer(form: FormMultiDict) -> Buyer:
    return Buyer(**{name: clean_text(text(form, name)) for name in _FIELDS})


def _checkout(
    page_request: PageRequest,
    cart: PricedCart,
    fields: dict[str, str],
    errors: dict[str, str],
    *,
    sold: NotEnoughStock | None = None,
    headers: dict[str, str] | None = None,
) -> AnyResponse:
    settings = page_request.front.settings
    page = CheckoutPage(
        cart=cart_context(page_request, cart),
        key=secrets.token_urlsafe(16),
        fields=fields,
        errors=errors,
        delivers=settings.delivery,
        delivery_fee=settings.delivery_fee,
        takes_transfers=settings.takes_transfers,
        sold_out_title=sold.title if sold else "",
        left=sold.left if sold else 0,
    )
    status = 200
    if errors:
        status = {"not_enough": 409, "total_changed": 409, "too_many_attempts": 429}.get(
            errors.get("form", ""), 400
        )
    return page_request.page("checkout.html", page, status=status, with_form=True, headers=headers)


@get("/orders", opt={"signed_in": True})
async def orders_page(page_request: NamedDependency[PageRequest]) -> AnyResponse:
    """Show the reader's orders, the newest first."""
    assert page_request.account is not None
    stored = await page_request.site.desk.orders_of(page_request.account.user_id)
    facts = [order_facts(page_request.snapshot, order) for order in stored]
    return page_request.page("orders.html", OrdersPage(facts))


@get("/orders/{order_id:str}")
async def order_page(
    page_request: NamedDependency[PageRequest], order_id: FromPath[str]
) -> AnyResponse:
    """Show an order to its reader, or a guest's order to whoever has its address."""
    order = await _require_order(page_request, order_id)
    page = OrderPage(
        order=order_facts(page_request.snapshot, order),
        name=order.name,
        phone=order.phone,
        email=order.email,
        address=order.address,
        note=order.note,
        steps=order_steps(order),
        transfer=transfer_facts(order, page_request.front.settings),
        guest=order.user_id is None,
    )
    return page_request.page("order.html", page, with_form=True)


@post("/orders/{order_id:str}/cancel")
async def cancel_order(
    page_request: NamedDependency[PageRequest], order_id: FromPath[str]
) -> AnyResponse:
    """Cancel an order while it is new; its stock returns, its purchases are taken back."""
    order = await _require_order(page_request, order_id)
    cancelled = await page_request.site.desk.cancel(order.order_id)
    notice = "order_cancelled" if cancelled else "order_too_late"
    return page_request.redirect(f"/orders/{order.order_id}", notice)


async def _require_order(page_request: PageRequest, order_id: str) -> StoredOrder:
    order = await page_request.site.desk.order(order_id)
    reader = page_request.account.user_id if page_request.account else None
    if order is None or order.user_id not in (None, reader):
        raise NotFoundException("There is no such order, or it is another reader's.")
    return order
