"""Words of titles and names for the index, and the other ways in which people write them."""

from __future__ import annotations

import re
import unicodedata
from typing import Final

from bookrec.search.numerals import digits_to_words, words_to_digits
from bookrec.text import fold

_ARTICLES: Final = "a an the der die das le la les el los las il lo un une"
_OTHERS: Final = "and of in to for on at by from with is it und de du des von et y e or"
ARTICLES: Final = frozenset(_ARTICLES.split())
FUNCTION_WORDS: Final = ARTICLES | frozenset(_OTHERS.split())
"""Words that say little about the book meant."""

_SYMBOLS: Final = re.compile(r"(?<![\w+#])(\w)(\+\+|#)(?![\w+#])")
_SYMBOL_NAMES: Final = {"++": "plusplus", "#": "sharp"}
_UMLAUTS: Final = str.maketrans(
    {"ä": "ae", "ö": "oe", "ü": "ue", "ø": "oe", "å": "aa", "Ä": "Ae", "Ö": "Oe", "Ü": "Ue"}
    | {"Ø": "Oe", "Å": "Aa"}
)
_AMPERSAND: Final = re.compile(r"\s&\s")
_INITIALS: Final = re.compile(r"(?<![^ ])(?:[a-z] )+[a-z](?![^ ])")
_JOINED_INITIALS: Final = re.compile(r"^([A-Z]{2,3})\s")
_HEAD_END: Final = re.compile(r"\s*[(\[:;]|\s[-–—]\s")
_VOWELS: Final = frozenset("AEIOUY")


def search_words(text: str) -> str:
    """Return the words of a text as the index has them: `fold`, with names for ``C++`` and ``C#``.

    >>> search_words("C++ Primer")
    'cplusplus primer'
    """
    if "+" in text or "#" in text:
        text = _SYMBOLS.sub(lambda m: m[1] + _SYMBOL_NAMES[m[2]], text)
    return fold(text)


def title_spellings(title: str) -> list[str]:
    """Return the ways to write a title, the usual one first.

    >>> title_spellings("Catch-22")
    ['catch 22', 'catch twenty two']
    >>> title_spellings("Gödel & Bach")
    ['godel bach', 'godel and bach', 'goedel bach']
    """
    texts = [search_words(title)]
    if _AMPERSAND.search(title):
        texts.append(search_words(_AMPERSAND.sub(" and ", title)))
    texts += _with_umlauts(title)
    words = texts[0].split()
    texts += [" ".join(digits_to_words(words)), " ".join(words_to_digits(words))]
    return [text for text in dict.fromkeys(texts) if text] or [""]


def author_spellings(author: str) -> list[str]:
    """Return the ways to write an author's name, the first name first.

    >>> author_spellings("Tolkien, J. R. R.")
    ['j r r tolkien', 'jrr tolkien']
    >>> author_spellings("JK Rowling")
    ['jk rowling', 'j k rowling']
    """
    name = first_name_first(author)
    texts = [search_words(name)]
    texts += _with_umlauts(name)
    texts.append(_INITIALS.sub(lambda m: m[0].replace(" ", ""), texts[0]))
    joined = _JOINED_INITIALS.match(name)
    if joined and _VOWELS.isdisjoint(joined[1]):
        texts.append(search_words(" ".join(joined[1]) + name[len(joined[1]) :]))
    return [text for text in dict.fromkeys(texts) if text] or [""]


def first_name_first(author: str) -> str:
    """Return ``Jane Austen`` for ``Austen, Jane``; other texts as they are.

    >>> first_name_first("Austen, Jane")
    'Jane Austen'
    """
    last, comma, first = author.partition(",")
    if not comma or "," in first or not first.strip() or len(last.split()) > 3:
        return author
    return f"{first.strip()} {last.strip()}"


def name_key(name: str) -> str:
    """Return the key by which spellings of a name are one: the letters of its words.

    >>> name_key("Tolkien, J.R.R.") == name_key("J. R. R. TOLKIEN")
    True
    """
    return search_words(first_name_first(name)).replace(" ", "")


def series_key(series: str) -> str:
    """Return the key by which spellings of a series are one; an article makes no difference.

    >>> series_key("The Dark Tower Series") == series_key("Dark Tower")
    True
    """
    words = search_words(series).split()
    if len(words) > 1 and words[0] in ARTICLES:
        del words[0]
    if len(words) > 1 and words[-1] == "series":
        del words[-1]
    return "".join(words)


def title_head(title: str) -> str:
    """Return a title up to its bracket or subtitle.

    >>> title_head("Dune: A Novel (Dune Chronicles, Book 1)")
    'Dune'
    """
    end = _HEAD_END.search(title)
    head = title[: end.start()] if end else title
    return head if search_words(head) else title


def title_keys(title: str) -> list[str]:
    """Return the keys by which a typed title is this one: joined letters, with and without subtitle.

    >>> title_keys("The Stand (Signet)")
    ['thestandsignet', 'thestand', 'stand']
    """
    keys: dict[str, None] = {}
    for text in (title, title_head(title)):
        for spelling in title_spellings(text):
            keys[spelling.replace(" ", "")] = None
    words = search_words(title_head(title)).split()
    if len(words) > 1 and words[0] in ARTICLES:
        keys["".join(words[1:])] = None
    return [key for key in keys if key]


def _with_umlauts(text: str) -> list[str]:
    """Return the words of a text with ``oe`` for ``ö`` and the like; [] where that changes nothing."""
    if text.isascii():
        return []
    composed = unicodedata.normalize("NFC", text)
    spelled = composed.translate(_UMLAUTS)
    return [search_words(spelled)] if spelled != composed else []
