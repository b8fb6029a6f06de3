"""Training groups of the default ranker: targets among candidates of the same reader.

Targets are hidden from the retrievers that score the groups. The retrievers are fitted to the *history*
part, and features come from the reader's history alone. Worker processes build the groups, so this
module does not import Keras.
"""

from __future__ import annotations

import tempfile
from dataclasses import dataclass, fields
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from tqdm import tqdm

from bookrec.arrays import Floats, Ints
from bookrec.errors import ModelError
from bookrec.inference.history import POSITIVE_RATING, make_history
from bookrec.inference.retrieval import Retrieval
from bookrec.offline.data.interactions import Interactions, by_reader
from bookrec.offline.engines.processes import map_shards
from bookrec.offline.metrics.taste import DISLIKED_RATING
from bookrec.offline.ranking.ranker_settings import RankerSettings
from bookrec.topk import is_member

_SHARD = 256
"""Readers per task of a worker process."""
_FEW_SHARDS = 4
"""Shards up to which this process builds the groups: worker processes take longer to start."""


@dataclass(frozen=True)
class Groups:
    """Training data of the ranker: ``G`` groups of ``S`` books each, targets first."""

    books: Ints
    """[G, S] book positions."""
    pair_features: Floats
    """[G, S, P] features of each pair of reader and book."""
    reader_features: Floats
    """[G, F] features of each group's reader."""
    age_band: Ints
    """[G] age band of each group's reader."""
    weights: Floats
    """[G, S] positive weights of the targets, which come first in a group; 0 for other books."""
    liked: NDArray[np.int8]
    """[G, S] 1 for a hidden book that the reader liked, -1 for one that they rated lower, both
    among the candidates; 0 for all others, unrated targets included."""


def make_groups(
    history: Interactions,
    targets: Interactions,
    retrieval: Retrieval,
    age_bands: Ints,
    settings: RankerSettings,
    seed: int,
    workers: int | None = None,
    label: str = "ranker",
) -> Groups:
    """Build a group for each target among the candidates, or for each reader if multi-positive.

    Targets are hidden books that the reader did not dislike.

    Features come from the reader's history alone. A target outside the candidates gets no group: in
    serving the ranker never scores such a book, and training on it would reward low retrieval scores.

    Args:
        history: Interactions that features are computed from, sorted by reader.
        targets: Hidden interactions, disjoint from ``history``, sorted by reader.
        retrieval: Retrieval fitted to ``history``.
        age_bands: [R] age band of each reader.
        settings: Hyperparameters of the training.
        seed: Seed of all random draws.
        workers: Worker processes; None = one per core, none for few readers. The groups do not depend
            on it.
        label: Name of the progress bar.

    Raises:
        ModelError: retrieval finds no target at all.
    """
    start = by_reader(history, len(age_bands))
    target_start = by_reader(targets, len(age_bands))
    readers = np.flatnonzero(np.diff(target_start))
    shards = [readers[at : at + _SHARD] for at in range(0, len(readers), _SHARD)]
    if workers is None and len(shards) <= _FEW_SHARDS:
        workers = 0
    seeds = np.random.SeedSequence(seed).spawn(len(shards))
    work = (
        [
            (
                history[np.arange(start[reader], start[reader + 1])],
                targets[np.arange(target_start[reader], target_start[reader + 1])],
                int(age_bands[reader]),
            )
            for reader in shard
        ]
        for shard in shards
    )
    tasks = (
        (settings, shard_seed, readers) for shard_seed, readers in zip(seeds, work, strict=True)
    )
    with tempfile.TemporaryDirectory() as directory:
        retrieval.save(Path(directory))
        shard_groups = map_shards(_groups_of_shard, Retrieval.load, Path(directory), tasks, workers)
        bar = tqdm(
            shard_groups, total=len(shards), desc=f"{label}: features", disable=None, leave=False
        )
        parts = [part for part in bar if part is not None]
    if not parts:
        raise ModelError(
            "Retrieval finds none of the hidden interactions, so there is nothing to rank; "
            "import more interactions."
        )
    return Groups(
        *(
            np.concatenate([getattr(part, column.name) for part in parts])
            for column in fields(Groups)
        )
    )


_Shard = tuple[RankerSettings, np.random.SeedSequence, list[tuple[Interactions, Interactions, int]]]


def _groups_of_shard(retrieval: Retrieval, task: _Shard) -> Groups | None:
    settings, seed, readers = task
    rng = np.random.default_rng(seed)
    pasts = [make_history(history.book_idx, history.rating) for history, _, _ in readers]
    scores = [
        retrieval.score(past, band) for past, (_, _, band) in zip(pasts, readers, strict=True)
    ]
    parts = []
    for past, retriever_scores, tower, (_, hidden, band) in zip(
        pasts, scores, retrieval.tower_scores(scores), readers, strict=True
    ):
        hidden_books = hidden.book_idx
        candidates = retrieval.candidates(retriever_scores, tower, settings.candidates, past.books)
        disliked = hidden_books[(hidden.rating > 0) & (hidden.rating <= DISLIKED_RATING)]
        hits = np.setdiff1d(np.intersect1d(hidden_books, candidates), disliked)
        others = np.setdiff1d(candidates, hidden_books)
        if not len(hits) or not len(others):
            continue
        if len(hits) > settings.targets_per_reader:
            hits = np.sort(rng.choice(hits, settings.targets_per_reader, replace=False))
        targets = hits[None, :] if settings.multi_positive else hits[:, None]
        books = _with_negatives(targets, others, retrieval.n_books, settings, rng)
        forced = disliked[: settings.disliked_negatives]
        books[:, targets.shape[1] : targets.shape[1] + len(forced)] = forced
        flat = books.ravel()
        pairs = retrieval.pair_features(retriever_scores, flat, tower[flat]).reshape(
            *books.shape, -1
        )
        reader = retrieval.activity(past, retriever_scores)
        reader_rows = np.tile(reader, (len(books), 1))
        bands = np.full(len(books), band)
        n_targets = targets.shape[1]
        signs = _signs(books, n_targets, hidden, candidates)
        weights = np.zeros(books.shape, dtype=np.float32)
        weights[:, :n_targets] = np.where(signs[:, :n_targets] > 0, settings.liked_weight, 1.0)
        parts.append((books, pairs, reader_rows, bands, weights, signs))
    if not parts:
        return None
    books, pairs, reader_features, bands, weights, signs = (
        np.concatenate(part) for part in zip(*parts, strict=True)
    )
    return Groups(
        books,
        pairs,
        reader_features.astype(np.float32),
        bands.astype(np.int32),
        weights,
        signs,
    )


def _signs(books: Ints, n_targets: int, hidden: Interactions, candidates: Ints) -> NDArray[np.int8]:
    """[G, S] `Groups.liked` of groups, whose first ``n_targets`` books are targets.

    A disliked book outside the candidates does not count: targets are all inside.
    """
    rated = hidden[(hidden.rating > 0) & np.isin(hidden.book_idx, candidates)]
    rated = rated[np.argsort(rated.book_idx)]
    known, place = is_member(books.ravel(), rated.book_idx)
    flat = np.zeros(books.size, dtype=np.int8)
    flat[known] = np.where(rated.rating >= POSITIVE_RATING, 1, -1)[place]
    signs: NDArray[np.int8] = flat.reshape(books.shape)
    # A negative drawn from the whole catalogue may be a hidden book by chance.
    signs[:, n_targets:] = np.minimum(signs[:, n_targets:], 0)
    return signs


def _with_negatives(
    targets: Ints,
    candidates: Ints,
    n_books: int,
    settings: RankerSettings,
    rng: np.random.Generator,
) -> Ints:
    """[G, S] int32 targets of each group [G, T], then its negatives, drawn with replacement."""
    groups, n_targets = targets.shape
    near = settings.group_size - n_targets - settings.catalogue_negatives
    drawn = rng.choice(candidates, (groups, near))
    anywhere = rng.integers(0, n_books, (groups, settings.catalogue_negatives))
    return np.concatenate([targets, drawn, anywhere], axis=1).astype(np.int32)
