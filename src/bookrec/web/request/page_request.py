"""A request for a page: its account, language and snapshot, and the ways to answer it.

`open_page_request` runs before every page handler, so no handler can forget it. It redirects to the
sign-in page where a handler needs an account (``opt={"signed_in": True}``), hides pages of operators
from others (``opt={"operator": True}``), and refuses forms that no page of this site sent.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final
from urllib.parse import parse_qsl, quote, urlencode

import msgspec
from litestar import Response
from litestar.datastructures import Cookie
from litestar.exceptions import NotFoundException, PermissionDeniedException

from bookrec.languages import SOURCE_LANGUAGE
from bookrec.shop.selling.carts import CartOwner
from bookrec.web.accounts.accounts import Account
from bookrec.web.accounts.sessions import find_session
from bookrec.web.contexts.shell import PageHead, Shell, ShopFacts, TitleLink
from bookrec.web.events.consent import Consent, consent_of
from bookrec.web.kit import cookies, csrf
from bookrec.web.kit.addresses import book_path, id_of_parameter
from bookrec.web.kit.csrf import masked, sent_from_here, tokens_match
from bookrec.web.kit.headers import entity_tag, has_current, public
from bookrec.web.kit.http_types import AnyRequest, AnyResponse
from bookrec.web.kit.rendering import Renderer
from bookrec.web.kit.translations import PATH_LANGUAGE, choose_language
from bookrec.web.page_head.page_head import page_head
from bookrec.web.page_head.public_addresses import LiveAddresses
from bookrec.web.request.site import Site
from bookrec.web.selling.front import ShopFront, digest
from bookrec.web.store.catalogue import books_by_isbn
from bookrec.web.store.snapshot_reader import Snapshot

HTML: Final = "text/html"
"""Media type of pages; Litestar adds the charset."""
_LOGO_HEIGHT: Final = 36
"""Pixels of the logo in the header of pages."""
_VARY: Final = "Cookie, Accept-Language, DNT, Sec-GPC"
_FORM_METHODS: Final = frozenset({"POST", "PUT", "PATCH", "DELETE"})


@dataclass(frozen=True)
class PageRequest:
    """One request for a page, and the parts to answer it with."""

    site: Site
    snapshot: Snapshot
    """The one snapshot that all of the answer comes from."""
    request: AnyRequest
    account: Account | None
    """None when nobody is signed in."""
    session_token: str
    language: str
    notice: str | None
    front: ShopFront
    """The shop at one version: name, settings, prices, stock."""
    consent: Consent
    """Whether this visit is recorded, and under which name."""
    response_cookies: list[Cookie] = field(default_factory=list)
    """Cookies that the answer sets."""

    @property
    def remote_covers(self) -> bool:
        """Whether covers on other hosts are shown."""
        return self.site.settings.remote_covers

    @property
    def cover_version(self) -> str:
        """Version of the drawing of covers."""
        return self.site.renderer.version

    @property
    def secure(self) -> bool:
        """Whether cookies are for https only."""
        return is_secure(self.site, self.request)

    @property
    def cart_owner(self) -> CartOwner:
        """Owner of this request's cart: the account, else the visitor of the cookie."""
        user_id = self.account.user_id if self.account else None
        return CartOwner(user_id, self.request.cookies.get(cookies.CART, ""))

    @property
    def path(self) -> str:
        """Path of the page with its query, without the language."""
        return path_with_query(self.request)

    @property
    def form_token(self) -> str:
        """Token that this page's forms must send back; '' for an anonymous visitor without a cookie."""
        tokens = self.site.form_tokens
        if self.account is not None:
            return tokens.for_session(self.session_token)
        return tokens.for_visitor(self.request.cookies.get(cookies.VISITOR, ""))

    def page(
        self,
        template: str,
        page: msgspec.Struct,
        *,
        status: int = 200,
        cacheable: bool = False,
        with_form: bool = False,
        query: str = "",
        headers: dict[str, str] | None = None,
        path: str = "",
        view_id: str = "",
    ) -> AnyResponse:
        """Answer with a rendered page.

        Args:
            template: name of the page's template.
            page: the template's context.
            status: HTTP status.
            cacheable: the page is the same for every anonymous visitor.
            with_form: the page has a form for anonymous visitors.
            query: text of the search box.
            headers: more headers, beside those about caching.
            path: of the page, if a form on it was sent to another one.
            view_id: name of the event of this page, by which its script tells the seconds.
        """
        anonymous = self.account is None and not self.request.cookies.get(cookies.CART)
        asks = cacheable and self.account is None and self.consent.state == "open"
        recorded = self.consent.actor is not None
        cacheable = cacheable and anonymous and not recorded and self.notice is None
        tag = self._entity_tag() if cacheable else None
        if tag and has_current(self.request.headers, tag):
            return Response(None, status_code=304, headers=_public(tag))
        form_token = "" if cacheable else self.form_token
        if with_form and not form_token:
            form_token = self._start_form()
        if self.notice is not None:
            self.response_cookies.append(cookies.drop_cookie(cookies.NOTICE, secure=self.secure))
        shop = shop_facts(self.front, self.site.renderer)
        shell = Shell(
            language=self.language,
            username=self.account.username if self.account else None,
            csrf_token=masked(form_token),
            path=path or self.path,
            query=query,
            sample=self.snapshot.sample,
            asset_version=self.site.renderer.version,
            notice=self.notice,
            operator=self.account is not None and self.account.operator,
            cacheable=cacheable,
            asks_consent=asks,
            consent=self.consent.state if self.account is None else "",
            view_id=view_id,
            shop=shop,
            cart_copies=0 if anonymous else self.front.copies_in_cart(self.cart_owner),
            back_in_stock=[] if anonymous else self._back_in_stock(),
            head=self._head(page, shop) if cacheable else None,
        )
        return Response(
            self.site.renderer.page(template, page, shell).encode(),
            status_code=status,
            media_type=HTML,
            headers=(_public(tag) if tag else private()) | (headers or {}),
            cookies=self.response_cookies,
        )

    def fragment(self, template: str, parts: msgspec.Struct) -> str:
        """Render parts of a page, without the frame and without forms of their own."""
        shell = Shell(
            language=self.language,
            username=None,
            csrf_token="",
            path="",
            query="",
            sample=False,
            asset_version="",
        )
        return self.site.renderer.page(template, parts, shell)

    def redirect(self, path: str, notice: str | None = None) -> AnyResponse:
        """Answer a form: redirect to a local path, with a notice."""
        if notice:
            self.response_cookies.append(
                cookies.make_cookie(cookies.NOTICE, notice, secure=self.secure, max_age_s=60)
            )
        return see_other(path, self.response_cookies)

    def _head(self, page: msgspec.Struct, shop: ShopFacts) -> PageHead | None:
        addresses = LiveAddresses(self.site.settings.address, tuple(shop.languages))
        return page_head(page, self.language, addresses, shop)

    def _back_in_stock(self) -> list[TitleLink]:
        """Books that they waited for and can buy now."""
        isbns = self.front.back_in_stock(self.cart_owner)
        books = books_by_isbn(self.snapshot, isbns)
        return [TitleLink(isbn, books[isbn].title) for isbn in isbns if isbn in books]

    def _start_form(self) -> str:
        tokens = self.site.form_tokens
        visitor = tokens.new_visitor()
        self.response_cookies.append(
            cookies.make_cookie(cookies.VISITOR, visitor, secure=self.secure)
        )
        return tokens.for_visitor(visitor)

    def _entity_tag(self) -> str:
        """Tag over all inputs of an anonymous page."""
        site = self.site
        return entity_tag(
            self.snapshot.snapshot_id,
            site.renderer.version,
            self.front.tag,
            f"remote covers: {site.settings.remote_covers}",
            site.settings.address,
            self.language,
            self.consent.state,
            self.path,
        )


async def open_page_request(request: AnyRequest) -> AnyResponse | None:
    """Open a page request before its handler; answer in the handler's place if need be.

    Raises:
        NoSnapshot: nothing is published.
        PermissionDeniedException: a form without its token, or from another site.
    """
    site: Site = request.app.state.site
    await site.database.follow()
    front = site.fronts.current()
    language = language_of(request)
    chosen = request.query_params.get("lang")
    if request.method == "GET" and chosen in languages_of(front, site.renderer):
        cookie = cookies.language_cookie(chosen, secure=is_secure(site, request))
        return see_other(path_with_query(request), [cookie])
    token = request.cookies.get(cookies.SESSION, "")
    account = await find_session(site.database, site.settings, token, "cookie") if token else None
    page_request = PageRequest(
        site=site,
        snapshot=site.watch.current(),
        request=request,
        account=account,
        session_token=token,
        language=language,
        notice=cookies.notice_of(request.cookies),
        front=front,
        consent=consent_of(request.headers, request.cookies.get(cookies.CONSENT, ""), account),
    )
    request.state.page_request = page_request
    opt = request.route_handler.opt
    if account is None and (opt.get("signed_in") or opt.get("operator")):
        return page_request.redirect(
            f"/login?{urlencode({'next': _page_to_return_to(page_request)})}"
        )
    if opt.get("operator"):
        _check_operator(page_request)
    if request.method in _FORM_METHODS:
        await _check_form(page_request)
    return None


def _check_operator(page_request: PageRequest) -> None:
    """Hide the owner's pages (``opt={"operator": True}``) from everybody else."""
    account = page_request.account
    if account is None or not account.operator:
        raise NotFoundException(f"There is no page {page_request.request.scope['path']}.")


async def provide_page_request(request: AnyRequest) -> PageRequest:
    """Return the page request that `open_page_request` opened."""
    page_request: PageRequest = request.state.page_request
    return page_request


def signed_in(page_request: PageRequest) -> Account:
    """Return the account of a request whose handler has ``opt={"signed_in": True}``."""
    assert page_request.account is not None
    return page_request.account


async def _check_form(page_request: PageRequest) -> None:
    request = page_request.request
    form = await request.form()
    sent = form.get(csrf.FIELD)
    same_site = sent_from_here(request.headers, request.headers.get("host", ""))
    if (
        not same_site
        or not isinstance(sent, str)
        or not (tokens_match(page_request.form_token, sent) or _by_origin(page_request))
    ):
        raise PermissionDeniedException(
            "This form is out of date or was sent from another site; open the page again."
        )


def _by_origin(page_request: PageRequest) -> bool:
    """Whether the browser's word that the form is of this site will do.

    It does for a visitor's cart (``opt={"by_origin": True}``), whose form stands on pages that caches
    keep and so has no token. A browser sends ``Origin`` with every form.
    """
    request = page_request.request
    allowed = page_request.account is None and bool(request.route_handler.opt.get("by_origin"))
    return allowed and "origin" in request.headers


def _page_to_return_to(page_request: PageRequest) -> str:
    """Path to go to after signing in: this page, or the page whose form was sent too late."""
    if page_request.request.method == "GET":
        return page_request.path
    isbn = page_request.request.path_params.get("isbn")
    return book_path(id_of_parameter(isbn)) if isbn else "/"


def shop_facts(front: ShopFront, renderer: Renderer) -> ShopFacts:
    """Return the shop as the frame of every page shows it."""
    settings, logo, style = front.settings, front.logo, front.style
    return ShopFacts(
        name=settings.name,
        tagline=settings.tagline,
        welcome=settings.welcome,
        intro=settings.intro,
        about=settings.about,
        address=settings.address,
        phone=settings.phone,
        email=settings.email,
        languages={code: renderer.language_names[code] for code in languages_of(front, renderer)},
        sells=front.sells,
        style_url=f"/shop.css?v={digest(style.encode())}" if style else "",
        logo_url=f"/shop-logo?v={digest(logo.content)}" if logo else "",
        logo_width=min(240, round(logo.width * _LOGO_HEIGHT / logo.height)) if logo else 0,
    )


def is_secure(site: Site, request: AnyRequest) -> bool:
    """Whether cookies are marked Secure."""
    return site.settings.secure_cookies or request.url.scheme == "https"


def languages_of(front: ShopFront, renderer: Renderer) -> tuple[str, ...]:
    """Return the languages of the shop's pages, the default first: those of its setting, else all."""
    chosen = [code for code in front.settings.languages if code in renderer.languages]
    return tuple(chosen) or renderer.languages


def language_of(request: AnyRequest, cookies: Mapping[str, str] | None = None) -> str:
    """Return the language to answer in.

    Args:
        request: has the header and the cookie.
        cookies: in place of the request's: {} for the API, which has none.
    """
    site: Site | None = getattr(request.app.state, "site", None)
    languages = languages_of(site.fronts.current(), site.renderer) if site else (SOURCE_LANGUAGE,)
    named = request.scope.get("state", {}).get(PATH_LANGUAGE)
    if named in languages:
        return str(named)
    chosen = request.cookies if cookies is None else cookies
    return choose_language(chosen, request.headers.get("accept-language", ""), languages)


def path_with_query(request: AnyRequest) -> str:
    """Return the request's path and query, without ``lang``."""
    raw = request.scope["query_string"].decode("latin-1")
    pairs = [pair for pair in parse_qsl(raw, keep_blank_values=True) if pair[0] != "lang"]
    # `request.url` would end at a decoded # or ?. The % is escaped by `with_whole_ids`.
    path = quote(request.scope["path"], safe="/:%~")
    return f"{path}?{urlencode(pairs)}" if pairs else path


def local_path(path: str) -> str:
    r"""Return ``path`` if it leads to a page of this site, else ``/``.

    It refuses other hosts in any spelling that browsers understand: a scheme, ``//``, backslashes,
    control characters.
    """
    local = path.startswith("/") and not path.startswith("//") and "\\" not in path
    return path if local and path.isprintable() and len(path) <= 2_000 else "/"


def see_other(path: str, response_cookies: list[Cookie]) -> AnyResponse:
    """Redirect (303) to a page of this site."""
    location = quote(local_path(path), safe="/:?&=%+,;@!$'()*~#-._")
    headers = {"location": location, **private()}
    return Response(None, status_code=303, headers=headers, cookies=response_cookies)


def private() -> dict[str, str]:
    """Headers of an answer for one reader only."""
    return {"cache-control": "private, no-store", "vary": _VARY}


def _public(tag: str) -> dict[str, str]:
    """Headers of an answer for all anonymous visitors, in their language."""
    return {**public(tag), "vary": _VARY}
