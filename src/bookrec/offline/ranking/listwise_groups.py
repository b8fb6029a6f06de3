"""Training groups of the default ranker: targets among candidates of the same reader.

Targets are hidden from the retrievers that score the groups. The retrievers are fitted to the *history*
part, and features come from the reader's history alone. Worker processes build the groups, so this
module does not import Keras.
"""

from __future__ import annotations

import tempfile
from dataclasses import dataclass, fields, replace
from pathlib import Path

import numpy as np
from tqdm import tqdm

from bookrec.arrays import Floats, Ints
from bookrec.errors import ModelError
from bookrec.inference.history import make_history
from bookrec.inference.retrieval import Retrieval
from bookrec.offline.data.interactions import Interactions, by_reader
from bookrec.offline.engines.processes import map_shards

_SHARD = 256
"""Readers per task of a worker process."""


@dataclass(frozen=True)
class RankerSettings:
    """Hyperparameters of the default ranker's training."""

    target_share: float = 0.2
    """Share of a reader's interactions that become targets."""
    targets_per_reader: int = 5
    """Most targets per reader and round; further ones are neither targets nor negatives."""
    rounds: int = 3
    """Training rounds; each hides a fresh random `target_share`."""
    folds: int = 3
    """Number of reader folds. Each fold gets its own similarity tables, fitted without the targets of
    its readers only, so that they are nearly as complete as the serving ones."""
    candidates: int = 1500
    """Candidates per reader that negatives are drawn from."""
    negatives: int = 50
    """Negatives per target; 100 bring no gain."""
    catalogue_negatives: int = 4
    """Negatives drawn from the whole catalogue instead of the candidates; part of `negatives`."""
    trees: int = 200
    """Trees of each teacher (see `ranking.distillation`); 0 = no teacher. Without one the ranker
    overfits the targets after two epochs."""
    epochs: int = 10
    """Fewest epochs; `steps` may require more."""
    steps: int = 700
    """Fewest training steps, approximately; small data gets more epochs."""
    batch_size: int = 32
    """Groups per step."""
    learning_rate: float = 1e-3
    weight_decay: float = 1e-4
    unknown_rate: float = 0.1
    """Share of groups in which an id input is masked to 0, which trains the row for "unknown"."""
    multi_positive: bool = False
    """Whether all targets of a reader form one group with common negatives; otherwise each target
    forms its own group."""
    multi_positive_targets: int = 50
    """`targets_per_reader` of multi-positive groups."""
    multi_positive_steps: int = 2800
    """`steps` with multi-positive groups."""
    multi_positive_epochs: int = 2
    """`epochs` with multi-positive groups; without a teacher more epochs overfit."""
    multi_positive_learning_rate: float = 4e-3
    """`learning_rate` with multi-positive groups, whose steps average over many more targets."""

    def for_density(self, interactions_per_reader: float) -> RankerSettings:
        """Switch to multi-positive groups if a reader has more than `targets_per_reader` targets.

        On dense data five targets per reader leave most hidden interactions unused. One group of ten
        times as many targets costs no more: the number of pairs per reader and per step stays. Trees
        rank no better than the network there, so the teacher is dropped.

        Args:
            interactions_per_reader: Mean number of interactions per reader.
        """
        if interactions_per_reader * self.target_share <= self.targets_per_reader:
            return self
        pairs = self.targets_per_reader * (1 + self.negatives)
        targets = min(self.multi_positive_targets, pairs // 2)
        return replace(
            self,
            multi_positive=True,
            targets_per_reader=targets,
            negatives=pairs - targets,
            trees=0,
            batch_size=max(1, self.batch_size // self.targets_per_reader),
            epochs=self.multi_positive_epochs,
            steps=self.multi_positive_steps if self.steps else 0,
            learning_rate=self.multi_positive_learning_rate,
        )

    @property
    def group_size(self) -> int:
        """Number of books per group."""
        return (self.targets_per_reader if self.multi_positive else 1) + self.negatives


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
    targets: Ints
    """[G] number of targets; they come first in a group."""


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

    Features come from the reader's history alone. A target outside the candidates gets no group: in
    serving the ranker never scores such a book, and training on it would reward low retrieval scores.

    Args:
        history: Interactions that features are computed from, sorted by reader.
        targets: Hidden interactions, disjoint from ``history``, sorted by reader.
        retrieval: Retrieval fitted to ``history``.
        age_bands: [R] age band of each reader.
        settings: Hyperparameters of the training.
        seed: Seed of all random draws.
        workers: Worker processes; None = one per core. The groups do not depend on it.
        label: Name of the progress bar.

    Raises:
        ModelError: retrieval finds no target at all.
    """
    start = by_reader(history, len(age_bands))
    target_start = by_reader(targets, len(age_bands))
    readers = np.flatnonzero(np.diff(target_start))
    shards = [readers[at : at + _SHARD] for at in range(0, len(readers), _SHARD)]
    seeds = np.random.SeedSequence(seed).spawn(len(shards))
    work = (
        [
            (
                history[np.arange(start[reader], start[reader + 1])],
                targets.book_idx[target_start[reader] : target_start[reader + 1]],
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


_Shard = tuple[RankerSettings, np.random.SeedSequence, list[tuple[Interactions, Ints, int]]]


def _groups_of_shard(retrieval: Retrieval, task: _Shard) -> Groups | None:
    settings, seed, readers = task
    rng = np.random.default_rng(seed)
    pasts = [make_history(history.book_idx, history.rating) for history, _, _ in readers]
    scores = [
        retrieval.score(past, band) for past, (_, _, band) in zip(pasts, readers, strict=True)
    ]
    parts = []
    for past, retriever_scores, tower, (_, hidden_books, band) in zip(
        pasts, scores, retrieval.tower_scores(scores), readers, strict=True
    ):
        candidates = retrieval.candidates(retriever_scores, tower, settings.candidates, past.books)
        hits = np.intersect1d(hidden_books, candidates)
        others = np.setdiff1d(candidates, hidden_books)
        if not len(hits) or not len(others):
            continue
        if len(hits) > settings.targets_per_reader:
            hits = np.sort(rng.choice(hits, settings.targets_per_reader, replace=False))
        targets = hits[None, :] if settings.multi_positive else hits[:, None]
        books = _with_negatives(targets, others, retrieval.n_books, settings, rng)
        flat = books.ravel()
        pairs = retrieval.pair_features(retriever_scores, flat, tower[flat]).reshape(
            *books.shape, -1
        )
        reader = retrieval.activity(past, retriever_scores)
        reader_rows = np.tile(reader, (len(books), 1))
        bands, counts = (np.full(len(books), value) for value in (band, targets.shape[1]))
        parts.append((books, pairs, reader_rows, bands, counts))
    if not parts:
        return None
    books, pairs, reader_features, bands, counts = (
        np.concatenate(part) for part in zip(*parts, strict=True)
    )
    return Groups(
        books,
        pairs,
        reader_features.astype(np.float32),
        bands.astype(np.int32),
        counts.astype(np.int32),
    )


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
