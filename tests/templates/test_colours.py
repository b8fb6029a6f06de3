"""The colours of site.css can be read, by day and by night."""

from __future__ import annotations

import re

import pytest

from bookrec.settings import templates_directory
from bookrec.shop.selling.contrast import DARK_GROUNDS, LIGHT_GROUNDS, contrast

TEXT_ON_GROUND = [
    ("ink", "paper"),
    ("ink", "sheet"),
    ("quiet", "paper"),
    ("quiet", "sheet"),
    ("accent", "paper"),
    ("accent", "sheet"),
    ("accent-ink", "accent"),
    ("front-ink", "front"),
    ("alert", "alert-sheet"),
    ("mark", "paper"),
]
NOT_TEXT = [("focus", "paper"), ("focus", "sheet"), ("quiet", "sheet"), ("alert", "sheet")]


def colours(scheme: str) -> dict[str, str]:
    css = (templates_directory() / "static" / "site.css").read_text(encoding="utf-8")
    day, _, rest = css.partition("@media (prefers-color-scheme: dark)")
    night = rest[: rest.index("}")]
    found = dict(re.findall(r"--([a-z-]+): (#[0-9a-f]{6});", day))
    if scheme == "dark":
        found |= dict(re.findall(r"--([a-z-]+): (#[0-9a-f]{6});", night))
    return found


def test_contrast_of_known_pairs() -> None:
    assert contrast("#000000", "#ffffff") == pytest.approx(21)
    assert contrast("#777777", "#ffffff") == pytest.approx(4.48, abs=0.01)


def test_an_owners_colours_are_compared_with_the_grounds_of_the_pages() -> None:
    day, night = colours("light"), colours("dark")
    assert (day["paper"], day["sheet"]) == LIGHT_GROUNDS
    assert (night["paper"], night["sheet"], night["accent-ink"]) == DARK_GROUNDS
    # Text on a button, and on the front, is as light as the sheet.
    assert contrast(day["accent-ink"], day["paper"]) < 1.2
    assert contrast(day["front-ink"], day["paper"]) < 1.2


def test_the_dark_scheme_has_colours_of_its_own() -> None:
    assert colours("dark")["paper"] != colours("light")["paper"]


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize(("text", "ground"), TEXT_ON_GROUND)
def test_text(scheme: str, text: str, ground: str) -> None:
    found = colours(scheme)
    assert contrast(found[text], found[ground]) >= 4.5


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize(("line", "ground"), NOT_TEXT)
def test_focus_rings_and_borders_of_fields(scheme: str, line: str, ground: str) -> None:
    found = colours(scheme)
    assert contrast(found[line], found[ground]) >= 3
