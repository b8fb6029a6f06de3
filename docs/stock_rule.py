"""Measure the cost of the shop's stock rule on the current data set of a home directory.

    python docs/stock_rule.py HOME [--scorer rp3beta] [--readers 2000]

A fifth of the interactions of each reader with at least five is held out. Lists of 50 books, as many as
a snapshot stores, are ordered by each rule, with random books out of stock.
"""

from __future__ import annotations

import argparse
from pathlib import Path

import numpy as np

from bookrec.offline.data.dataset import load_dataset
from bookrec.offline.evaluation.baselines.registry import BASELINES, baseline_named
from bookrec.offline.evaluation.holdout.fit_data import FitData
from bookrec.offline.evaluation.holdout.held_out_set import make_held_out_set
from bookrec.offline.evaluation.holdout.splits import make_splits
from bookrec.offline.evaluation.measure.predictions import lists_of
from bookrec.offline.evaluation.measure.stock_rule import stock_rule_figures
from bookrec.settings import Home

SHARES = (0.05, 0.1, 0.2, 0.4)
STORED = 50
SHOWN = 10


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
    readers, books = dataset.n_readers, dataset.n_books
    held_out = make_held_out_set(split.known, split.test, readers, books, arguments.readers, rng)
    baseline = baseline_named(arguments.scorer)
    scorer = baseline.fit(FitData(split.known, readers, books, arguments.seed), baseline.start)
    lists = lists_of(scorer, held_out, STORED)
    print(f"{len(held_out.readers):,} readers, {books:,} books, {arguments.scorer}\n")
    print(
        "| out of stock | rule | NDCG@10 | NDCG@10 of books in stock | places that can be bought |"
    )
    print("|---|---|---|---|---|")
    for row in stock_rule_figures(lists, held_out, SHARES, SHOWN, arguments.seed):
        print(
            f"| {row.out_of_stock:.0%} | {row.rule} | {row.ndcg:.4f} | {row.ndcg_of_buyable:.4f} "
            f"| {row.buyable:.1%} |"
        )


if __name__ == "__main__":
    main()
