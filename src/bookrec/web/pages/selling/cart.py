"""The cart's page and its forms: add, change the quantity, remove, wait for stock. No JavaScript."""

from __future__ import annotations

from typing import Final

from litestar import get, post
from litestar.di import NamedDependency

from bookrec.shop.selling.carts import MOST_COPIES, VISITOR_CART_S, CartFull, CartOwner, new_token
from bookrec.web.kit import cookies
from bookrec.web.kit.addresses import book_path
from bookrec.web.kit.http_types import AnyResponse
from bookrec.web.pages.account import text
from bookrec.web.pages.cards import book_card
from bookrec.web.request.page_events import note_act
from bookrec.web.request.page_request import PageRequest
from bookrec.web.request.problems import require_book
from bookrec.web.selling.cart_prices import PricedCart, price_cart
from bookrec.web.selling.contexts import CartItem, CartPage
from bookrec.web.store.catalogue import CatalogueBook

_CART: Final = "/cart"


@get(_CART)
async def cart_page(page_request: NamedDependency[PageRequest]) -> AnyResponse:
    """Show the cart with the prices of this moment."""
    cart = await priced_cart(page_request)
    return page_request.page("cart.html", cart_context(page_request, cart), with_form=True)


@post(_CART, opt={"by_origin": True})
async def change_cart(page_request: NamedDependency[PageRequest]) -> AnyResponse:
    """Change the cart as the button says: ``add``, ``set``, ``remove``, ``wait``, ``end_wait``."""
    form = await page_request.request.form()
    book = require_book(page_request.snapshot, text(form, "isbn"))
    owner = cart_owner(page_request)
    desk, action = page_request.site.desk, text(form, "action")
    if action == "wait":
        await desk.wait(owner, book.isbn)
        return page_request.redirect(book_path(book.isbn), "waiting")
    if action == "end_wait":
        await desk.end_wait(owner, book.isbn)
        return page_request.redirect(text(form, "next") or _CART, "wait_ended")
    if action == "remove":
        await desk.set_quantity(owner, book.isbn, 0)
        return page_request.redirect(_CART, "cart_changed")
    quantity = _quantity(text(form, "quantity"))
    try:
        return page_request.redirect(*await _put(page_request, owner, book, quantity, action))
    except CartFull:
        return page_request.redirect(_CART, "cart_full")


async def _put(
    page_request: PageRequest, owner: CartOwner, book: CatalogueBook, quantity: int, action: str
) -> tuple[str, str]:
    """Put copies into the cart, no more than the shop has; return where to go and the notice."""
    offer = page_request.front.offer(book.isbn)
    if quantity and (offer is None or not offer.available):
        return book_path(book.isbn), "not_for_sale"
    before = 0
    if action != "set":
        lines = await page_request.site.desk.cart(owner)
        before = sum(line.quantity for line in lines if line.isbn == book.isbn)
    stock = MOST_COPIES if offer is None or offer.stock is None else offer.stock
    wanted = before + quantity
    await page_request.site.desk.set_quantity(owner, book.isbn, min(wanted, stock))
    if action != "set":
        note_act(page_request.site, page_request.consent.actor, "cart", [book.isbn])
    if wanted > stock:
        return _CART, "cart_less"
    return _CART, "cart_changed" if action == "set" else "in_cart"


def cart_owner(page_request: PageRequest) -> CartOwner:
    """Owner of the cart to change; a visitor without one gets a cookie."""
    owner = page_request.cart_owner
    if owner.user_id is None and not owner.token:
        owner = CartOwner(None, new_token())
    if owner.user_id is None:
        page_request.response_cookies.append(
            cookies.make_cookie(
                cookies.CART, owner.token, secure=page_request.secure, max_age_s=VISITOR_CART_S
            )
        )
    return owner


def _quantity(typed: str) -> int:
    """Copies that a form asks for, 1 for a text that is no number."""
    return min(int(typed), MOST_COPIES) if typed.isascii() and typed.isdecimal() else 1


async def priced_cart(page_request: PageRequest) -> PricedCart:
    """Return this request's cart with the prices of this moment."""
    lines = await page_request.site.desk.cart(page_request.cart_owner)
    return price_cart(page_request.snapshot, page_request.site.fronts.current(), lines)


def cart_context(page_request: PageRequest, cart: PricedCart) -> CartPage:
    """Return a cart for the templates."""
    items = [
        CartItem(
            book_card(page_request, line.book), line.quantity, line.price, line.problem, line.left
        )
        for line in cart.lines
    ]
    return CartPage(items, cart.currency, cart.total)
