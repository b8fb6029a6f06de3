"""Titles taken apart: head, subtitle, volume, and whether they name a set or a derived work."""

from __future__ import annotations

import html
import re
from dataclasses import dataclass
from typing import Final

from bookrec.offline.data.works.authors import author_words
from bookrec.offline.data.works.vocabulary import (
    BOX,
    BOX_WORDS,
    DERIVED,
    DERIVED_WORDS,
    EDITION,
    ENLARGED,
    ENLARGED_WORDS,
    FORMAT_ENDS,
    FORMATS,
    GENERIC_TAIL,
    GENERIC_TAIL_WORDS,
    VOLUME_WORDS,
)
from bookrec.offline.data.works.words import (
    LEADING_WORDS,
    letters,
    numbers,
    series_letters,
    title_words,
)
from bookrec.text import fold

# Most titles have none of what the patterns look for. So each pattern waits for a cheap sign of it: a
# character, or a word out of a set.
_LONG_NUMBER: Final = re.compile(r"\d{9}")
_ISBN: Final = re.compile(r"(?i)\b(?:isbn[-: ]*)?(?:97[89][- ]?)?\d{9}[\dx]\b")
_MARK: Final = re.compile(r"[-:;~–—.,]")
_SEPARATOR: Final = re.compile(
    r"[:;~—]|--+(?!\s*[Aa]nd\b)|(?<=\s)[-–—~]+\s|(?<=[^\W\d_]{4})\.\s+(?=\S)"
    r"|,\s+(?=(?:[Aa]|[Tt]he)\s+(?:[Nn]ovel|[Mm]emoir)\b)"
)
_ALTERNATIVE: Final = re.compile(
    r"\s*[:;,]?\s+(?:[Oo]r,\s+|[Oo]r\s+(?=[Tt]he\s))(?:(?!\s[Aa]nd\s)[^:;])*(?=[:;]|$)"
)
"""A second name of the whole book, behind `or`."""
_SLASH: Final = re.compile(r"\s*/\s*")
_TURNED_ARTICLE: Final = re.compile(
    r"^(.*),\s*(The|An?|Der|Die|Das|Le|La|Les|El|Los|Las)\s*$", re.IGNORECASE
)
_BRACKETED_ARTICLE: Final = re.compile(r"^(.*?)\s*\((Le|La|Les|L'|Une?)\)", re.IGNORECASE)
_POCKET_NUMBER: Final = re.compile(
    r"\b(?:bab(?:el)?|folio|points|poche|librio|pocket|j'ai lu)\s+n°\s*\d+", re.IGNORECASE
)
"""The number that a French series of pocket books gives to an edition."""
_BY: Final = re.compile(r"\s*/\s*by\s.*$", re.IGNORECASE)
_LANGUAGE: Final = re.compile(r"(?<=[)\]])\s+in (?:French|German|Italian|Spanish)\s*$", re.I)
"""The language behind a bracket that holds the title in another one."""
_BRACKET: Final = re.compile(r"([()\[\]])")
_DIGIT: Final = re.compile(r"\d")
_READ_AGAIN: Final = ENLARGED_WORDS | LEADING_WORDS
"""First words of a head that may lose more words at its start."""


@dataclass(frozen=True)
class Title:
    """A title as comparable words."""

    head: tuple[str, ...]
    """Words up to the subtitle, without brackets, formats and leading article; never empty."""
    tail: tuple[str, ...]
    """Words of the subtitle, with a leading `a`; empty if there is none, or it names the genre only."""
    volumes: tuple[tuple[str, str], ...]
    """Series and number of each bracket that numbers a volume; the series may be empty."""
    series: tuple[str, ...]
    """Letters of each bracket's words, without numbers: the series, or what the edition is."""
    kind: str
    """``box`` for several works in one, ``derived`` for a work about another, else empty."""
    signed: bool
    """Whether the subtitle names the author, and no number: it describes the book then."""

    @property
    def words(self) -> tuple[str, ...]:
        """Head and subtitle."""
        return self.head + self.tail


def read_title(title: str, author: str = "") -> Title:
    """Take a title apart.

    Args:
        title: as the catalogue has it.
        author: its author; an author's name in the title is left out.

    >>> read_title("The Lovely Bones: A Novel").words
    ('lovely', 'bones')
    >>> read_title("Kare Kano (Kare Kano, Vol. 2)").volumes
    (('kare kano', '2'),)
    """
    text = html.unescape(title)
    if "/" in text:
        text = _BY.sub("", text)
    if _LONG_NUMBER.search(text):
        text = _ISBN.sub(" ", text)
    brackets: list[str] = []
    if "(" in text:
        text = _BRACKETED_ARTICLE.sub(r"\2 \1", text)
    if "°" in text:
        text = _POCKET_NUMBER.sub(" ", text)
    if "&" in text:
        text = text.replace("&", " and ")
    if "(" in text or "[" in text:
        text, brackets = _split_brackets(_LANGUAGE.sub("", text))
    if "or" in text or "Or" in text:
        text = _ALTERNATIVE.sub("", text)
    folded = fold(title)
    segments = _segments(text, author)
    head = segments[0] if segments else title_words(folded)
    tail = tuple([word for segment in segments[1:] for word in segment])
    volumes = _volumes(brackets) if brackets else ()
    series = tuple([series_letters(title_words(fold(bracket))) for bracket in brackets])
    return Title(head, tail, volumes, series, _kind(folded), _is_signed(text, author))


def _is_signed(text: str, author: str) -> bool:
    """Say whether the subtitle names the author and no number."""
    subtitle = fold(" ".join(_SEPARATOR.split(text)[1:])) if _MARK.search(text) else ""
    if author_words(author)[1].isdisjoint(subtitle.split()):
        return False
    return not numbers(title_words(subtitle))


def _kind(folded: str) -> str:
    words = folded.split()
    if not BOX_WORDS.isdisjoint(words) and BOX.search(folded):
        return "box"
    return "derived" if not DERIVED_WORDS.isdisjoint(words) and DERIVED.search(folded) else ""


def _split_brackets(text: str) -> tuple[str, list[str]]:
    """Split a title into the text outside brackets and the contents of the outermost brackets.

    An open bracket reaches to the end.
    """
    outside: list[str] = []
    brackets: list[str] = []
    depth = 0
    for piece in _BRACKET.split(text):
        if piece in ("(", "["):
            depth += 1
            if depth == 1:
                brackets.append("")
                outside.append(" ")
        elif piece in (")", "]") and depth:
            depth -= 1
        elif depth:
            brackets[-1] += piece
        else:
            outside.append(piece)
    return "".join(outside), brackets


def _segments(text: str, author: str) -> list[tuple[str, ...]]:
    """Return the words of head and subtitles; formats, genres, repeats and the author left out."""
    segments: list[tuple[str, ...]] = []
    for part in _parts(text):
        folded = fold(_TURNED_ARTICLE.sub(r"\2 \1", part) if "," in part else part)
        if (
            segments
            and folded.endswith(("edition", "unabridged", "guide"))
            and EDITION.fullmatch(folded)
        ):
            continue
        if folded.rpartition(" ")[2] in FORMAT_ENDS:
            folded = FORMATS.sub("", folded)
        if segments and _is_generic(folded):
            continue
        words = title_words(folded)
        if not segments and words and words[0] in _READ_AGAIN:
            words = title_words(ENLARGED.sub("", " ".join(words)))
        words = _without_author(words, author)
        if segments and words and author_words(author)[0].issuperset(words):
            continue
        if segments and words and folded.startswith(("a ", "an ")):
            words = ("a", *words)  # tells a description from the title of a volume
        if words and not any(letters(words) in letters(other) for other in segments):
            segments.append(words)
    return segments


def _parts(text: str) -> list[str]:
    """Split a title at its colons, dashes and the like, and before what a slash adds to it."""
    parts = _SEPARATOR.split(text) if _MARK.search(text) else [text]
    if "/" not in text:
        return parts
    split: list[str] = []
    for part in parts:
        head, *rest = _SLASH.split(part)
        if split and _is_generic(fold(part)):
            continue
        # A slash joins a format, a genre or a description, else titles of two works, which stay.
        kept = [other for other in rest if not _says_nothing(fold(other))]
        described = [other for other in kept if other.lower().startswith(("a ", "an "))]
        titles = " ".join([head, *(other for other in kept if other not in described)])
        split += [titles, *described]
    return split


def _is_generic(folded: str) -> bool:
    """Say whether a folded subtitle names genre or edition and no more."""
    if GENERIC_TAIL_WORDS.isdisjoint(folded.split()) and not _DIGIT.search(folded):
        return False
    return GENERIC_TAIL.fullmatch(folded) is not None


def _says_nothing(folded: str) -> bool:
    return FORMATS.sub("", folded) == "" or GENERIC_TAIL.fullmatch(folded) is not None


def _without_author(words: tuple[str, ...], author: str) -> tuple[str, ...]:
    """Drop the author's name at both ends of a title; all words, if they are the author."""
    if not words:
        return words
    names, surnames = author_words(author)
    if words[-1] not in names and words[0] not in names and words[0][:-1] not in surnames:
        return words
    if len(words) > 1 and set(words) <= names and set(words) & surnames:
        return ()
    end = len(words)
    while end and words[end - 1] in names:
        end -= 1
    named = len(words) - end
    if (
        named
        and end > 1
        and words[end - 1] in ("by", "of", "von")
        and (named > 1 or len(names) == 1)
    ):
        words = words[: end - 1]
    start = 0
    while start < len(words) and (words[start] in names or words[start][:-1] in surnames):
        start += 1
    last = words[start - 1 : start]
    if start > 1 and len(words) - start > 1 and {last[0], last[0].removesuffix("s")} & surnames:
        words = words[start:]
    return words


def _volumes(brackets: list[str]) -> tuple[tuple[str, str], ...]:
    """Return series and number of each bracket that ends in a number, or in one after a word."""
    volumes = []
    for bracket in brackets:
        words = list(title_words(fold(bracket.replace("#", " no "))))
        while words and not words[-1].isdigit():
            words.pop()
        if not words:
            continue
        number = words.pop()
        numbered = bool(words) and words[-1] in VOLUME_WORDS
        while words and words[-1] in VOLUME_WORDS:
            words.pop()
        if numbered or not words:
            volumes.append((" ".join(words), number))
    return tuple(volumes)
