"""``bookrec shop profile``."""

from __future__ import annotations

from bookrec.settings import Home
from shop_commands import refusal, run


def test_a_profile_in_lines(home: Home) -> None:
    lines = run(home, "profile", "0-441-17271-7").output.splitlines()
    assert lines[0].startswith("Dune, Frank Herbert: ")
    assert any(line.startswith("similar: ") and "Neuromancer" in line for line in lines)
    assert lines[-1] == "too few dated interactions to speak of a season: 0"


def test_an_unknown_book_is_refused(home: Home) -> None:
    assert "There is no book '123'" in refusal(home, "profile", "123")
