"""Made-up prices of the demo: the same for the same book, and never over what was sold."""

from __future__ import annotations

from pathlib import Path

from bookrec.cli.selling.sample_offers import sample_offer, store_sample_offers
from bookrec.settings import Home
from selling import EMMA, offer, stock_of
from small_snapshot import BOOKS, build_snapshot


def test_every_book_gets_an_offer_once(tmp_path: Path) -> None:
    home = Home(tmp_path)
    build_snapshot(home)
    assert store_sample_offers(home) == len(BOOKS)
    offer(home, **{f"i{EMMA}": (None, 77)})
    assert store_sample_offers(home) == 0
    assert stock_of(home, EMMA) == 77


def test_offers_are_believable_and_lasting() -> None:
    offers = [sample_offer(str(number), "VND") for number in range(2_000)]
    assert offers[7] == sample_offer("7", "VND")
    assert all(45_000 <= (o.price or 0) <= 224_000 and (o.price or 0) % 1_000 == 0 for o in offers)
    sold_out = sum(o.stock == 0 for o in offers)
    assert 0.08 < sold_out / len(offers) < 0.17
    assert {o.stock for o in offers} == set(range(13))
