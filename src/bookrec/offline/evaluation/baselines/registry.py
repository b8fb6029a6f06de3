"""All baselines by name, in the order of the reports."""

from __future__ import annotations

from typing import Final

from bookrec.offline.evaluation.baselines.baseline import Baseline
from bookrec.offline.evaluation.baselines.ease import EASE
from bookrec.offline.evaluation.baselines.factorisation import BPR, IALS
from bookrec.offline.evaluation.baselines.item_knn import (
    ITEM_KNN_BM25,
    ITEM_KNN_COSINE,
    ITEM_KNN_TFIDF,
)
from bookrec.offline.evaluation.baselines.popularity import POPULARITY
from bookrec.offline.evaluation.baselines.rp3beta import RP3BETA

BASELINES: Final[dict[str, Baseline]] = {
    baseline.name: baseline
    for baseline in (
        POPULARITY,
        ITEM_KNN_COSINE,
        ITEM_KNN_TFIDF,
        ITEM_KNN_BM25,
        RP3BETA,
        IALS,
        BPR,
        EASE,
    )
}

GROUPS: Final = {"item-knn": ("item-knn-cosine", "item-knn-tfidf", "item-knn-bm25")}
"""Names that stand for several."""


def chosen_names(text: str) -> list[str]:
    """Names out of a comma-separated list, groups spelt out, in the order of the registry.

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
