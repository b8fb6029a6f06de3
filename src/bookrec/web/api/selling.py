"""JSON API of buying: the reader's cart and orders."""

from __future__ import annotations

from typing import Final

import msgspec
from litestar import Response, get, post, put
from litestar.di import NamedDependency
from litestar.exceptions import HTTPException
from litestar.params import JSONBody
from litestar.types import ControllerRouterHandler

from bookrec.shop.selling.carts import CartLine, CartOwner
from bookrec.shop.selling.order_checks import buyer_problems, clean_text
from bookrec.shop.selling.orders import (
    Buyer,
    KeyReused,
    NotEnoughStock,
    OrderRequest,
    TotalChanged,
)
from bookrec.web.accounts.accounts import Account
from bookrec.web.accounts.rate_limit import count_order
from bookrec.web.api.selling_schemas import (
    CartAnswer,
    CartLineRequest,
    CartRequest,
    NewOrderRequest,
    OrderAnswer,
    OrdersAnswer,
    cart_answer,
    order_answer,
)
from bookrec.web.events.consent import caller_of
from bookrec.web.kit.client_address import client_address
from bookrec.web.kit.http_types import AnyRequest
from bookrec.web.request.order_request import new_purchases, ordered_books
from bookrec.web.request.page_events import note_act
from bookrec.web.request.page_request import language_of, private
from bookrec.web.request.problems import InvalidRequest, require_book
from bookrec.web.request.site import Site
from bookrec.web.selling.cart_prices import price_cart
from bookrec.web.store.snapshot_reader import Snapshot

_MOST_KEY: Final = 200
_REASONS: Final = {
    "name_missing": "the buyer's name is required",
    "contact_missing": "a phone number or an e-mail address is required",
    "phone_invalid": "8 to 15 digits",
    "email_invalid": "an address such as an@example.org",
    "delivery_invalid": "pickup, or delivery where the shop delivers",
    "address_missing": "required for delivery",
    "payment_invalid": "cash, or transfer where the shop has bank details",
    "too_long": "too long",
}


def _owner(account: Account) -> CartOwner:
    return CartOwner(account.user_id, "")


@get("/cart", summary="Cart", tags=["buying"])
async def get_cart(
    site: NamedDependency[Site],
    snapshot: NamedDependency[Snapshot],
    account: NamedDependency[Account],
) -> Response[CartAnswer]:
    """Get the reader's cart with the prices of this moment."""
    lines, front = await site.desk.cart(_owner(account)), site.fronts.current()
    cart = price_cart(snapshot, front, lines)
    return Response(cart_answer(cart, front), headers=private())


@put("/cart", summary="Replace the cart", tags=["buying"])
async def put_cart(
    request: AnyRequest,
    site: NamedDependency[Site],
    snapshot: NamedDependency[Snapshot],
    account: NamedDependency[Account],
    data: JSONBody[CartRequest],
) -> Response[CartAnswer]:
    """Replace the reader's cart. 404: the catalogue lacks one of the books."""
    lines = _lines(snapshot, data.items)
    before = {line.isbn for line in await site.desk.cart(_owner(account))}
    await site.desk.replace(_owner(account), lines)
    added = [line.isbn for line in lines if line.isbn not in before]
    note_act(site, caller_of(request.headers, "", account), "cart", added)
    front = site.fronts.current()
    return Response(cart_answer(price_cart(snapshot, front, lines), front), headers=private())


@post("/orders", summary="Order", tags=["buying"])
async def create_order(
    request: AnyRequest,
    site: NamedDependency[Site],
    snapshot: NamedDependency[Snapshot],
    account: NamedDependency[Account],
    data: JSONBody[NewOrderRequest],
) -> Response[OrderAnswer]:
    """Order books, or the cart. The header ``Idempotency-Key`` makes a repetition harmless.

    409: sold out meanwhile, another total, or the key came with another order; 429: too many orders.
    """
    buyer = _buyer(data)
    for name, key in buyer_problems(buyer, site.fronts.current().settings).items():
        raise InvalidRequest(name, _REASONS[key])
    lines = await site.desk.cart(_owner(account))
    if data.items is not None:
        lines = _lines(snapshot, data.items)
    cart = price_cart(snapshot, site.fronts.current(), lines)
    language = language_of(request, cookies={})
    order_request = OrderRequest(
        user_id=account.user_id,
        buyer=buyer,
        books=ordered_books(cart),
        language=language,
        key=_key(request),
        content=msgspec.json.encode(data).decode(),
        seen_total=data.total,
    )
    try:
        earlier = await site.desk.order_by_key(order_request)
        if earlier is not None:
            return Response(order_answer(earlier), status_code=201, headers=private())
        if not cart.lines:
            raise InvalidRequest("items", "the cart is empty; name the books to order")
        await count_order(site.database, site.settings, client_address(request, site.settings))
        new = await new_purchases(site, snapshot, account, cart)
        placed = await site.desk.place(order_request, new, _owner(account))
    except (NotEnoughStock, TotalChanged, KeyReused) as refused:
        raise HTTPException(status_code=409, detail=str(refused)) from refused
    bought = [line.isbn for line in placed.lines]
    note_act(site, caller_of(request.headers, "", account), "buy", bought)
    return Response(order_answer(placed), status_code=201, headers=private())


@get("/me/orders", summary="Orders", tags=["buying"])
async def list_orders(
    site: NamedDependency[Site], account: NamedDependency[Account]
) -> Response[OrdersAnswer]:
    """Get the reader's latest 100 orders, the newest first."""
    orders = await site.desk.orders_of(account.user_id)
    return Response(OrdersAnswer([order_answer(order) for order in orders]), headers=private())


def _lines(snapshot: Snapshot, items: list[CartLineRequest]) -> list[CartLine]:
    """Books of a request, one line for all spellings of an ISBN."""
    copies: dict[str, int] = {}
    for item in items:
        isbn = require_book(snapshot, item.isbn).isbn
        copies[isbn] = copies.get(isbn, 0) + item.quantity
    return [CartLine(isbn, quantity) for isbn, quantity in copies.items()]


def _buyer(data: NewOrderRequest) -> Buyer:
    return Buyer(
        name=clean_text(data.name),
        phone=clean_text(data.phone),
        email=clean_text(data.email),
        delivery=data.delivery,
        address=clean_text(data.address),
        payment=data.payment,
        note=clean_text(data.note),
    )


def _key(request: AnyRequest) -> str:
    key: str = request.headers.get("idempotency-key", "").strip()
    if len(key) > _MOST_KEY or not key.isprintable():
        raise InvalidRequest("Idempotency-Key", f"at most {_MOST_KEY} printable characters")
    return key


HANDLERS: Final[list[ControllerRouterHandler]] = [get_cart, put_cart, create_order, list_orders]
