"""Registry of baselines, in the order of the reports. A baseline is imported when it is fitted."""

from __future__ import annotations

from pkgutil import resolve_name
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    # The command line lists baselines without SciPy.
    from bookrec.offline.evaluation.baselines.baseline import Baseline

BASELINES: Final = {
    "popularity": "bookrec.offline.evaluation.baselines.popularity:POPULARITY",
    "item-knn-cosine": "bookrec.offline.evaluation.baselines.item_knn:ITEM_KNN_COSINE",
    "item-knn-tfidf": "bookrec.offline.evaluation.baselines.item_knn:ITEM_KNN_TFIDF",
    "item-knn-bm25": "bookrec.offline.evaluation.baselines.item_knn:ITEM_KNN_BM25",
    "rp3beta": "bookrec.offline.evaluation.baselines.rp3beta:RP3BETA",
    "ials": "bookrec.offline.evaluation.baselines.factorisation:IALS",
    "bpr": "bookrec.offline.evaluation.baselines.factorisation:BPR",
    "ease": "bookrec.offline.evaluation.baselines.ease:EASE",
    "slim": "bookrec.offline.evaluation.baselines.slim:SLIM",
}
"""Name of each baseline → ``module:attribute`` of its `Baseline`."""

GROUPS: Final = {"item-knn": ("item-knn-cosine", "item-knn-tfidf", "item-knn-bm25")}
"""Names that stand for several baselines."""


def baseline_named(name: str) -> Baseline:
    """Import a baseline of the registry."""
    baseline: Baseline = resolve_name(BASELINES[name])
    return baseline


def chosen_names(text: str) -> list[str]:
    """Parse a comma-separated list of names; groups are spelt out.

    Returns:
        Names of baselines, in the order of the registry.

    Raises:
        KeyError: a name is not known; its message lists the known ones.
    """
    wanted: set[str] = set()
    for name in filter(None, (word.strip() for word in text.split(","))):
        if name == "all":
            wanted.update(BASELINES)
        elif name in GROUPS:
            wanted.update(GROUPS[name])
        elif name in BASELINES:
            wanted.add(name)
        else:
            known = ", ".join(["all", *GROUPS, *BASELINES])
            raise KeyError(f"{name!r} is no baseline; known: {known}")
    return [name for name in BASELINES if name in wanted]
