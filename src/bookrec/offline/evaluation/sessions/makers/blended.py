"""The site's rule: the stored list blended with stored neighbours of recent books.

`inference.reacting` is the rule, `retrieval.visit_neighbours` the table of neighbours. A request looks
up rows of the table and computes nothing else. `BLENDED_SIMILAR` takes similar books instead of
neighbours in visits: item-kNN by BM25, which knows no order.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from bookrec.arrays import Ints
from bookrec.inference.reacting import DEFAULTS, ReactionSettings, recent_books, reordered
from bookrec.inference.similarity_table import SimilarityTable
from bookrec.offline.evaluation.baselines.baseline import Settings
from bookrec.offline.evaluation.holdout.leaks import Evidence
from bookrec.offline.evaluation.sessions.makers.fold_in import StaticLists, static_lists
from bookrec.offline.evaluation.sessions.makers.item_knn import visit_matrix
from bookrec.offline.evaluation.sessions.makers.maker import (
    Request,
    SessionMaker,
    VisitFitData,
)
from bookrec.offline.retrieval.item_knn import item_knn_table
from bookrec.offline.retrieval.visit_neighbours import (
    EASE_SHARE,
    VisitNeighbourSettings,
    mixed,
    pair_weights,
    table_of,
)
from bookrec.offline.retrieval.visit_trees.choice import TREES_EASE_SHARE
from bookrec.offline.retrieval.visit_trees.trees import fit_tree_table


@dataclass
class Blended:
    """Stored lists, stored neighbours and the rule."""

    lists: StaticLists
    pairs: sparse.csr_matrix
    """CSR [B, B] pairs of books of the visits, from which the table was made."""
    table: SimilarityTable
    settings: ReactionSettings
    popular: NDArray[np.int64]
    """[n] popular books, which fill a list that is too short."""

    def begin(self, history: Ints) -> None:
        """See `ListMaker.begin`."""
        self.lists.begin(history)

    def top(self, request: Request, count: int) -> Ints:
        """See `ListMaker.top`."""
        books = request.seen[-_EVENTS:].tolist()
        recent = recent_books(books, ["view"] * len(books), self.settings)
        near = self.table.of(recent.books)
        result = reordered(self.lists.stored, recent, near, request.seen, self.settings)
        books = result.books[:count]
        if len(books) < count:
            rest = self.popular[~np.isin(self.popular, np.concatenate([books, request.seen]))]
            books = np.concatenate([books, rest[: count - len(books)]])
        return np.asarray(books, dtype=np.int32)

    def evidence(self) -> list[Evidence]:
        """See `ListMaker.evidence`."""
        return [*self.lists.evidence(), Evidence("pairs of books", neighbours=self.pairs)]


_TABLE_SETTINGS: Final = ("window", "fade", "backward", "support", "penalty", "half_life")
_EVENTS: Final = 60
"""Latest events looked at: those of the visit, then the reader's latest before it."""
_STORED: Final = 50
"""Similar books of a book in a snapshot."""
_POPULAR: Final = 200
"""Popular books that fill lists."""
_TABLE: Final = VisitNeighbourSettings()


def _fit(data: VisitFitData, settings: Settings) -> Blended:
    neighbours = VisitNeighbourSettings(**{name: settings[name] for name in _TABLE_SETTINGS})

    def fit() -> tuple[sparse.csr_matrix, SimilarityTable]:
        pairs = pair_weights(data.visits, neighbours)
        return pairs, table_of(pairs, data.visits, neighbours)

    pairs, table = data.kept("visit-neighbours", neighbours, fit)
    by_trees = None
    if settings["trees"]:
        by_trees = data.kept(
            "tree-neighbours", 0, lambda: fit_tree_table(data.visits, neighbours.keep, data.seed)
        )
    chosen = table if by_trees is None else by_trees
    lists = static_lists(data)
    if settings["ease"]:
        chosen = data.kept(
            "mixed-neighbours",
            (neighbours if by_trees is None else "trees", settings["ease"]),
            lambda: mixed(chosen, lists.ease.table, settings["ease"], neighbours.keep),
        )
    rule = ReactionSettings(settings["list_weight"], settings["decay"], settings["events"])
    popular = np.argsort(-data.counts, kind="stable")[:_POPULAR]
    return Blended(lists, pairs, chosen, rule, popular)


def _fit_similar(data: VisitFitData, settings: Settings) -> Blended:
    matrix = data.kept("visit-matrix", 0, lambda: visit_matrix(data.visits))
    pairs = data.kept("common-visits", 0, lambda: (matrix.T @ matrix).tocsr())
    table = data.kept("similar", 0, lambda: item_knn_table(matrix, neighbours=_STORED))
    rule = ReactionSettings(settings["list_weight"], settings["decay"], settings["events"])
    popular = np.argsort(-data.counts, kind="stable")[:_POPULAR]
    return Blended(static_lists(data), pairs, table, rule, popular)


_RULE: Final = {
    "list_weight": (DEFAULTS.list_weight, 0.5, 0.1, 0.02, 1.0),
    "events": (DEFAULTS.events, 20, 5),
    "decay": (DEFAULTS.decay, 0.7, 0.6, 0.5, 0.4, 0.9),
}
BLENDED_SIMILAR = SessionMaker(
    "blended-similar", "docs/sessions.md", _RULE, _fit_similar, ours=True
)
BLENDED = SessionMaker(
    "blended",
    "docs/sessions.md",
    {
        **_RULE,
        "trees": (False, True),
        "fade": (_TABLE.fade, 0.9, 0.6, 0.95, 0.5),
        "window": (_TABLE.window, 20, 30),
        "support": (_TABLE.support, 1000.0, 3000.0, 0.0),
        "penalty": (_TABLE.penalty, 0.3, 0.1, 0.4, 0.0),
        "ease": (EASE_SHARE, 0.0, TREES_EASE_SHARE, 1.0),
        "backward": (_TABLE.backward, 1.0, 0.6),
        "half_life": (_TABLE.half_life, 4.0, 2.0),
    },
    _fit,
    ours=True,
)
