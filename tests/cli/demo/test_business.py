"""The demo's made-up week: marked, the same every time, and no reader's."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from bookrec.cli.demo.business import store_sample_business
from bookrec.cli.selling.sample_offers import store_sample_offers
from bookrec.settings import Home
from bookrec.shop.interactions import read_shop
from bookrec.shop.owner.business import Business, read_business
from bookrec.shop.owner.nightly_log import read_runs
from selling import in_shop
from shared_builds import build_once
from small_snapshot import build_snapshot


def week(home: Home) -> Business:
    return in_shop(home, lambda c: read_business(c, 8))


def test_a_week_is_marked_repeatable_and_stored_once(
    tmp_path: Path, tmp_path_factory: pytest.TempPathFactory
) -> None:
    def build(root: Path) -> None:
        build_snapshot(Home(root / "home"))

    built = Home(build_once(tmp_path_factory, "small-snapshot", build) / "home")
    homes = [Home(tmp_path / name) for name in ("a", "b")]
    for home in homes:
        shutil.copytree(built.snapshots, home.snapshots)
        store_sample_offers(home)
        assert store_sample_business(home)
        assert not store_sample_business(home), "an order is there already"
    first, second = map(week, homes)
    assert first.sample
    assert sum(first.orders) > 10
    assert sum(first.new_readers) > 5
    assert first.revenue == second.revenue
    assert first.sources == second.sources
    orders = in_shop(
        homes[0],
        lambda c: c.execute("select number, created_at from shop_order order by number").fetchall(),
    )
    assert [at for _, at in orders] == sorted(at for _, at in orders)
    # The nightly job learns nothing from it.
    ages, interactions = read_shop(homes[0].shop_database)
    assert ages == {}
    assert interactions == []
    assert all("made up" in run.reason for run in read_runs(homes[0].nightly_log, 20))
