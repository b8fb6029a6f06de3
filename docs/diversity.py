"""Measure the cost and gain of diverse lists on the current data set of a home directory.

    python docs/diversity.py HOME [--scorer rp3beta] [--readers 2000]

A fifth of the interactions of each reader with at least five is held out. Lists of 50 books by a
baseline are re-ranked at every step of the readers' slider and at every limit of an author; `bookrec
evaluate` draws the same curve for the lists of a model.
"""

from __future__ import annotations

import argparse
from pathlib import Path

import numpy as np

from bookrec.inference.diversity import CANDIDATES, NEIGHBOURS
from bookrec.offline.data.dataset import load_dataset
from bookrec.offline.evaluation.baselines.neighbour_scorer import NeighbourScorer
from bookrec.offline.evaluation.baselines.registry import BASELINES, baseline_named
from bookrec.offline.evaluation.holdout.fit_data import FitData
from bookrec.offline.evaluation.holdout.held_out_set import make_held_out_set
from bookrec.offline.evaluation.holdout.splits import make_splits
from bookrec.offline.evaluation.measure.predictions import predict
from bookrec.offline.evaluation.pipeline.diversity_curve import (
    StoredLists,
    category_codes,
    diversity_curve,
    table_of_neighbours,
)
from bookrec.offline.features.book_features import author_codes
from bookrec.settings import Home


def main() -> None:
    """Print a table in Markdown."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("home", type=Path)
    parser.add_argument("--scorer", choices=list(BASELINES), default="rp3beta")
    parser.add_argument("--readers", type=int, default=2_000)
    parser.add_argument("--seed", type=int, default=1)
    arguments = parser.parse_args()
    dataset = load_dataset(Home(arguments.home))
    (split,) = make_splits(dataset, "hold-out", arguments.seed)
    rng = np.random.default_rng(arguments.seed)
    shape = dataset.n_readers, dataset.n_books
    held_out_set = make_held_out_set(split.known, split.test, *shape, arguments.readers, rng)
    fit_data = FitData(split.known, *shape, arguments.seed)
    similar = baseline_named("item-knn-bm25")
    neighbours = similar.fit(fit_data, similar.start)
    assert isinstance(neighbours, NeighbourScorer)
    baseline = baseline_named(arguments.scorer)
    scorer = baseline.fit(fit_data, baseline.start)
    predictions = predict(scorer, held_out_set, {}, with_seen=False, length=CANDIDATES)
    stored = StoredLists(
        predictions.lists,
        predictions.scores,
        held_out_set.seen.renumbered(held_out_set.readers),
        table_of_neighbours(neighbours.similarities, NEIGHBOURS),
        author_codes(dataset.books["author"]),
        category_codes(dataset),
    )
    held_out = held_out_set.held_out.renumbered(held_out_set.readers)
    points = diversity_curve(stored, held_out, split.known, dataset.n_readers)
    print(f"{len(held_out_set.readers):,} readers, {dataset.n_books:,} books, {arguments.scorer}\n")
    print("| λ | of an author | NDCG@20 liked | all | distance | coverage@20 | authors per place |")
    print("|---:|---:|---:|---:|---:|---:|---:|")
    for point in points:
        limit = int(point["most_of_author"]) or "any"
        print(
            f"| {point['strength']:g} | {limit} "
            f"| {point['ndcg@20_liked']:.4f} | {point['ndcg@20']:.4f} "
            f"| {point['diversity@20']:.4f} | {point['coverage@20']:.1%} | {point['authors@10']:.3f} |"
        )


if __name__ == "__main__":
    main()
