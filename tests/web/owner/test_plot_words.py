"""Numbers and days of plots in a language."""

from __future__ import annotations

from bookrec.web.owner.plot_words import (
    day_labels,
    money_words,
    night_label,
    share_words,
    short_money_words,
    whole_words,
)


def test_texts_are_of_the_language() -> None:
    assert day_labels(["2026-11-27"], "vi") == ["27/11"]
    assert whole_words("vi")(1234) == "1.234"
    assert share_words("en")(0.1234) == "12.3%"
    assert money_words("USD", "en")(1250) == "$12.50"
    assert short_money_words("VND", "en")(1_900_000) == "1.9M"
    assert night_label("2026-11-27T12:00:00Z", "en") == "11/27"
    assert night_label("no time", "en") == ""
