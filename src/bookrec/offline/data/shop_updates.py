"""Extension of an imported data set with the shop's readers and interactions."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import Final

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from bookrec.ages import MAX_AGE, MIN_AGE
from bookrec.isbn import normalise_isbn
from bookrec.json_types import JsonObject
from bookrec.offline.data.assembly.interaction_rows import BOOK_NOT_IN_CATALOGUE
from bookrec.offline.data.dataset import Dataset, load_dataset, make_dataset
from bookrec.offline.data.reader_order import merge_readers
from bookrec.settings import Home
from bookrec.shop.interactions import WITHOUT_RATING, ShopInteraction

SHOP: Final = "shop"
"""Name of the shop among the ``files`` of the manifest."""


def load_base_dataset(home: Home) -> Dataset:
    """Load the imported data set behind the current one: itself, or the one that it extends.

    Raises:
        DataError: nothing was imported, or the data set is gone or damaged.
    """
    current = load_dataset(home)
    base_id = current.manifest["base_dataset_id"]
    return current if base_id is None else load_dataset(home, base_id)


def is_extension(home: Home, dataset_id: str) -> bool:
    """Whether a data set extends an imported one; False when its manifest cannot be read."""
    return manifest_entry(home, dataset_id, "base_dataset_id") is not None


def manifest_entry(home: Home, dataset_id: str, key: str) -> str | None:
    """Entry of a data set's manifest; None where it is null or cannot be read."""
    try:
        text = (home.datasets / dataset_id / "manifest.json").read_text(encoding="utf-8")
        entry = json.loads(text).get(key)
    except (OSError, ValueError, AttributeError):
        return None
    return None if entry is None else str(entry)


def extend_with_shop(
    base: Dataset, ages: Mapping[str, int | None], interactions: Sequence[ShopInteraction]
) -> Dataset:
    """Extend a data set with the shop's readers and their latest interaction with each book.

    A rating overrides the data set's. A like or a purchase is implicit and never replaces an
    interaction of the data set. ``deleted`` removes the pair. Books outside the catalogue are counted
    and left out. If the shop changes nothing, ``base`` itself is returned.

    Args:
        base: an imported data set, never an extension (see `load_base_dataset`).
        ages: ``user_id`` of every account → age, None = unknown. A known age overrides the data set's.
        interactions: one per reader and book, as `read_shop` returns them.
    """
    assert base.manifest["base_dataset_id"] is None, "only an imported data set is extended"
    readers = _readers(base, ages, [row.user_id for row in interactions])
    pairs = _shop_pairs(base, readers, interactions)
    merged = _merge(_reindexed(base, readers), pairs)
    rejected = len(interactions) - len(pairs)
    account: JsonObject = {
        "rows_read": len(interactions),
        "rows_kept": len(pairs),
        "rejected": {BOOK_NOT_IN_CATALOGUE: rejected} if rejected else {},
        "repaired": {},
        "kinds": dict(Counter(pairs["kind"].tolist())),
        "readers_added": len(readers) - base.n_readers,
    }
    extended = make_dataset(
        readers,
        base.books,
        merged,
        layout=base.manifest["layout"],
        rating_max=base.rating_max,
        source=base.manifest["source"],
        files={**base.manifest["files"], SHOP: account},
        sample=base.manifest["sample"],
        base_dataset_id=base.dataset_id,
        details=base.details,
        mapping=base.mapping,
    )
    return base if extended.digest == base.digest else extended


def to_source_scale(rating: int, rating_max: int) -> int:
    """Convert a rating 1–10 to the source's scale, halves up: 7 of 10 is 4 of 5, and 1 of 10 is 1."""
    return (rating * rating_max + 5) // 10


def _readers(
    base: Dataset, ages: Mapping[str, int | None], user_ids: Iterable[str]
) -> pd.DataFrame:
    """Merge the readers of the data set and of the shop, sorted; ages of the shop override."""
    readers = merge_readers(base.readers, {*ages, *user_ids})
    shop_ages = pd.to_numeric(readers["user_id"].map(ages))
    usable = shop_ages.where(lambda age: age.between(MIN_AGE, MAX_AGE))
    readers["age"] = usable.astype("Int16").fillna(readers["age"])
    return readers


def _reindexed(base: Dataset, readers: pd.DataFrame) -> pd.DataFrame:
    """Renumber the interactions of the data set by the positions of ``readers``."""
    positions = pd.Index(readers["user_id"]).get_indexer(base.readers["user_id"])
    old = base.interactions["reader_idx"].to_numpy()
    return base.interactions.assign(reader_idx=positions[old])


def _shop_pairs(
    base: Dataset, readers: pd.DataFrame, interactions: Sequence[ShopInteraction]
) -> pd.DataFrame:
    """Make a row per interaction with a catalogue book: columns of interactions, and ``kind``."""
    isbns = pd.Index(base.books["isbn"])
    ratings = [to_source_scale(row.rating or 0, base.rating_max) for row in interactions]
    rows = pd.DataFrame(
        {
            "reader_idx": pd.Index(readers["user_id"]).get_indexer(
                pd.Index([row.user_id for row in interactions], dtype="str")
            ),
            "book_idx": _positions(isbns, [row.isbn for row in interactions]),
            "rating": ratings,
            "timestamp": [row.created_at for row in interactions],
            "kind": [row.kind for row in interactions],
        }
    )
    return rows[rows["book_idx"] >= 0]


def _positions(catalogue: pd.Index, isbns: Sequence[str]) -> NDArray[np.intp]:
    """[isbns] positions in the catalogue; -1 for books that it lacks.

    The site may have stored an id as an earlier data set spelled it.
    """
    exact = catalogue.get_indexer(pd.Index(list(isbns), dtype="str"))
    normal = pd.Index([normalise_isbn(isbn) for isbn in isbns], dtype="str")
    return np.where(exact >= 0, exact, catalogue.get_indexer(normal))


def _merge(base: pd.DataFrame, pairs: pd.DataFrame) -> pd.DataFrame:
    """Override interactions of the data set by the shop's, sorted by reader and book."""
    base = base.assign(kind="", weight=1)
    # Per pair, the highest weight wins: an implicit interaction loses to the data set's, others win.
    implicit = pairs["kind"].isin(WITHOUT_RATING)
    pairs = pairs.assign(weight=2).assign(weight=lambda rows: rows["weight"].where(~implicit, 0))
    rows = pd.concat([base, pairs.astype({"rating": "int8", "timestamp": "Int64"})])
    rows = rows.sort_values(["reader_idx", "book_idx", "weight"], kind="stable")
    winners = rows.drop_duplicates(["reader_idx", "book_idx"], keep="last")
    kept = winners[winners["kind"] != "deleted"]
    return kept.drop(columns=["kind", "weight"])
