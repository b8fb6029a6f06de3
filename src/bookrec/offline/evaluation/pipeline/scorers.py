"""Our pipeline as scorers: whole, and each part by itself, which shows what each adds.

The code of ``bookrec train`` trains it, on a data set that has only the known part of a split.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from typing import Final

import numpy as np
from numpy.typing import NDArray
from scipy import sparse
from scipy.special import expit

from bookrec.arrays import Floats, Ints
from bookrec.errors import ModelError
from bookrec.inference.recommender import Profile, Reader, Recommender
from bookrec.inference.retrieval import TOWER_BLOCK
from bookrec.inference.retrievers import LISTED, RETRIEVERS
from bookrec.offline.data.dataset import Dataset
from bookrec.offline.data.histories import readers_at
from bookrec.offline.data.interactions import (
    Interactions,
    all_interactions,
    reader_age_bands,
)
from bookrec.offline.engines.catalogue_backends import with_backend
from bookrec.offline.evaluation.baselines.neighbour_scorer import similarity_matrix
from bookrec.offline.evaluation.holdout.fit_data import FitData, fill_with_popularity
from bookrec.offline.evaluation.holdout.leaks import Evidence
from bookrec.offline.models.bundle.build_recommender import recommender_for
from bookrec.offline.models.bundle.bundle import Bundle
from bookrec.offline.retrieval.retriever_fit import fit_of
from bookrec.offline.runtime.one_thread import one_blas_thread
from bookrec.offline.scoring.job.score_settings import ScoreSettings
from bookrec.offline.training.presets import Preset, preset_named

RANKED_PARTS: Final = (
    "as published",
    "two-stage",
    "ranker on the whole catalogue",
    "ranker on random candidates",
)
"""Parts that the ranker scores."""
PARTS: Final = (*RANKED_PARTS, "two-tower alone", *(f"{label} alone" for label, _ in LISTED))
_LISTED: Final = 100


@dataclass(frozen=True)
class Pipeline:
    """A trained pipeline and the histories of its readers."""

    bundle: Bundle
    recommender: Recommender
    rows: Floats | None
    """[readers, F] features of readers that the ranker knows by id; None without any."""
    histories: Interactions
    age_bands: Ints
    candidates: int
    """Candidates a reader."""
    seed: int
    evidence: tuple[Evidence, ...]

    @property
    def preset(self) -> Preset | None:
        """The ranker's preset; None for a ranker of another origin."""
        return preset_named(self.bundle.preset) if self.bundle.origin.trainable else None

    @property
    def predicts(self) -> str:
        """Event whose probability the ranker gives, see `Preset.predicts`."""
        return "interaction" if self.preset is None else self.preset.predicts

    @property
    def parts(self) -> tuple[str, ...]:
        """The `PARTS` that are measured.

        Retrievers alone do the same for every ranker, so one preset measures them.
        """
        return PARTS if self.preset is not None and self.preset.measures_parts else PARTS[:1]

    def readers(self, positions: Ints) -> Iterator[Reader]:
        """Yield the readers at some positions, with their histories."""
        return readers_at(self.histories, self.age_bands, positions, self.rows)


def pipeline_of(
    bundle: Bundle, known: Dataset, seed: int, candidates: int | None = None
) -> Pipeline:
    """Prepare a bundle that was trained on ``known`` to score its readers.

    Raises:
        ModelError: it was trained on something else, so it may have seen the test part.
    """
    if bundle.manifest["dataset_digest"] != known.digest:
        raise ModelError(
            f"Model {bundle.model_id} was trained on data set {bundle.manifest['dataset_id']}, not on "
            "the known part of the split: it may have seen the test part. It has to be trained again."
        )
    recommender, rows = recommender_for(bundle, known)
    recommender = with_backend(recommender, "fused")
    count = candidates or ScoreSettings().candidates or recommender.n_books
    return Pipeline(
        bundle,
        recommender,
        rows,
        all_interactions(known),
        reader_age_bands(known),
        count,
        seed,
        tuple(_evidence(bundle, recommender)),
    )


def _evidence(bundle: Bundle, recommender: Recommender) -> Iterator[Evidence]:
    yield Evidence("popularity", readers_of_book=_readers_of_book(recommender))
    yield Evidence(
        "book statistics", readers_of_book=bundle.frozen_statistics.statistics.reader_count
    )
    metadata = recommender.retrieval.metadata
    for retriever in RETRIEVERS:
        fit = fit_of(retriever)
        if fit.evidence is None:
            continue
        table = similarity_matrix(bundle.similarities.books[retriever.name], 10**6)
        if fit.read_together is not None:
            entries = table.tocoo()
            kept = fit.read_together(entries.row, entries.col, metadata)
            rows, columns = entries.row[kept], entries.col[kept]
            table = sparse.csr_matrix((entries.data[kept], (rows, columns)), entries.shape)
        yield Evidence(fit.evidence, neighbours=table)


def _readers_of_book(recommender: Recommender) -> NDArray[np.int64]:
    """[B] readers of each book, from the popularity in its metadata."""
    readers = np.rint(np.expm1(recommender.retrieval.metadata.popularity.astype(np.float64)))
    return readers.astype(np.int64)


@dataclass(frozen=True)
class PipelineScorer:
    """Scorer of the pipeline or of one of its `PARTS`."""

    pipeline: Pipeline
    part: str

    def scores(self, readers: Ints) -> Floats:
        """See `Scorer.scores`."""
        recommender = self.pipeline.recommender
        scores = np.full((len(readers), recommender.n_books), -np.inf, dtype=np.float32)
        with one_blas_thread():
            for start in range(0, len(readers), TOWER_BLOCK):
                some = readers[start : start + TOWER_BLOCK]
                profiles = [recommender.profile(reader) for reader in self.pipeline.readers(some)]
                tower = recommender.retrieval.tower_scores(
                    [profile.retriever_scores for profile in profiles]
                )
                block = _Block(self.pipeline, some, profiles, tower)
                _SCORES_OF_PART[self.part](block, scores[start : start + len(some)])
        return scores

    def evidence(self) -> list[Evidence]:
        """Show the fitted parts of the pipeline."""
        return list(self.pipeline.evidence)

    def with_histories(self, histories: FitData) -> PipelineScorer:
        """Return the scorer of the pipeline with other histories."""
        return replace(self, pipeline=replace(self.pipeline, histories=histories.interactions))


class ProbabilisticScorer(PipelineScorer):
    """Scorer whose scores are the ranker's logits."""

    def probabilities(self, scores: Floats) -> NDArray[np.floating]:
        """See `Probabilistic.probabilities`."""
        return np.asarray(expit(scores.astype(np.float64)))


def part_scorer(pipeline: Pipeline, part: str) -> PipelineScorer:
    """Make the scorer of one of `PARTS`, with probabilities where the ranker's output is one."""
    ranked = part in RANKED_PARTS and pipeline.recommender.ranker.output == "sigmoid"
    # A ranker that predicts explicit ratings has no probability of an interaction.
    if ranked and pipeline.predicts == "interaction":
        return ProbabilisticScorer(pipeline, part)
    return PipelineScorer(pipeline, part)


@dataclass(frozen=True)
class _Block:
    """Prepared readers."""

    pipeline: Pipeline
    readers: Ints
    profiles: list[Profile]
    tower: Floats
    """[n, B] tower scores."""


_PartScores = Callable[[_Block, Floats], None]
"""Writes scores into its second argument, [n, B], which holds -inf."""


def _two_stage(block: _Block, out: Floats) -> None:
    """Score the candidates of retrieval with the ranker."""
    recommender, count = block.pipeline.recommender, block.pipeline.candidates
    for profile, tower, row in zip(block.profiles, block.tower, out, strict=True):
        seen = profile.reader.history.books
        books = recommender.retrieval.candidates(
            profile.retriever_scores, tower, count, seen, left_out=recommender.left_out
        )
        row[books] = recommender.logits(profile, books, tower[books])


def _published(block: _Block, out: Floats) -> None:
    """Score candidates, then keep one edition of a work and none of a seen work."""
    _two_stage(block, out)
    for profile, row in zip(block.profiles, out, strict=True):
        books = np.flatnonzero(row > -np.inf).astype(np.int32)
        seen = profile.reader.history.books
        chosen = books[block.pipeline.recommender.choose(seen, books, row[books], _LISTED)]
        values = row[chosen]
        row[:] = -np.inf
        row[chosen] = values


def _whole_catalogue(block: _Block, out: Floats) -> None:
    out[:] = block.pipeline.recommender.catalogue_logits(block.profiles, block.tower)


def _random_candidates(block: _Block, out: Floats) -> None:
    """Score as many books as retrieval proposes, drawn anew for every reader."""
    recommender = block.pipeline.recommender
    count = min(block.pipeline.candidates, recommender.n_books)
    for reader, profile, tower, row in zip(
        block.readers.tolist(), block.profiles, block.tower, out, strict=True
    ):
        rng = np.random.default_rng([block.pipeline.seed, reader])
        books = np.sort(rng.choice(recommender.n_books, count, replace=False)).astype(np.int32)
        row[books] = recommender.logits(profile, books, tower[books])


def _tower(block: _Block, out: Floats) -> None:
    out[:] = block.tower


def _table(name: str) -> _PartScores:
    """Make the scores of one retriever alone."""

    def scores(block: _Block, out: Floats) -> None:
        recommender = block.pipeline.recommender
        for profile, row in zip(block.profiles, out, strict=True):
            row[:] = profile.retriever_scores.spread(name, recommender.n_books)
        fill_with_popularity(out, _readers_of_book(recommender))

    return scores


_SCORES_OF_PART: Final[dict[str, _PartScores]] = dict(
    zip(
        PARTS,
        (
            _published,
            _two_stage,
            _whole_catalogue,
            _random_candidates,
            _tower,
            *(_table(name) for _, name in LISTED),
        ),
        strict=True,
    )
)


def explicit_predictions(
    pipeline: Pipeline, dataset: Dataset, wanted: Interactions
) -> NDArray[np.floating]:
    """[wanted] probabilities of a rating above 0, by a ranker that predicts explicit ratings."""
    bundle = pipeline.bundle
    inputs = bundle.origin.ranker_inputs(
        bundle, dataset, pipeline.recommender, wanted.reader_idx, wanted.book_idx
    )
    return np.asarray(bundle.ranker.predict(inputs, batch_size=16384, verbose=0)[:, 0])
