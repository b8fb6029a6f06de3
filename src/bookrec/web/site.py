"""Everything one worker of the site holds open, made at its start and closed at its end."""

from __future__ import annotations

import contextlib
from collections.abc import AsyncIterator
from dataclasses import dataclass

from bookrec.settings import Home
from bookrec.web import database
from bookrec.web.csrf import FormTokens, load_key
from bookrec.web.database import ShopDatabase
from bookrec.web.live import LiveInference
from bookrec.web.metrics import Metrics
from bookrec.web.passwords import Passwords
from bookrec.web.recommendations import ReaderLists
from bookrec.web.rendering import Renderer
from bookrec.web.site_settings import SiteSettings
from bookrec.web.snapshots import SnapshotWatch


@dataclass(frozen=True)
class Site:
    """The parts of a running worker."""

    settings: SiteSettings
    watch: SnapshotWatch
    database: ShopDatabase
    passwords: Passwords
    lists: ReaderLists
    form_tokens: FormTokens
    renderer: Renderer
    metrics: Metrics


@contextlib.asynccontextmanager
async def open_site(
    home: Home, settings: SiteSettings, renderer: Renderer, metrics: Metrics
) -> AsyncIterator[Site]:
    """Open the shop's database (migrated if need be) and what else a worker needs."""
    async with database.opened(home.shop_database) as shop:
        live = LiveInference(metrics)
        passwords = Passwords()
        try:
            yield Site(
                settings=settings,
                watch=SnapshotWatch(home.snapshots, settings.snapshot_check_s),
                database=shop,
                passwords=passwords,
                lists=ReaderLists(shop, live),
                form_tokens=FormTokens(load_key(home.shop_database.parent)),
                renderer=renderer,
                metrics=metrics,
            )
        finally:
            passwords.close()
            live.close()
