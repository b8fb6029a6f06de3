"""The site as a Litestar application."""

from __future__ import annotations

import contextlib
import os
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Final

from litestar import Litestar, Router
from litestar.datastructures import CacheControlHeader
from litestar.di import Provide
from litestar.openapi import OpenAPIConfig
from litestar.openapi.spec import Components, SecurityScheme
from litestar.static_files import create_static_files_router
from litestar.types import ControllerRouterHandler

from bookrec import __version__
from bookrec.settings import Home
from bookrec.web.api import books as books_api
from bookrec.web.api import events as events_api
from bookrec.web.api import history as history_api
from bookrec.web.api import me as reader_api
from bookrec.web.api import own_account as account_api
from bookrec.web.api import profile as profile_api
from bookrec.web.api import selling as selling_api
from bookrec.web.api import shelves as shelves_api
from bookrec.web.api.calls import check_call, provide_site, provide_snapshot
from bookrec.web.api.live import routes as live_api
from bookrec.web.api.schema_names import NamedJson, NamedYaml
from bookrec.web.edge.bodies import with_bounded_bodies
from bookrec.web.edge.compression import with_compression
from bookrec.web.edge.cross_origin import with_cross_origin_calls
from bookrec.web.edge.requests import with_checked_requests
from bookrec.web.kit.addresses import with_whole_ids
from bookrec.web.kit.headers import answering_head, security_headers, with_headers
from bookrec.web.kit.metrics import Metrics, measured
from bookrec.web.kit.rendering import Renderer
from bookrec.web.kit.site_settings import SiteSettings, from_environment
from bookrec.web.page_head.public_addresses import with_language_paths
from bookrec.web.pages import account as account_pages
from bookrec.web.pages import browse as browse_pages
from bookrec.web.pages import history as history_pages
from bookrec.web.pages import home as home_pages
from bookrec.web.pages import keep as keep_pages
from bookrec.web.pages import own_account, password_reset
from bookrec.web.pages import profile as profile_pages
from bookrec.web.pages import reader as reader_pages
from bookrec.web.pages.browsing import catalogue, names
from bookrec.web.pages.live import audience as live_audience
from bookrec.web.pages.live import host as live_host
from bookrec.web.pages.live import report as live_report
from bookrec.web.pages.live import streams as live_streams
from bookrec.web.pages.owner import (
    audience,
    book_profile,
    books,
    experiments,
    funnel,
    lists,
    preview,
    readers,
    today,
)
from bookrec.web.pages.owner import orders as owner_orders
from bookrec.web.pages.owner import settings as owner_settings
from bookrec.web.pages.selling import cart as cart_pages
from bookrec.web.pages.selling import orders as order_pages
from bookrec.web.pages.selling import shop_files
from bookrec.web.pages.visits import recording, seconds
from bookrec.web.request import monitoring
from bookrec.web.request.page_request import open_page_request, provide_page_request
from bookrec.web.request.problems import exception_handlers
from bookrec.web.request.site import open_site

_MOST_BODY_BYTES: Final = 100_000
_YEAR_S: Final = 365 * 86_400


def create_app(home: Home, settings: SiteSettings) -> Litestar:
    """Return the site of one home directory.

    It opens nothing before it starts. Without a snapshot it starts all the same, and answers 503
    until one is published.
    """
    renderer = Renderer(settings.templates)
    metrics = Metrics()

    @contextlib.asynccontextmanager
    async def lifespan(app: Litestar) -> AsyncIterator[None]:
        async with open_site(home, settings, renderer, metrics) as site:
            app.state.site = site
            yield

    app = Litestar(
        route_handlers=_routes(settings.templates),
        lifespan=[lifespan],
        exception_handlers=exception_handlers(renderer),
        openapi_config=_openapi(),
        request_max_body_size=_MOST_BODY_BYTES,
        # The exception handlers log errors, once.
        logging_config=None,
        debug=False,
    )
    # Around the whole application: Litestar's middleware does not see requests that match no route.
    routed = with_language_paths(with_whole_ids(app.asgi_handler), renderer.languages)
    routed = with_bounded_bodies(routed, behind_proxy=settings.behind_proxy)
    protected = with_headers(
        with_checked_requests(routed), security_headers(settings.remote_covers)
    )
    if settings.compression:
        protected = with_compression(protected)
    called = with_cross_origin_calls(protected, settings.cors_origins)
    app.asgi_handler = answering_head(measured(called, metrics))
    return app


def application() -> Litestar:
    """Return the site of ``BOOKREC_HOME``, for the server's workers."""
    home = Home(Path(os.environ.get("BOOKREC_HOME", ".")).resolve())
    return create_app(home, from_environment())


def _routes(templates: Path) -> list[Router]:
    """Return all pages, calls and files; they are the same for every home directory."""
    return [_pages(), _api(), _monitoring(), *_static(templates)]


def _pages() -> Router:
    return Router(
        path="/",
        route_handlers=[
            home_pages.home,
            catalogue.catalogue,
            names.author_page,
            names.publisher_page,
            names.series_page,
            names.new_page,
            browse_pages.book_page,
            browse_pages.cover,
            browse_pages.nothing_here,
            account_pages.login_page,
            account_pages.login,
            account_pages.logout,
            account_pages.register_page,
            account_pages.register_reader,
            account_pages.claim_page,
            account_pages.claim,
            reader_pages.me,
            reader_pages.change_age,
            reader_pages.move_slider,
            reader_pages.rate,
            reader_pages.unrate,
            keep_pages.keep,
            keep_pages.want_page,
            history_pages.import_page,
            history_pages.import_file,
            history_pages.undo_import,
            history_pages.export_file,
            cart_pages.cart_page,
            cart_pages.change_cart,
            order_pages.checkout_page,
            order_pages.order,
            order_pages.orders_page,
            order_pages.order_page,
            order_pages.cancel_order,
            shop_files.shop_style,
            shop_files.shop_logo,
            *own_account.HANDLERS,
            *profile_pages.HANDLERS,
            *password_reset.HANDLERS,
            *_owner_pages(),
            *recording.HANDLERS,
            *seconds.HANDLERS,
            *live_host.HANDLERS,
            *live_audience.HANDLERS,
            *live_report.HANDLERS,
            *live_streams.HANDLERS,
        ],
        before_request=open_page_request,
        dependencies={"page_request": Provide(provide_page_request)},
        include_in_schema=False,
    )


def _owner_pages() -> list[ControllerRouterHandler]:
    """Pages of operators: each handler has ``opt={"operator": True}``."""
    modules = (
        *(today, owner_orders, books, book_profile, audience, preview, lists, funnel),
        *(experiments, readers, owner_settings),
    )
    return [handler for module in modules for handler in module.HANDLERS]


def _api() -> Router:
    return Router(
        path="/api/v1",
        route_handlers=[
            books_api.list_books,
            books_api.suggest_texts,
            books_api.list_popular,
            books_api.get_book,
            books_api.list_similar,
            *reader_api.HANDLERS,
            *shelves_api.HANDLERS,
            *history_api.HANDLERS,
            *selling_api.HANDLERS,
            *account_api.HANDLERS,
            *profile_api.HANDLERS,
            *events_api.HANDLERS,
            *live_api.HANDLERS,
        ],
        before_request=check_call,
        dependencies={
            "site": Provide(provide_site),
            "snapshot": Provide(provide_snapshot),
            "account": Provide(reader_api.provide_account),
            "caller": Provide(events_api.provide_caller),
        },
    )


def _monitoring() -> Router:
    return Router(
        path="/",
        route_handlers=[monitoring.live, monitoring.ready, monitoring.show_metrics],
        dependencies={"site": Provide(provide_site)},
    )


def _static(templates: Path) -> list[Router]:
    directory = templates / "static"
    if not directory.is_dir():
        return []
    # Pages name static files with ?v= of their content, so they may be kept for ever.
    cache_control = CacheControlHeader(public=True, max_age=_YEAR_S, immutable=True)
    return [create_static_files_router("/static", [directory], cache_control=cache_control)]


def _openapi() -> OpenAPIConfig:
    return OpenAPIConfig(
        title="",  # the shop's name, when the document is asked for
        version=__version__,
        description="Catalogue, similar books, personal recommendations and ratings.",
        path="/schema",
        # JSON and YAML only: pages that draw the schema load scripts from other hosts.
        render_plugins=[
            NamedJson(path=["/", "/openapi.json"]),
            NamedYaml(path=["/openapi.yaml", "/openapi.yml"]),
        ],
        components=Components(
            security_schemes={"bearer": SecurityScheme(type="http", scheme="bearer")}
        ),
    )
