"""Titles, authors and series to offer while somebody types."""

from __future__ import annotations

from math import inf
from typing import Final, Literal, TypeAlias

import msgspec

from bookrec.search.words import search_words
from bookrec.web.catalogue_search.query_reading import MOST_WORDS, Query, plain_reading, read_query
from bookrec.web.catalogue_search.relevance import IndexedBook, relevance
from bookrec.web.store.snapshot_reader import Snapshot

_CONSIDERED: Final = 80
_BEGINNING: Final = 2.5
"""Relevance of a text that begins as typed."""


SuggestionKind: TypeAlias = Literal["title", "author", "series"]


class Suggestion(msgspec.Struct, frozen=True):
    """A text to offer."""

    kind: SuggestionKind
    text: str
    isbn: str | None
    """Id of a title; None for a name."""


def suggest(snapshot: Snapshot, text: str, limit: int) -> list[Suggestion]:
    """Return up to ``limit`` texts that ``text`` may become, the likeliest first.

    All typed words must be in a text, the last one as the beginning of a word. Where no text has them,
    those with near words count.
    """
    words = tuple(search_words(text).split()[:MOST_WORDS])
    if not words:
        return []
    plain = Query(words, (plain_reading(words),), text=text)
    suggestions = _suggestions(snapshot, plain)
    if not suggestions:
        near = read_query(snapshot, text)
        if not near.exact and near.readings:
            suggestions = _suggestions(snapshot, near)
    # Works of one title are told apart on the page of results.
    by_text = {(s.kind, s.text.casefold()): s for s in reversed(suggestions)}
    return list(by_text.values())[::-1][:limit]


def _suggestions(snapshot: Snapshot, query: Query) -> list[Suggestion]:
    """Return the texts that match a query, the likeliest first."""
    rows = snapshot.slow_rows(
        "select suggestion_id, kind, suggestion.text, isbn, readers, suggestion_search.text"
        " from suggestion_search cross join suggestion"
        " on suggestion_id = suggestion_search.rowid"
        " where suggestion_search match ? order by suggestion_search.rowid limit ?",
        (query.expression, _CONSIDERED),
    )
    typed = " ".join(query.words)
    ranked: list[tuple[float, int, Suggestion]] = []
    for number, kind, text, isbn, readers, spellings in rows:
        names = spellings if kind == "author" else ""
        book = IndexedBook.of_row(number, text, "" if names else spellings, names, "", readers)
        score = relevance(book, query)
        if score > -inf:
            beginning = any(line.startswith(typed) for line in spellings.split("\n"))
            suggestion = Suggestion(kind, text, isbn)
            ranked.append((-score - _BEGINNING * beginning, number, suggestion))
    return [suggestion for _, _, suggestion in sorted(ranked, key=lambda row: row[:2])]
