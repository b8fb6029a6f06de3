"""``bookrec shop books``."""

from __future__ import annotations

from bookrec.settings import Home
from bookrec.shop.owner.corrections import read_corrections
from selling import EMMA, in_shop, stock_of
from shop_commands import refusal, run


def test_books_are_corrected_added_listed_and_restored(home: Home) -> None:
    run(home, "books", "correct", EMMA, "--title", "Emma!", "--stock", "4", "--price", "85000")
    run(home, "books", "correct", EMMA, "--year", "")
    run(home, "books", "add", "978-604-1-23456-7", "--title", "Đất rừng")
    corrections = in_shop(home, read_corrections)
    assert (corrections[EMMA].title, corrections[EMMA].year) == ("Emma!", 0)
    assert corrections[EMMA].author is None
    assert stock_of(home, EMMA) == 4
    (added,) = [c for c in corrections.values() if c.added]
    assert f"{EMMA}  corrected: title = 'Emma!'" in run(home, "books", "list").output
    assert "has" in refusal(home, "books", "add", added.isbn, "--title", "again")
    assert "The year is 'soon'" in refusal(home, "books", "correct", EMMA, "--year", "soon")
    for isbn in (EMMA, added.isbn):
        assert run(home, "books", "restore", isbn).exit_code == 0
    assert in_shop(home, read_corrections) == {}
    assert "neither" in refusal(home, "books", "restore", EMMA)
    assert run(home, "books", "correct", EMMA).exit_code == 2
