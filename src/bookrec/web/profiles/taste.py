"""Beliefs about a reader's taste: values of the books that their lists are made from, with shares.

The share of a value v of a facet is

    share(v) = Σ w(b) over the books b with the value v / Σ w(b) over the books with any known value

    w(b) = h(b) + r(b)

where

- ``h(b)`` is the weight of b in the history from which lists are made (`bookrec.inference.history`): 1
  for a book liked (rated 7–10) or without a rating, wanted ones among them, .5 for one rated 5 or 6,
  0 for a lower rating or a dismissed book;
- ``r(b)`` is the weight of b among the ten latest books of the visit (`bookrec.inference.reacting`):
  that of its kind of event times .8 for each later book; 0 for all others and for dismissed books.

Books of rejected values are left out, as they are from lists.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from typing import Final

import msgspec
import numpy as np

from bookrec.inference.history import make_history
from bookrec.web.catalogue_search.facets import price_bounds
from bookrec.web.recommendations.reasons import relation_of
from bookrec.web.recommendations.visits import Visit
from bookrec.web.selling.front import ShopFront
from bookrec.web.store.catalogue import CatalogueBook, books_by_id
from bookrec.web.store.reader_history import WANT, ReaderHistory
from bookrec.web.store.rejections import FACETS, key_of, label_in
from bookrec.web.store.snapshot_reader import Snapshot

PRICE: Final = "price"
"""Facet that is shown and cannot be rejected: a price is the shop's, not the book's."""
MOST_BELIEFS: Final = 6
"""Beliefs of a facet that are shown, the strongest."""
MOST_EVIDENCE: Final = 5
"""Books that are named for a belief, the heaviest."""
_ACT_OF_EVENT: Final = {"view": "opened", "cart": "carted", "search": "searched"}
"""Act by kind of event; those of other kinds are known from the history, and a click is a view too."""


class Act(msgspec.Struct, frozen=True):
    """Act of a reader with a book."""

    name: str
    """``rated``, ``liked``, ``bought``, ``owned``, ``wanted``, ``readers`` (the data set knows it
    without a rating), or of this visit ``opened``, ``carted``, ``searched``."""
    here: bool
    """True for an act on this site, False for one of the data set."""
    rating: int = 0
    """1–10 where ``name`` is ``rated``."""
    times: int = 1


class Evidence(msgspec.Struct, frozen=True):
    """A book that speaks for a belief."""

    book: CatalogueBook
    weight: float
    """w(b) of the formula above."""
    acts: list[Act]


class Belief(msgspec.Struct, frozen=True):
    """A value of a facet that is believed to be the reader's taste."""

    facet: str
    value: str
    """Key of the value."""
    label: str
    """The value as the catalogue spells it; a price class is ``FROM-BELOW`` in minor units."""
    share: float
    """0–1 of the weight of the books whose value is known."""
    books: int
    """Books that speak for it."""
    evidence: list[Evidence]
    """The heaviest of them."""


class FacetBeliefs(msgspec.Struct, frozen=True):
    """The strongest beliefs of a facet."""

    facet: str
    beliefs: list[Belief]
    values: int
    """Number of values that any book speaks for."""


class TasteProfile(msgspec.Struct, frozen=True):
    """All that lists believe of a reader's taste."""

    books: int
    """Books that have any weight."""
    left_out: int
    """Seen and wanted books that rejected values leave out."""
    facets: list[FacetBeliefs]
    """Those with any belief: author, series, category, decade, language, price."""


def taste_profile(
    snapshot: Snapshot,
    front: ShopFront,
    history: ReaderHistory,
    visit: Visit,
    prices: Sequence[int] = (),
) -> TasteProfile:
    """Return the beliefs about a reader.

    Args:
        snapshot: has the books.
        front: has the prices of the books.
        history: the reader's books.
        visit: what the reader did lately.
        prices: of all offers, for the bounds of price classes; () leaves prices out.
    """
    evidence = taste_evidence(snapshot, history, visit)
    facets = [_beliefs(facet, [(label_in(e.book, facet), e) for e in evidence]) for facet in FACETS]
    bounds = price_bounds(prices) if prices else []
    if bounds:
        offers = front.offers(e.book.isbn for e in evidence)
        priced = [
            (_price_class(bounds, offer.price), e)
            for e in evidence
            if (offer := offers.get(e.book.isbn)) and offer.price is not None
        ]
        facets.append(_beliefs(PRICE, priced))
    known = [facet for facet in facets if facet.beliefs]
    return TasteProfile(len(evidence), len(history.rejected), known)


def shop_prices(front: ShopFront) -> list[int]:
    """Return the prices of all offers; for a worker thread.

    Raises:
        ShopUnavailable: the database is locked or damaged.
    """
    return [price for price, _ in front.offer_table().offers.values()]


def taste_evidence(snapshot: Snapshot, history: ReaderHistory, visit: Visit) -> list[Evidence]:
    """Return the books with any weight and what was done with each, the heaviest first."""
    pairs = history.evidence
    books, ratings = (np.array([pair[n] for pair in pairs], dtype=np.int64) for n in (0, 1))
    weights: dict[int, float] = defaultdict(float)
    for book_id, weight in zip(books.tolist(), make_history(books, ratings).weights, strict=True):
        weights[book_id] += float(weight)
    recent = zip(visit.recent.books.tolist(), visit.recent.weights.tolist(), strict=True)
    for book_id, weight in recent:
        weights[book_id] += max(weight, 0.0)
    heavy = [book_id for book_id, weight in weights.items() if weight > 0]
    known = books_by_id(snapshot, heavy)
    evidence = [
        Evidence(known[book_id], weights[book_id], _acts(history, visit, book_id))
        for book_id in heavy
        if book_id in known
    ]
    return sorted(evidence, key=lambda e: -e.weight)


def _acts(history: ReaderHistory, visit: Visit, book_id: int) -> list[Act]:
    acts = []
    seen = history.books.get(book_id)
    if seen is not None:
        acts.append(Act(relation_of(seen.kind), seen.from_shop, seen.rating))
    elif book_id in history.wanted:
        acts.append(Act(relation_of(WANT), here=True))
    for kind, times in visit.events.get(book_id, {}).items():
        if kind in _ACT_OF_EVENT:
            acts.append(Act(_ACT_OF_EVENT[kind], here=True, times=times))
    return acts


def _beliefs(facet: str, labelled: Iterable[tuple[str, Evidence]]) -> FacetBeliefs:
    """Sum the evidence of each value; books of an unknown value say nothing."""
    by_value: dict[str, list[tuple[str, Evidence]]] = defaultdict(list)
    for label, evidence in labelled:
        if label:
            by_value[key_of(facet, label)].append((label, evidence))
    total = _weight(pair for pairs in by_value.values() for pair in pairs)
    ranked = sorted(by_value.items(), key=lambda item: (-_weight(item[1]), item[1][0][0]))
    beliefs = [
        Belief(
            facet=facet,
            value=value,
            label=pairs[0][0],
            share=_weight(pairs) / total,
            books=len(pairs),
            evidence=[evidence for _, evidence in pairs[:MOST_EVIDENCE]],
        )
        for value, pairs in ranked[:MOST_BELIEFS]
    ]
    return FacetBeliefs(facet, beliefs, len(by_value))


def _weight(pairs: Iterable[tuple[str, Evidence]]) -> float:
    return sum(evidence.weight for _, evidence in pairs)


def _price_class(bounds: Sequence[int], price: int) -> str:
    """Class ``FROM-BELOW`` of a price, as in the facets of the catalogue; an open end is ''."""
    lowest = max((bound for bound in bounds if bound <= price), default=0)
    below = min((bound for bound in bounds if bound > price), default=0)
    return f"{lowest or ''}-{below or ''}"
