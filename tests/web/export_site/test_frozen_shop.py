"""The copy of the shop: what pages show, and nothing of a reader."""

from __future__ import annotations

import contextlib
import sqlite3
from pathlib import Path

from bookrec.settings import Home
from bookrec.web.export_site.frozen_shop import freeze_shop
from bookrec.web.selling.front import FrontWatch
from selling import DUNE, EMMA, in_shop, offer, settings


def test_the_copy_stays_as_the_shop_was_and_knows_no_reader(home: Home, tmp_path: Path) -> None:
    offer(home, **{f"i{EMMA}": (85_000, 3)})
    settings(home, name="Cây Bàng")
    in_shop(
        home,
        lambda c: c.execute("insert into cart (token_hash, used_at) values (x'01', 1)"),
    )
    copy = tmp_path / "copy.sqlite"
    freeze_shop(home.shop_database, copy)
    offer(home, **{f"i{DUNE}": (1_000, 1)})
    watch, live = FrontWatch(copy), FrontWatch(home.shop_database)
    with contextlib.closing(watch), contextlib.closing(live):
        front = watch.current()
        assert front.settings.name == "Cây Bàng"
        assert front.offers([EMMA, DUNE]).keys() == {EMMA}
        assert front.offer_table().offers == {EMMA: (85_000, True)}
        assert front.version == live.current().version - 1
    with contextlib.closing(sqlite3.connect(copy)) as connection:
        assert connection.execute("select count(*) from cart").fetchone() == (0,)
