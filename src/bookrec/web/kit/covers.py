"""Generated covers: a paperback series drawn for every book without a picture.

This module chooses text, motif and colours; ``partials/cover.svg`` draws them. All books of an author
have one motif, so that they match on a shelf; the title chooses the colours.
"""

from __future__ import annotations

import hashlib
import re
import unicodedata
from typing import Final

import jinja2
import msgspec

WIDTH: Final = 240
HEIGHT: Final = 360
_TEXT_WIDTH: Final = 196
"""Width of the text in units, of `WIDTH`; the rest is margin."""

_TITLE_SIZES: Final = (36, 32, 29, 26, 23, 20, 18)
_TITLE_MAX_HEIGHT: Final = 152
_TITLE_LEADING: Final = 1.14
_AUTHOR_SIZES: Final = (16, 14.5, 13)
_AUTHOR_MAX_LINES: Final = 2

MOTIFS: Final = (
    "hills",
    "spines",
    "waves",
    "arches",
    "moon",
    "leaves",
    "tiles",
    "rings",
    "rays",
    "peaks",
)

_LONG_TITLE: Final = 34
_MOST_TEXT: Final = 400
"""Characters of a title or author that a cover is made from; fewer than half of them fit."""
_BRACKETED: Final = re.compile(r"\s*[(\[][^)\]]*[)\]]\s*$")
_UNPRINTABLE: Final = frozenset({"Cc", "Cn", "Cs"})
"""Unicode categories: control characters, unassigned code points, lone surrogates."""


class Palette(msgspec.Struct, frozen=True):
    """Colours of one cover; ``ink`` on ``ground`` keeps a contrast of at least 4.5 to 1."""

    ground: str
    shade: str
    accent: str
    ink: str


PALETTES: Final = (
    Palette("#f3e9d2", "#d9b26f", "#a63d2f", "#2b2118"),
    Palette("#1f3a3d", "#2f5d5a", "#e0a458", "#f6efdf"),
    Palette("#7c2d26", "#a34a36", "#efc88b", "#fbf1de"),
    Palette("#e6e0d0", "#8aa399", "#2f5d50", "#1d2a26"),
    Palette("#25304f", "#3e4f7d", "#e7b24a", "#f4f0e4"),
    Palette("#efd9c3", "#c9785a", "#6b2a3a", "#33141c"),
    Palette("#3d3450", "#64527d", "#e59a82", "#f7eee6"),
    Palette("#dfe5dc", "#93a7b8", "#34567a", "#1b2733"),
    Palette("#f2c879", "#dd8f3f", "#8b2f1c", "#31190b"),
    Palette("#2d4a2f", "#4d6f45", "#e8d06f", "#f5f2e0"),
    Palette("#f1e3e0", "#c993a0", "#7a3058", "#321427"),
    Palette("#4a2f22", "#74503a", "#d9a05b", "#f7ecda"),
)


class TextBlock(msgspec.Struct, frozen=True):
    """Lines of text of one size, in units of the cover."""

    lines: list[str]
    size: float
    leading: float
    """Distance between baselines."""


class Cover(msgspec.Struct, frozen=True):
    """Context of ``partials/cover.svg``."""

    title: TextBlock
    author: TextBlock
    motif: str
    """One of `MOTIFS`."""
    palette: Palette
    seed: int
    """0–255; turns and shifts the motif, so that an author's books differ."""
    label: str
    """Text of the cover, for a reader who opens the picture by itself."""


def design_cover(title: str, author: str) -> Cover:
    """Design a cover; the same title and author always give the same one."""
    title, author = _printable(title), _printable(author)
    by_author = hashlib.sha256((author or title).casefold().encode()).digest()
    by_title = hashlib.sha256(f"{title}\n{author}".casefold().encode()).digest()
    return Cover(
        title=_fit_title(_short_title(title)),
        author=_fit_author(author),
        motif=MOTIFS[by_author[0] % len(MOTIFS)],
        palette=PALETTES[by_title[0] % len(PALETTES)],
        seed=by_title[1],
        label=f"{title} — {author}" if author else title,
    )


def render_cover(environment: jinja2.Environment, title: str, author: str) -> str:
    """Render the cover as an SVG document.

    Args:
        environment: the site's, which finds ``partials/cover.svg`` and escapes all text.
        title: of the book.
        author: of the book; '' when unknown.
    """
    return environment.get_template("partials/cover.svg").render(cover=design_cover(title, author))


def _printable(text: str) -> str:
    """Text that is valid in an XML document, with single spaces and of a bounded length."""
    kept = (
        c for c in text[:_MOST_TEXT] if c.isspace() or unicodedata.category(c) not in _UNPRINTABLE
    )
    return " ".join("".join(kept).split())


def _short_title(text: str) -> str:
    """Title as a jacket prints it: no series in brackets, no long subtitle."""
    text = _BRACKETED.sub("", text) or text
    if len(text) > _LONG_TITLE:
        for separator in (": ", " : ", "; ", " - "):
            main = text.split(separator)[0].strip()
            if 3 <= len(main) < len(text):
                return main
    return text


def _fit_title(title: str) -> TextBlock:
    """Title at the largest size that fits its field, else at the smallest size, cut with "…"."""
    for size in _TITLE_SIZES:
        leading = size * _TITLE_LEADING
        lines, broken = _wrap(title, size)
        if len(lines) * leading <= _TITLE_MAX_HEIGHT and not broken:
            return TextBlock(lines, size, leading)
    size = _TITLE_SIZES[-1]
    leading = size * _TITLE_LEADING
    lines, _ = _wrap(title, size)
    return TextBlock(_cut(lines, int(_TITLE_MAX_HEIGHT // leading), size), size, leading)


def _fit_author(author: str) -> TextBlock:
    """Author in at most two lines; a single line is preferred to a larger size."""
    for size in _AUTHOR_SIZES:
        lines, broken = _wrap(author, size)
        if len(lines) <= 1 and not broken:
            return TextBlock(lines, size, size * 1.25)
    size = _AUTHOR_SIZES[-1]
    lines, _ = _wrap(author, size)
    return TextBlock(_cut(lines, _AUTHOR_MAX_LINES, size), size, size * 1.25)


def _wrap(text: str, size: float) -> tuple[list[str], bool]:
    """Break text into lines of at most `_TEXT_WIDTH`; tell also whether a word had to be broken."""
    lines: list[str] = []
    line = ""
    broken = False
    for word in text.split():
        candidate = f"{line} {word}" if line else word
        if _width(candidate, size) <= _TEXT_WIDTH:
            line = candidate
            continue
        if line:
            lines.append(line)
        while _width(word, size) > _TEXT_WIDTH:
            broken = True
            cut = _fitting_prefix(word, size, reserve="-")
            lines.append(f"{word[:cut]}-")
            word = word[cut:]
        line = word
    if line:
        lines.append(line)
    return lines, broken


def _cut(lines: list[str], count: int, size: float) -> list[str]:
    """The first ``count`` lines, the last one ending in "…" when something was left out."""
    if len(lines) <= count:
        return lines
    last = lines[count - 1]
    kept = last[: _fitting_prefix(last, size, reserve="…")].rstrip(" ,.;:-")
    return [*lines[: count - 1], f"{kept}…"]


def _fitting_prefix(text: str, size: float, reserve: str) -> int:
    """Number of characters (at least one) that fit on a line with ``reserve`` after them."""
    count = 1
    width = _width(text[:1] + reserve, size)
    while count < len(text):
        width += _width(text[count], size)
        if width > _TEXT_WIDTH:
            break
        count += 1
    return count


def _width(text: str, size: float) -> float:
    """Upper estimate of the width of serif text in units: the reader's font is unknown."""
    return size * sum(_character_width(c) for c in text)


def _character_width(character: str) -> float:
    """Width in ems, in the wider of the common serif faces."""
    if unicodedata.combining(character):
        return 0.0
    if unicodedata.east_asian_width(character) in "WF":
        return 1.0
    base = unicodedata.normalize("NFD", character)[0]
    if base in "iljtfrI.,:;'’!|()[]- ":
        return 0.36
    if base in "mwMW—%@…":
        return 0.96
    if base.isupper() or base in "&ĐØ":
        return 0.74
    return 0.57
