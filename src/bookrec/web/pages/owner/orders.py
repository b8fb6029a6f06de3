"""The owner's pages of orders: all of them, one, and the form that moves it."""

from __future__ import annotations

from typing import Final

from litestar import get, post
from litestar.di import NamedDependency
from litestar.exceptions import NotFoundException
from litestar.params import FromPath
from litestar.types import ControllerRouterHandler

from bookrec.errors import ShopError
from bookrec.shop.owner.business import read_business
from bookrec.shop.selling.order_checks import clean_text
from bookrec.shop.selling.order_states import (
    STATES,
    StoredOrder,
    list_orders,
    move_order,
    require_order,
)
from bookrec.web.kit.http_types import AnyResponse
from bookrec.web.pages.account import text
from bookrec.web.pages.owner.contexts import OwnerOrderPage, OwnerOrdersPage
from bookrec.web.request.page_request import PageRequest
from bookrec.web.selling.order_facts import order_facts, order_steps

_MOST: Final = 200
_MOST_NOTE: Final = 300


@get("/owner/orders", opt={"operator": True})
async def orders_page(page_request: NamedDependency[PageRequest]) -> AnyResponse:
    """List the latest orders, of one state if the address names it."""
    state = page_request.request.query_params.get("state", "")
    state = state if state in STATES else ""
    database = page_request.site.database
    stored = await database.read(lambda c: list_orders(c, state or None, _MOST))
    business = await database.read(lambda c: read_business(c, 1))
    page = OwnerOrdersPage(
        state=state,
        states=list(STATES),
        counts=business.states,
        orders=[order_facts(page_request.snapshot, order) for order in stored],
        names={order.number: order.name for order in stored},
    )
    return page_request.page("owner/orders.html", page)


@get("/owner/orders/{number:int}", opt={"operator": True})
async def order_page(
    page_request: NamedDependency[PageRequest], number: FromPath[int]
) -> AnyResponse:
    """Show an order with its buyer, its states, and the form that moves it."""
    return _page(page_request, await _require(page_request, number))


@post("/owner/orders/{number:int}", opt={"operator": True})
async def change_order(
    page_request: NamedDependency[PageRequest], number: FromPath[int]
) -> AnyResponse:
    """Move an order to the state of the pressed button; cancelling returns its stock."""
    form = await page_request.request.form()
    state, note = text(form, "state"), clean_text(text(form, "note"))[:_MOST_NOTE]
    await _require(page_request, number)
    try:
        await page_request.site.database.work(lambda c: move_order(c, number, state, note))
    except ShopError:
        return _page(page_request, await _require(page_request, number), "order_moved")
    return page_request.redirect(f"/owner/orders/{number}", "order_moved")


async def _require(page_request: PageRequest, number: int) -> StoredOrder:
    try:
        return await page_request.site.database.read(lambda c: require_order(c, number))
    except ShopError as error:
        raise NotFoundException(f"There is no order {number}.") from error


def _page(page_request: PageRequest, order: StoredOrder, error: str = "") -> AnyResponse:
    page = OwnerOrderPage(
        order=order_facts(page_request.snapshot, order),
        name=order.name,
        phone=order.phone,
        email=order.email,
        address=order.address,
        note=order.note,
        user_id=order.user_id or "",
        steps=order_steps(order),
        next_states=order.next_states,
        error=error,
    )
    return page_request.page("owner/order.html", page, status=409 if error else 200)


HANDLERS: Final[list[ControllerRouterHandler]] = [orders_page, order_page, change_order]
