"""Ranking tasks for the default ranker: each target among candidates of the same history.

What the ranker is to predict is hidden from the retrievers whose signals it sees: they are fitted to
the *history* part, and features come from the reader's history alone. No Keras here: these tasks are
made by worker processes.
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
"""Readers whose groups are made at once."""


@dataclass(frozen=True)
class RankerSettings:
    """Knobs of the default ranker's training."""

    target_share: float = 0.2
    """Share of a reader's interactions that become targets."""
    targets_per_reader: int = 5
    """At most so many of them are learnt from; the others are neither targets nor negatives."""
    rounds: int = 3
    """So often other interactions become targets."""
    folds: int = 3
    """Parts of the readers. The tables of neighbours are fitted once for each, without the targets
    of its readers alone, so that they know nearly as much as those that serve."""
    candidates: int = 1500
    """Candidates a reader's negatives are drawn from."""
    negatives: int = 50
    """Negatives per target; twice as many teach no more."""
    catalogue_negatives: int = 4
    """How many of them are drawn from the whole catalogue instead of the candidates."""
    trees: int = 200
    """Trees of each teacher (see `ranking.distillation`); 0 = the ranker learns from the
    targets themselves, and memorises them after two epochs."""
    epochs: int = 10
    """At least this many; more where `steps` asks for them."""
    steps: int = 700
    """At least about this many steps, so that small data is learnt too."""
    batch_size: int = 32
    """Groups per step."""
    learning_rate: float = 1e-3
    weight_decay: float = 1e-4
    unknown_rate: float = 0.1
    """Share of groups in which an id input is masked to 0, which trains "unknown"."""
    multi_positive: bool = False
    """Whether all targets of a reader are one group, which has the negatives in common; else each
    target is one."""
    multi_positive_targets: int = 50
    """The same as `targets_per_reader`, where they are together."""
    multi_positive_steps: int = 2800
    """The same as `steps`, where targets are together."""
    multi_positive_epochs: int = 2
    """The same as `epochs`, where targets are together: without teachers more of them memorise."""
    multi_positive_learning_rate: float = 4e-3
    """The same as `learning_rate`, where targets are together: a step has many more of them."""

    def for_density(self, interactions_per_reader: float) -> RankerSettings:
        """These settings, with targets together where more are hidden than `targets_per_reader`.

        Where readers have many interactions each, five targets a reader leave most of what is hidden
        unlearnt. Together, ten times as many cost no more: a reader has as many pairs, a step too.
        Trees know no more than the network there, so they do not teach it.
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
        """Books of a group."""
        return (self.targets_per_reader if self.multi_positive else 1) + self.negatives


@dataclass(frozen=True)
class Groups:
    """Ranking tasks: ``G`` groups of ``S`` books, the targets first."""

    books: Ints
    """[G, S]"""
    pair_features: Floats
    """[G, S, P]"""
    reader_features: Floats
    """[G, F]"""
    age_band: Ints
    """[G]"""
    targets: Ints
    """[G] how many of the first books are targets."""


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
    """A group per target that retrieval finds (or per reader, see `RankerSettings.multi_positive`), with
    features from the reader's history alone.

    A target outside the candidates has no group: at scoring the ranker never sees such a book, and
    ranking it above the candidates would teach that weak signals are good ones.

    Args:
        history, targets: disjoint, sorted by reader.
        retrieval: fitted to ``history``.
        workers: processes; None = one per core. Their number does not change the groups.

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
        made = map_shards(_groups_of_shard, Retrieval.load, Path(directory), tasks, workers)
        bar = tqdm(made, total=len(shards), desc=f"{label}: features", disable=None, leave=False)
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
    said = [retrieval.score(past, band) for past, (_, _, band) in zip(pasts, readers, strict=True)]
    parts = []
    for past, retriever_scores, tower, (_, hidden_books, band) in zip(
        pasts, said, retrieval.tower_scores(said), readers, strict=True
    ):
        candidates = retrieval.candidates(retriever_scores, tower, settings.candidates, past.books)
        found = np.intersect1d(hidden_books, candidates)
        others = np.setdiff1d(candidates, hidden_books)
        if not len(found) or not len(others):
            continue
        if len(found) > settings.targets_per_reader:
            found = np.sort(rng.choice(found, settings.targets_per_reader, replace=False))
        labels = found[None, :] if settings.multi_positive else found[:, None]
        books = _with_negatives(labels, others, retrieval.n_books, settings, rng)
        flat = books.ravel()
        pairs = retrieval.pair_features(retriever_scores, flat, tower[flat]).reshape(
            *books.shape, -1
        )
        reader = retrieval.activity(past, retriever_scores)
        reader_rows = np.tile(reader, (len(books), 1))
        bands, counts = (np.full(len(books), value) for value in (band, labels.shape[1]))
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
    labels: Ints,
    candidates: Ints,
    n_books: int,
    settings: RankerSettings,
    rng: np.random.Generator,
) -> Ints:
    """[groups, S]: the targets of each group, then its negatives (drawn with replacement).

    ``labels``: [groups, targets].
    """
    groups, targets = labels.shape
    near = settings.group_size - targets - settings.catalogue_negatives
    drawn = rng.choice(candidates, (groups, near))
    anywhere = rng.integers(0, n_books, (groups, settings.catalogue_negatives))
    return np.concatenate([labels, drawn, anywhere], axis=1).astype(np.int32)
