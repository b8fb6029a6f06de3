"""``bookrec shop promotions``."""

from __future__ import annotations

from bookrec.settings import Home
from bookrec.shop.owner.promotions import read_promotions
from selling import DUNE, in_shop
from shop_commands import refusal, run


def test_promotions_come_and_go(home: Home) -> None:
    assert run(home, "promotions", "add", "978-0-441-17271-9").exit_code == 0
    assert in_shop(home, read_promotions) == (DUNE,)
    assert run(home, "promotions", "list").output == f"{DUNE}  Dune\n"
    assert run(home, "promotions", "end", DUNE).exit_code == 0
    assert "is not promoted" in refusal(home, "promotions", "end", DUNE)
    assert "no book 'nothing'" in refusal(home, "promotions", "add", "nothing")
