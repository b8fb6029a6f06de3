"""Titles taken apart: head, subtitle, volume, and whether they name a set or a derived work."""

from __future__ import annotations

import html
import re
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

from bookrec.offline.data.works.authors import read_persons
from bookrec.offline.data.works.vocabulary import (
    ARTICLES,
    BOX,
    DERIVED,
    ENLARGED,
    FILLER,
    FORMATS,
    GENERIC_TAIL,
    NUMBERS,
    ORDINALS,
    ROMAN_LETTERS,
    SPELLINGS,
    VOLUME_WORDS,
)
from bookrec.text import fold

_ISBN: Final = re.compile(r"(?i)\b(?:isbn[-: ]*)?(?:97[89][- ]?)?\d{9}[\dx]\b")
_SEPARATOR: Final = re.compile(
    r"\s*[:;]\s*|\s[-–—~]+\s|\s*--+\s*|\s*[~—]\s*"
    r"|(?<=[^\W\d_]{4})\.\s+(?=\S)"
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
_BY: Final = re.compile(r"\s*/\s*by\s.*$", re.IGNORECASE)
_DIGITS: Final = re.compile(r"\d+")
_ORDINAL: Final = re.compile(r"(\d+)(?:st|nd|rd|th)")
_ORDINAL_WORDS: Final = {number: word for word, number in ORDINALS.items()}


@dataclass(frozen=True)
class Title:
    """A title as comparable words."""

    head: tuple[str, ...]
    """Words up to the subtitle, without brackets, formats and leading article; never empty."""
    tail: tuple[str, ...]
    """Words of the subtitle, with a leading `a`; empty if there is none, or it names the genre only."""
    volumes: tuple[tuple[str, str], ...]
    """Series and number of each bracket that numbers a volume; the series may be empty."""
    kind: str
    """``box`` for several works in one, ``derived`` for a work about another, else empty."""

    @property
    def words(self) -> tuple[str, ...]:
        """Head and subtitle."""
        return self.head + self.tail


@lru_cache(maxsize=1 << 17)
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
    text = _ISBN.sub(" ", _BY.sub("", html.unescape(title))).replace("&", " and ")
    text, brackets = _split_brackets(text)
    text = _ALTERNATIVE.sub("", text)
    segments = _segments(text, author)
    if not segments:
        segments = [_words(fold(title))]
    head, tail = segments[0], tuple(word for segment in segments[1:] for word in segment)
    folded = fold(title)
    kind = "box" if BOX.search(folded) else "derived" if DERIVED.search(folded) else ""
    return Title(head, tail, _volumes(brackets), kind)


def letters(words: tuple[str, ...]) -> str:
    """Return the letters of words that count, joined: hyphens and spaces make no difference.

    >>> letters(("war", "and", "remembrance"))
    'warremembrance'
    """
    return "".join(content(words))


def content(words: tuple[str, ...]) -> tuple[str, ...]:
    """Return the words that are no fillers; all words, if all are."""
    return tuple(word for word in words if word not in FILLER) or words


def numbers(words: tuple[str, ...]) -> tuple[str, ...]:
    """Return the numbers among words, sorted."""
    spelled = (ORDINALS.get(word, word) for word in words)
    return tuple(sorted(number for word in spelled for number in _DIGITS.findall(word)))


def _split_brackets(text: str) -> tuple[str, list[str]]:
    """Split a title into the text outside brackets and the contents of the outermost brackets.

    An open bracket reaches to the end.
    """
    outside, brackets, depth = [], [], 0
    for char in text:
        if char in "([":
            depth += 1
            if depth == 1:
                brackets.append("")
                outside.append(" ")
        elif char in ")]" and depth:
            depth -= 1
        elif depth:
            brackets[-1] += char
        else:
            outside.append(char)
    return "".join(outside), brackets


def _segments(text: str, author: str) -> list[tuple[str, ...]]:
    """Return the words of head and subtitles; formats, genres, repeats and the author left out."""
    parts = []
    for part in _SEPARATOR.split(text):
        head, *rest = _SLASH.split(part)
        # A slash joins a format, a genre or a description, else titles of two works, which stay.
        kept = [other for other in rest if not _says_nothing(fold(other))]
        described = [other for other in kept if other.lower().startswith(("a ", "an "))]
        parts += [
            " ".join([head, *(other for other in kept if other not in described)]),
            *described,
        ]
    author_words = frozenset(fold(author.replace(".", ". ")).split())
    surnames = {person.surname for person in read_persons(author)}
    segments: list[tuple[str, ...]] = []
    for part in parts:
        folded = FORMATS.sub("", fold(_TURNED_ARTICLE.sub(r"\2 \1", part)))
        if segments and GENERIC_TAIL.fullmatch(folded):
            continue
        words = _words(folded) if segments else _words(ENLARGED.sub("", " ".join(_words(folded))))
        words = _without_author(words, author_words, surnames)
        if segments and words and folded.startswith("a "):
            words = ("a", *words)  # tells a description from the title of a volume
        if words and not any(letters(words) in letters(other) for other in segments):
            segments.append(words)
    return segments


def _says_nothing(folded: str) -> bool:
    return FORMATS.sub("", folded) == "" or GENERIC_TAIL.fullmatch(folded) is not None


def _without_author(
    words: tuple[str, ...], author_words: frozenset[str], surnames: set[str]
) -> tuple[str, ...]:
    """Drop the author's name at both ends of a title; all words, if they are the author."""
    if len(words) > 1 and set(words) <= author_words and set(words) & surnames:
        return ()
    end = len(words)
    while end and words[end - 1] in author_words:
        end -= 1
    named = len(words) - end
    if (
        named
        and end > 1
        and words[end - 1] in ("by", "of", "von")
        and (named > 1 or len(author_words) == 1)
    ):
        words = words[: end - 1]
    start = 0
    while start < len(words) and (words[start] in author_words or words[start][:-1] in surnames):
        start += 1
    last = words[start - 1 : start]
    if start > 1 and len(words) - start > 1 and {last[0], last[0].removesuffix("s")} & surnames:
        words = words[start:]
    return words


def _words(folded: str) -> tuple[str, ...]:
    """Return the words of a folded text in one spelling, numbers as digits, without article."""
    words: list[str] = []
    for word in folded.split():
        if words and words[-1] in VOLUME_WORDS:
            word = ROMAN_LETTERS.get(word, word)
        ordinal = _ORDINAL.fullmatch(word)
        word = ordinal.group(1) if ordinal else NUMBERS.get(word, SPELLINGS.get(word, word))
        words.append(_ORDINAL_WORDS.get(word, word) if ordinal else word)
    if len(words) > 1 and words[0] in FILLER - {"and", "of"}:
        words = words[1:]
    for articles, function_words in ARTICLES.items():
        if len(words) > 2 and words[0] in articles and function_words & set(words[1:]):
            words = words[1:]
            break
    return tuple(words)


def _volumes(brackets: list[str]) -> tuple[tuple[str, str], ...]:
    """Return series and number of each bracket that ends in a number, or in one after a word."""
    volumes = []
    for bracket in brackets:
        words = list(_words(fold(bracket.replace("#", " no "))))
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
