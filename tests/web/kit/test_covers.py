"""Generated covers: well-formed for any text, text inside its field, colours that can be read."""

from __future__ import annotations

import unicodedata
from xml.etree import ElementTree

import jinja2
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bookrec.settings import templates_directory
from bookrec.shop.selling.contrast import contrast
from bookrec.web.kit import covers
from bookrec.web.kit.covers import HEIGHT, PALETTES, WIDTH, design_cover, render_cover

# `True` as the site does; the drawing must not depend on it.
ENVIRONMENTS = [
    jinja2.Environment(
        loader=jinja2.FileSystemLoader(templates_directory()),
        autoescape=autoescape,
        undefined=jinja2.StrictUndefined,
    )
    for autoescape in (True, False)
]
SVG = "{http://www.w3.org/2000/svg}"


def draw(title: str, author: str) -> ElementTree.Element:
    documents = [render_cover(environment, title, author) for environment in ENVIRONMENTS]
    assert documents[0] == documents[1]
    return ElementTree.fromstring(documents[0])


def words(cover: ElementTree.Element) -> list[str]:
    return [element.text or "" for element in cover.iter(f"{SVG}text")]


def test_title_and_author_are_printed() -> None:
    assert words(draw("Dracula", "Bram Stoker")) == ["Dracula", "Bram Stoker"]


def test_a_long_title_is_wrapped_in_full() -> None:
    title = "The Curious Incident of the Dog in the Night-Time"
    lines = words(draw(title, "Mark Haddon"))
    assert " ".join(lines) == f"{title} Mark Haddon"
    assert len(lines) > 3


@pytest.mark.parametrize(
    ("title", "printed"),
    [
        ("The Hobbit (Middle-earth, Book 1)", "The Hobbit"),
        ("Frankenstein; or, The Modern Prometheus", "Frankenstein"),
        ("Dune: Messiah", "Dune: Messiah"),
        ("(Untitled)", "(Untitled)"),
    ],
)
def test_series_and_long_subtitles_are_left_to_the_page(title: str, printed: str) -> None:
    assert " ".join(design_cover(title, "").title.lines) == printed


def test_a_title_that_never_fits_ends_in_an_ellipsis() -> None:
    lines = design_cover("word " * 60, "A. Writer").title.lines
    assert lines[-1].endswith("…")
    assert lines[0].startswith("word word")


def test_an_authors_books_share_the_motif_but_not_all_of_the_drawing() -> None:
    titles = ["It", "Carrie", "The Shining", "Misery", "Cujo", "Christine"]
    covers = [design_cover(title, "Stephen King") for title in titles]
    assert len({cover.motif for cover in covers}) == 1
    assert len({cover.palette for cover in covers}) > 1
    assert design_cover("It", "Stephen King") == covers[0]


def test_markup_in_a_title_is_text() -> None:
    cover = draw("<script>alert(1)</script>", 'A "quoted" & <b>bold</b> name')
    assert not list(cover.iter(f"{SVG}script"))
    assert "<script>" in "".join(words(cover))


@given(title=st.text(max_size=200), author=st.text(max_size=120))
def test_any_text_gives_a_well_formed_cover_within_its_edges(title: str, author: str) -> None:
    cover = draw(title, author)
    for element in cover.iter(f"{SVG}text"):
        size = float(element.attrib["font-size"])
        baseline = float(element.attrib["y"])
        assert 142 + size * 0.6 < baseline <= HEIGHT - 10, "out of the field below the picture"
        # No face sets text narrower than a third of an em a letter on average.
        letters = [c for c in element.text or "" if not unicodedata.combining(c)]
        assert len(letters) * size * 0.3 < WIDTH


@pytest.mark.parametrize("palette", PALETTES, ids=lambda p: p.ground)
def test_palettes_can_be_read(palette: object) -> None:
    assert contrast(palette.ink, palette.ground) >= 4.5  # type: ignore[attr-defined]


@pytest.mark.parametrize("title", ["x" * 200_000, "ab " * 70_000, "đ" * 200_000, "[" * 100_000])
def test_a_very_long_title_costs_no_more_than_a_long_one(
    title: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    measured: list[str] = []
    width = covers._character_width

    def counted(character: str) -> float:
        measured.append(character)
        return width(character)

    monkeypatch.setattr(covers, "_character_width", counted)
    covers.design_cover(title[: len(title) // 2], title[: len(title) // 2])
    half = len(measured)
    cover = covers.design_cover(title, title)
    assert len(measured) == 2 * half, "characters measured do not grow with the title"
    assert cover.title.lines[-1].endswith("…")
    assert sum(map(len, cover.title.lines)) < 400
