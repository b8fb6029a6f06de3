"""Promoted books: in, out, and no more than fit."""

from __future__ import annotations

from pathlib import Path

import pytest

from bookrec.errors import ShopError
from bookrec.settings import Home
from bookrec.shop.owner.promotions import MOST, end_promotion, promote, read_promotions
from selling import in_shop


def test_books_are_promoted_once_and_ended(tmp_path: Path) -> None:
    home = Home(tmp_path)
    for isbn in ("B", "A", "B"):
        in_shop(home, lambda c, isbn=isbn: promote(c, isbn))
    assert set(in_shop(home, read_promotions)) == {"A", "B"}
    assert in_shop(home, lambda c: end_promotion(c, "B"))
    assert not in_shop(home, lambda c: end_promotion(c, "B"))
    assert in_shop(home, read_promotions) == ("A",)


def test_no_more_are_promoted_than_fit(tmp_path: Path) -> None:
    home = Home(tmp_path)
    for number in range(MOST):
        in_shop(home, lambda c, number=number: promote(c, str(number)))
    with pytest.raises(ShopError, match="take one out first"):
        in_shop(home, lambda c: promote(c, "one more"))
    in_shop(home, lambda c: promote(c, "0"))  # promoted already
