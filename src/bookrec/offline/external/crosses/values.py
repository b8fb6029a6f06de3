"""Values of a cross: the classes of an encoder taken apart, or all combinations of values, hashed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations, product
from typing import Final

import numpy as np

from bookrec.arrays import Ints
from bookrec.errors import ModelError
from bookrec.offline.data.dataset import Dataset
from bookrec.offline.external.artifacts import columns
from bookrec.offline.external.artifacts.age_labels import age_bounds
from bookrec.offline.external.artifacts.encoder import Encoder, label_text, spellings_of
from bookrec.offline.external.artifacts.joined_columns import stands_for_unknown
from bookrec.offline.external.crosses.declared import CrossMapping

_MOST: Final = 5_000_000
"""Most combinations of values that are hashed."""


@dataclass(frozen=True)
class CrossValues:
    """Combinations of values with their codes."""

    texts: list[tuple[str, ...]]
    """Combinations, a text for each column."""
    codes: Ints
    """[combinations] codes, the offset included."""


class KnownValues:
    """Values of a data set's columns, in spellings that do not matter."""

    def __init__(self, dataset: Dataset) -> None:
        self.dataset = dataset
        self._known: dict[str, frozenset[str]] = {}

    def distinct(self, column: str) -> list[str]:
        """Return the distinct known values of a column, as the data set spells them."""
        return [t for t in dict.fromkeys(columns.texts(self.dataset, column)) if t]

    def has(self, column: str, text: str) -> bool:
        """Whether a text is a value of a column, or stands for an unknown one."""
        if stands_for_unknown(column, text):
            return True
        if column == "age":
            return age_bounds(text) is not None
        if column not in self._known:
            spelling = spellings_of(column)[-1]
            self._known[column] = frozenset(map(spelling, self.distinct(column)))
        return spellings_of(column)[-1](label_text(text)) in self._known[column]


def split_label(label: str, cross: CrossMapping, known: KnownValues) -> tuple[str, ...] | None:
    """Take a class of an encoder apart into the values of the columns.

    Where the separator is also inside values, the data set decides: exactly one way must give values
    that it has. None = no way, or several.
    """
    pieces = label.split(cross.separator)
    count = len(cross.columns)
    if len(pieces) == count:
        return tuple(map(label_text, pieces))
    ways = []
    for ends in combinations(range(1, len(pieces)), count - 1):
        cuts = zip((0, *ends), (*ends, len(pieces)), strict=True)
        values = tuple(label_text(cross.separator.join(pieces[a:b])) for a, b in cuts)
        if all(map(known.has, cross.columns, values)):
            ways.append(values)
    return ways[0] if len(ways) == 1 else None


def values_of_encoder(cross: CrossMapping, encoder: Encoder, known: KnownValues) -> CrossValues:
    """Take the classes of an encoder apart; those that cannot be are left out."""
    texts, codes = [], []
    for label, code in zip(encoder.labels, encoder.codes.tolist(), strict=True):
        values = split_label(label_text(label), cross, known)
        if values is not None:
            texts.append(values)
            codes.append(code + cross.offset)
    return CrossValues(texts, np.array(codes, dtype=np.int32))


def hashed_values(cross: CrossMapping, bins: Encoder | None, known: KnownValues) -> CrossValues:
    """Hash the combinations of a data set's values as TensorFlow does.

    Args:
        cross: declaration with ``buckets``.
        bins: encoder whose labels are the bands of ages.
        known: values of the data set.

    Raises:
        ModelError: there are too many combinations.
    """
    lists = []
    for column in cross.columns:
        values = known.distinct(column)
        if column == "age" and bins is not None:
            values = [label_text(label) for label in bins.labels]
        extra = [cross.missing] if cross.missing is not None else []
        lists.append(list(dict.fromkeys([*values, *extra])))
    count = int(np.prod([len(values) for values in lists]))
    if count > _MOST:
        raise ModelError(
            f"The cross of {' × '.join(cross.columns)} has {count:,} combinations of values; more "
            f"than {_MOST:,} cannot be hashed here. Build the model without it."
        )
    texts = list(product(*lists))
    return CrossValues(texts, _hashes(cross, texts) + np.int32(cross.offset))


def _hashes(cross: CrossMapping, texts: Sequence[tuple[str, ...]]) -> Ints:
    import tensorflow as tf  # only hashes need it

    assert cross.buckets is not None
    if not texts:
        return np.empty(0, dtype=np.int32)
    if cross.hash == "text":
        whole = [cross.separator.join(values) for values in texts]
        return np.asarray(tf.strings.to_hash_bucket_fast(whole, cross.buckets), dtype=np.int32)
    parts = [tf.constant([[value] for value in values]) for values in zip(*texts, strict=True)]
    crossed = tf.sparse.cross_hashed(parts, cross.buckets)
    return np.asarray(tf.sparse.to_dense(crossed)[:, 0], dtype=np.int32)


def share_of_interactions(cross: CrossMapping, values: CrossValues, dataset: Dataset) -> float:
    """Return the share of a data set's interactions whose combination is a class, 0 to 1.

    Interactions with an unknown value do not count. Without any, the share is 0.
    """
    table = dataset.interactions
    places = {
        "reader": table["reader_idx"].to_numpy(np.int64),
        "book": table["book_idx"].to_numpy(np.int64),
    }
    by_place: Mapping[str, int] = {c: n for n, c in enumerate(cross.columns)}
    known = np.ones(len(table), dtype=bool)
    numbers = []
    positions = []
    for column, place in by_place.items():
        part = part_encoder([texts[place] for texts in values.texts])
        codes = codes_of_values(part, column, columns.texts(dataset, column))
        codes = codes[places[columns.side_of(column)]]
        known &= codes >= 0
        numbers.append(codes)
        positions.append(codes_of_labels(part, [texts[place] for texts in values.texts]))
    classes = set(zip(*(p.tolist() for p in positions), strict=True))
    rows = list(zip(*(n[known].tolist() for n in numbers), strict=True))
    return float(np.mean([row in classes for row in rows])) if rows else 0.0


def part_encoder(texts: Sequence[str]) -> Encoder:
    """Create the encoder of the values of one column, numbered as they come."""
    return Encoder.of_labels(dict.fromkeys(texts))


def codes_of_labels(part: Encoder, texts: Sequence[str]) -> Ints:
    """Return the [n] codes of labels of a part."""
    code_of = {label: code for code, label in enumerate(part.labels)}
    return np.array([code_of[text] for text in texts], dtype=np.int32)


def codes_of_values(part: Encoder, column: str, texts: Sequence[str]) -> Ints:
    """Return the [n] codes of a data set's values; -1 for those that the part does not have."""
    if column != "age":
        return part.find(column, texts)
    bounds = [age_bounds(label_text(label)) for label in part.labels]
    code_of_age = {
        age: next(
            (n for n, ages in enumerate(bounds) if ages and ages[0] <= int(age) <= ages[1]), -1
        )
        for age in set(texts)
        if age
    }
    return np.array([code_of_age.get(age, -1) for age in texts], dtype=np.int32)
