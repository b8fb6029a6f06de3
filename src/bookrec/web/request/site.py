"""Parts that one worker of the site holds open from its start to its end."""

from __future__ import annotations

import contextlib
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path

from bookrec.settings import Home
from bookrec.web.accounts.passwords import Passwords
from bookrec.web.events.recorder import EventRecorder
from bookrec.web.events.upkeep import kept_up
from bookrec.web.experiments.arm_snapshots import ArmSnapshots
from bookrec.web.kit.csrf import FormTokens, load_key
from bookrec.web.kit.metrics import Metrics
from bookrec.web.kit.rendering import Renderer
from bookrec.web.kit.site_settings import SiteSettings
from bookrec.web.live.hub import LiveHub
from bookrec.web.mail.mail_settings import mail_settings
from bookrec.web.mail.mailer import Mailer
from bookrec.web.recommendations.history_actions import HistoryActions
from bookrec.web.recommendations.lists import ReaderLists
from bookrec.web.recommendations.live import LiveInference
from bookrec.web.recommendations.live_lists import LiveLists
from bookrec.web.recommendations.reader_actions import ReaderActions
from bookrec.web.recommendations.visits import Visits
from bookrec.web.selling.front import FrontWatch
from bookrec.web.selling.order_letter import OrderLetters
from bookrec.web.selling.shop_desk import ShopDesk
from bookrec.web.store import database
from bookrec.web.store.database import ShopDatabase
from bookrec.web.store.day_tally import DayTally
from bookrec.web.store.snapshot_reader import SnapshotWatch


@dataclass(frozen=True)
class Site:
    """The parts of a running worker."""

    settings: SiteSettings
    watch: SnapshotWatch
    database: ShopDatabase
    passwords: Passwords
    lists: ReaderLists
    actions: ReaderActions
    history_actions: HistoryActions
    form_tokens: FormTokens
    renderer: Renderer
    metrics: Metrics
    fronts: FrontWatch
    desk: ShopDesk
    mailer: Mailer
    tally: DayTally
    snapshots: Path
    """Directory of all snapshots."""
    nightly_log: Path
    recorder: EventRecorder
    visits: Visits
    live: LiveHub


@contextlib.asynccontextmanager
async def open_site(
    home: Home, settings: SiteSettings, renderer: Renderer, metrics: Metrics
) -> AsyncIterator[Site]:
    """Open the shop's database, migrated if need be, and the other parts; close them at the end."""
    async with database.opened(home.shop_database) as shop, contextlib.AsyncExitStack() as stack:
        live = LiveInference(metrics)
        live_lists = LiveLists(shop, live)
        fronts = FrontWatch(home.shop_database, lambda: shop.identity)
        tally = DayTally(shop)
        arm_snapshots = ArmSnapshots(home.snapshots, settings.snapshot_check_s)
        lists = ReaderLists(shop, live_lists, fronts, tally, arm_snapshots)
        passwords = Passwords()
        mailer = Mailer(shop, mail_settings())
        await stack.enter_async_context(mailer.running())
        await stack.enter_async_context(tally.running())
        recorder = EventRecorder(shop, metrics)
        await stack.enter_async_context(recorder.running())
        await stack.enter_async_context(kept_up(shop))
        watch = SnapshotWatch(
            home.snapshots, settings.snapshot_check_s, lambda: fronts.current().corrections
        )
        hub = LiveHub(shop, watch, fronts)
        await stack.enter_async_context(hub.running())
        try:
            yield Site(
                settings=settings,
                watch=watch,
                database=shop,
                passwords=passwords,
                lists=lists,
                actions=ReaderActions(shop, lists, live_lists, recorder),
                history_actions=HistoryActions(shop, lists, live_lists),
                form_tokens=FormTokens(load_key(home.shop_database.parent)),
                renderer=renderer,
                metrics=metrics,
                fronts=fronts,
                desk=ShopDesk(shop, OrderLetters(renderer, mailer)),
                mailer=mailer,
                tally=tally,
                snapshots=home.snapshots,
                nightly_log=home.nightly_log,
                recorder=recorder,
                visits=Visits(shop, recorder),
                live=hub,
            )
        finally:
            passwords.close()
            live.close()
            fronts.close()
