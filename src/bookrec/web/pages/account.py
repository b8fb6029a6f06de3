"""Pages to sign in and out, register and claim an account. `open_page_request` checks their forms."""

from __future__ import annotations

from typing import Final

from litestar import get, post
from litestar.datastructures import Cookie, FormMultiDict
from litestar.di import NamedDependency
from litestar.params import FromPath

from bookrec.web.accounts.accounts import Account, UsernameTaken
from bookrec.web.accounts.claims import ClaimInvalid, claim_account, claimed_user_id
from bookrec.web.accounts.rate_limit import TooManyAttempts
from bookrec.web.accounts.sessions import end_session, start_session
from bookrec.web.contexts.entrance import ClaimPage, LoginPage, RegisterPage
from bookrec.web.kit import cookies
from bookrec.web.kit.client_address import client_address
from bookrec.web.kit.http_types import AnyResponse
from bookrec.web.pages.cards import book_card
from bookrec.web.pages.likes import books_to_like
from bookrec.web.request.page_request import PageRequest, local_path
from bookrec.web.request.sign_in import MOST_LIKES, Refused, new_account, register, sign_in
from bookrec.web.store.catalogue import books_by_isbn
from bookrec.web.store.reader_history import build_history

_MOST_SHOWN: Final = 240
"""Books that the form remembers to have offered."""
_MOST_TEXT: Final = 2_000


@get("/login")
async def login_page(page_request: NamedDependency[PageRequest]) -> AnyResponse:
    """Show the form to sign in."""
    to = local_path(page_request.request.query_params.get("next", "/"))
    if page_request.account is not None:
        return page_request.redirect(to)
    return page_request.page("login.html", LoginPage(to, "", None), with_form=True)


@post("/login")
async def login(page_request: NamedDependency[PageRequest]) -> AnyResponse:
    """Sign in; a new session replaces an earlier one."""
    form = await page_request.request.form()
    username, to = text(form, "username"), local_path(text(form, "next"))
    try:
        address = client_address(page_request.request, page_request.site.settings)
        device = page_request.request.cookies.get(cookies.DEVICE, "")
        account = await sign_in(
            page_request.site, username, text(form, "password"), address, device
        )
    except TooManyAttempts as refused:
        return page_request.page(
            "login.html",
            LoginPage(to, username, "too_many_attempts"),
            status=429,
            with_form=True,
            headers=refused.headers,
        )
    if account is None:
        page = LoginPage(to, username, "bad_credentials")
        return page_request.page("login.html", page, status=401, with_form=True)
    return await start_reading(page_request, account, to, "signed_in")


async def start_reading(
    page_request: PageRequest, account: Account, to: str, notice: str
) -> AnyResponse:
    """Start a session under a new token, for a reader just known, and redirect to ``to``."""
    site = page_request.site
    session = await start_session(
        site.database,
        site.settings,
        account,
        "cookie",
        replacing=page_request.session_token,
        browser=page_request.request.headers.get("user-agent", ""),
    )
    session_cookie = cookies.make_cookie(
        cookies.SESSION,
        session.token,
        secure=page_request.secure,
        max_age_s=site.settings.session_absolute_s,
    )
    page_request.response_cookies.append(session_cookie)
    page_request.response_cookies.append(_device_cookie(page_request, account))
    if cart := page_request.request.cookies.get(cookies.CART):
        await site.desk.merge(cart, account.user_id)
    actor = page_request.consent.actor
    if actor is not None and actor.visitor is not None and account.recorded:
        await site.recorder.move(actor, account.user_id)
    for name in (cookies.VISITOR, cookies.RECENT, cookies.CART):
        page_request.response_cookies.append(cookies.drop_cookie(name, secure=page_request.secure))
    return page_request.redirect(to, notice)


def _device_cookie(page_request: PageRequest, account: Account) -> Cookie:
    """Cookie by which this browser is known to have signed in; it outlives the session."""
    tokens = page_request.site.form_tokens
    present = page_request.request.cookies.get(cookies.DEVICE, "")
    if not tokens.device_of(present, account.account_id):
        present = tokens.new_device(account.account_id)
    return cookies.make_cookie(
        cookies.DEVICE, present, secure=page_request.secure, max_age_s=cookies.YEAR_S
    )


@post("/logout", opt={"signed_in": True})
async def logout(page_request: NamedDependency[PageRequest]) -> AnyResponse:
    """End the session, here and on the server."""
    await end_session(page_request.site.database, page_request.session_token)
    for name in (cookies.SESSION, cookies.RECENT):
        page_request.response_cookies.append(cookies.drop_cookie(name, secure=page_request.secure))
    return page_request.redirect("/", "signed_out")


@get("/register")
async def register_page(page_request: NamedDependency[PageRequest]) -> AnyResponse:
    """Show the form for a new reader, with books to like."""
    to = local_path(page_request.request.query_params.get("next", "/"))
    if page_request.account is not None:
        return page_request.redirect(to)
    return await _register_form(page_request, FormMultiDict({"next": to}), None)


@post("/register")
async def register_reader(page_request: NamedDependency[PageRequest]) -> AnyResponse:
    """Register, or (``action=search``, ``more``) show the form again with other books to like."""
    form = await page_request.request.form()
    if text(form, "action") in ("search", "more"):
        return await _register_form(page_request, form, None)
    age, problem = read_age(text(form, "age"))
    if problem:
        return await _register_form(page_request, form, problem)
    try:
        account = await register(
            page_request.site,
            page_request.snapshot,
            text(form, "username").strip(),
            text(form, "password"),
            client_address(page_request.request, page_request.site.settings),
            age=age,
            language=page_request.language,
            liked_isbns=_liked_isbns(form),
        )
    except UsernameTaken:
        return await _register_form(page_request, form, "username_taken")
    except Refused as refused:
        return await _register_form(page_request, form, refused.key)
    except TooManyAttempts as too_many:
        return await _register_form(
            page_request, form, "too_many_attempts", status=429, headers=too_many.headers
        )
    return await start_reading(page_request, account, local_path(text(form, "next")), "welcome")


async def _register_form(
    page_request: PageRequest,
    form: FormMultiDict,
    error: str | None,
    *,
    status: int = 400,
    headers: dict[str, str] | None = None,
) -> AnyResponse:
    liked = books_by_isbn(page_request.snapshot, _liked_isbns(form))
    q = text(form, "q").strip()[:200]
    chosen = list({book.isbn: book for book in liked.values()}.values())
    more = text(form, "action") == "more"
    q = "" if more else q
    shown = _isbns(form, "shown", _MOST_SHOWN) if more else []
    candidates = await books_to_like(
        page_request.snapshot, q, [book.isbn for book in chosen], shown
    )
    # Ticked books stay on the page, or a search would lose them.
    suggestions = chosen + [book for book in candidates if book not in chosen]
    page = RegisterPage(
        next=local_path(text(form, "next")),
        username=text(form, "username").strip(),
        age=text(form, "age").strip()[:20],
        error=error,
        suggestions=[book_card(page_request, book) for book in suggestions],
        liked_isbns=[book.isbn for book in chosen],
        q=q,
        shown_isbns=[*shown, *(book.isbn for book in candidates)][-_MOST_SHOWN:],
    )
    return page_request.page(
        "register.html", page, status=status if error else 200, with_form=True, headers=headers
    )


def _liked_isbns(form: FormMultiDict) -> list[str]:
    return _isbns(form, "liked_isbns", MOST_LIKES)


def _isbns(form: FormMultiDict, name: str, limit: int) -> list[str]:
    """Return the first values of a repeated field, each once."""
    values = [value for value in form.getall(name, []) if isinstance(value, str)]
    return list(dict.fromkeys(values))[:limit]


@get("/claim/{token:str}")
async def claim_page(
    page_request: NamedDependency[PageRequest], token: FromPath[str]
) -> AnyResponse:
    """Show the form by which a reader of the data set chooses a username and password."""
    return await _claim_form(page_request, token, "", None)


@post("/claim/{token:str}")
async def claim(page_request: NamedDependency[PageRequest], token: FromPath[str]) -> AnyResponse:
    """Create the account of a claim link, and use up the link."""
    form = await page_request.request.form()
    username = text(form, "username").strip()
    if await claimed_user_id(page_request.site.database, token) is None:
        return await _claim_form(page_request, token, username, "claim_invalid")
    try:
        new = await new_account(
            page_request.site, username, text(form, "password"), language=page_request.language
        )
        account = await claim_account(page_request.site.database, token, new)
    except UsernameTaken:
        return await _claim_form(page_request, token, username, "username_taken")
    except ClaimInvalid:
        return await _claim_form(page_request, token, username, "claim_invalid")
    except Refused as refused:
        return await _claim_form(page_request, token, username, refused.key)
    return await start_reading(page_request, account, "/", "claimed")


async def _claim_form(
    page_request: PageRequest, token: str, username: str, error: str | None
) -> AnyResponse:
    user_id = await claimed_user_id(page_request.site.database, token)
    if user_id is None:
        page = ClaimPage("", 0, "", "claim_invalid")
        return page_request.page("claim.html", page, status=404, with_form=True)
    seen_books = len(build_history(page_request.snapshot, user_id, []).books)
    page = ClaimPage(user_id, seen_books, username, error)
    return page_request.page("claim.html", page, status=400 if error else 200, with_form=True)


def text(form: FormMultiDict, name: str) -> str:
    """Return a field of a form as text; '' when it is missing or a file."""
    value = form.get(name, "")
    return value[:_MOST_TEXT] if isinstance(value, str) else ""


def read_age(value: str) -> tuple[int | None, str | None]:
    """Return the age in a form field (None when empty), and a message key when it is no number."""
    value = value.strip()
    if not value:
        return None, None
    if value.isascii() and value.isdecimal() and len(value) <= 3:
        return int(value), None
    return None, "age_invalid"
