"""Checks of whole rankings: the same for everybody, worse than popularity; and the command."""

from __future__ import annotations

import json
import re
import subprocess
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from bookrec.settings import Home
from command_line import bookrec_in_process

pytestmark = pytest.mark.slow


def test_one_order_for_all_readers_is_an_error():
    from bookrec.offline.models.checks.ranking_checks import orders_finding

    rng = np.random.default_rng(3)
    same = np.tile(rng.normal(size=60), (6, 1)) * np.array([[1], [2], [3], [1], [9], [4]])
    assert orders_finding(same.astype(np.float32)).level == "error"
    nearly = same[:1] + rng.normal(scale=0.02, size=(6, 60))
    assert orders_finding(nearly.astype(np.float32)).level == "warning"
    various = orders_finding(rng.normal(size=(6, 60)).astype(np.float32))
    assert various.level == "ok"
    assert abs(various.figures["kendall_tau"]) < 0.3


def test_one_first_book_for_most_readers_is_not_ok():
    from bookrec.offline.models.checks.ranking_checks import orders_finding

    logits = np.random.default_rng(5).normal(size=(10, 60)).astype(np.float32)
    logits[:8, 17] = 9.0
    finding = orders_finding(logits)
    assert (finding.level, finding.figures["same first"]) == ("warning", 0.8)
    assert "the same book is first for 80% (10 readers)" in finding.text
    logits[:1, 17] = -9.0
    assert orders_finding(logits).level == "ok"


def test_constant_scores_are_one_order():
    from bookrec.offline.models.checks.ranking_checks import orders_finding

    assert orders_finding(np.zeros((4, 10), dtype=np.float32)).level == "error"


def test_worse_than_popularity_is_an_error_and_uncertainty_a_warning():
    from bookrec.offline.models.checks.ranking_checks import popularity_finding

    rng = np.random.default_rng(8)
    low, high = rng.random(80) * 0.1, 0.2 + rng.random(80) * 0.1
    assert popularity_finding(low, high, 0.6).level == "error"
    assert popularity_finding(high, low, 0.6).level == "ok"
    noise = rng.normal(scale=0.3, size=80)
    slightly = popularity_finding(high - 0.01 - (noise - noise.mean()), high, 0.6)
    assert slightly.level == "warning"
    assert popularity_finding(high - 0.01 - (noise - noise.mean()), high, 0.4).level == "error"


def subject_of(home: Home, bundle: Any) -> Any:
    from bookrec.offline.data.dataset import load_dataset
    from bookrec.offline.models.bundle.bundle_files import load_bundle
    from bookrec.offline.models.checks.subject import Subject

    return Subject(load_bundle(home, bundle.model_id), load_dataset(home))


def test_hidden_books_are_positive_and_of_a_work_the_history_then_lacks(
    tiny_home: Home, tiny_bundle: Any
):
    from bookrec.offline.models.checks.hidden_books import hidden_books, without_pairs

    subject = subject_of(tiny_home, tiny_bundle)
    pairs = hidden_books(subject)
    assert len({reader for reader, _ in pairs}) == len(pairs) > 50
    shown = without_pairs(subject.interactions, pairs)
    assert len(shown) == len(subject.interactions) - len(pairs)
    works = subject.dataset.work_of_book
    ratings = dict(
        zip(
            zip(
                subject.interactions.reader_idx.tolist(),
                subject.interactions.book_idx.tolist(),
                strict=True,
            ),
            subject.interactions.rating.tolist(),
            strict=True,
        )
    )
    for reader, book in pairs:
        assert ratings[reader, book] in (0, 7, 8, 9, 10)
        history = shown.book_idx[shown.reader_idx == reader]
        assert len(history) == len(subject.seen_books(reader)) - 1
        assert works[book] not in works[history]


def test_the_figures_are_those_of_lists_made_by_hand(tiny_home: Home, tiny_bundles: Any):
    """NDCG of popularity for a hidden book, computed from the counts."""
    from bookrec.offline.models.checks.hidden_books import hidden_books, popularity_figures

    subject = subject_of(tiny_home, tiny_bundles["default"])
    pairs = hidden_books(subject)[:6]
    figures = popularity_figures(subject, pairs)
    works = subject.dataset.work_of_book
    for (reader, book), ndcg in zip(pairs, figures.popular_ndcg, strict=True):
        mine = subject.interactions.reader_idx == reader
        history = set(subject.interactions.book_idx[mine].tolist()) - {book}
        counts = np.bincount(subject.interactions.book_idx, minlength=len(works))
        counts[book] -= 1
        listed: list[int] = []
        for popular in sorted(range(len(works)), key=lambda b: (-counts[b], b)):
            if works[popular] not in works[list(history)] and works[popular] not in listed:
                listed.append(int(works[popular]))
        rank = listed.index(int(works[book]))
        assert ndcg == pytest.approx(1 / np.log2(rank + 2) if rank < 20 else 0.0)
    assert 0.0 <= figures.auc <= 1.0


@pytest.mark.parametrize("length", [0, 1, 7, 20])
def test_ndcg_of_one_relevant_work_is_the_discount_of_its_rank(length: int):
    from bookrec.offline.models.checks.hidden_books import work_ndcg

    works = np.array([book // 2 for book in range(60)], dtype=np.int32)  # two editions each
    listed = np.arange(0, 2 * length, 2)
    for rank, book in enumerate(listed.tolist()):
        assert work_ndcg(works, listed, book + 1) == 1.0 / float(np.log2(rank + 2))
    assert work_ndcg(works, listed, 50) == 0.0


def shuffled(home: Home, bundle: Any) -> str:
    """Save a copy of a bundle whose ranker reverses every order, and return its id."""
    from bookrec.offline.models.bundle.bundle_files import load_bundle, save_bundle

    loaded = load_bundle(home, bundle.model_id)
    for layer in loaded.ranker.layers:
        if layer.name == "output":
            kernel, bias = layer.get_weights()
            layer.set_weights([-kernel, bias])
    manifest = {**loaded.manifest, "model_id": "classic-turned"}
    save_bundle(home, replace(loaded, manifest=manifest))
    return "classic-turned"


def check(home: Home, *arguments: str) -> subprocess.CompletedProcess[str]:
    return bookrec_in_process(home, "artifacts", "check", *arguments)


def test_the_command_prints_every_check_and_writes_the_figures(
    tiny_bundles: Any, tiny_home_copy: Home, tmp_path: Path
):
    model_id = tiny_bundles["default"].model_id
    result = check(tiny_home_copy, model_id, "--json", str(tmp_path / "check.json"))
    content = json.loads((tmp_path / "check.json").read_text())
    levels = {finding["level"] for finding in content["findings"]}
    assert result.returncode == ("error" in levels), result.stderr
    names = {finding["check"] for finding in content["findings"]}
    assert names == {
        "files",
        "readers known",
        "books known",
        "encoder used",
        "encoder size",
        "unknown",
        "id types",
        "scaler",
        "constant inputs",
        "title vectors",
        "orders differ",
        "beats popularity",
        "beats retrieval",
        "own language",
        "small languages",
        "own authors",
        "taste",
        "crowd",
    }
    assert all(name in result.stdout for name in names)
    assert re.search(r"\d+ ok, \d+ to look at, \d+ wrong", result.stdout)


def test_a_model_turned_upside_down_fails_with_exit_code_1(tiny_bundles: Any, tiny_home_copy: Home):
    model_id = shuffled(tiny_home_copy, tiny_bundles["default"])
    result = check(tiny_home_copy, model_id)
    assert result.returncode == 1
    assert re.search(r"^error +beats popularity", result.stdout, re.M)
    assert result.stderr.startswith(f"Error: Model {model_id} has 1 fault")
    assert "Traceback" not in result.stderr


def test_books_and_readers_of_another_source_fail(tiny_bundles: Any, tiny_home_copy: Home):
    from bookrec.offline.data.dataset import load_dataset, make_dataset, save_dataset

    dataset = load_dataset(tiny_home_copy)
    books = dataset.books.assign(isbn=[f"gb:{place:04}" for place in range(dataset.n_books)])
    readers = dataset.readers.assign(
        user_id=[f"r:{place:04}" for place in range(dataset.n_readers)]
    )
    other = make_dataset(
        readers,
        books,
        dataset.interactions,
        layout="goodbooks",
        rating_max=10,
        source="/raw",
        files={},
    )
    save_dataset(tiny_home_copy, other)
    result = check(tiny_home_copy, tiny_bundles["classic"].model_id)
    assert result.returncode == 1
    assert re.search(r"^error +books known +knows 0 of 90 books", result.stdout, re.M)
    assert re.search(r"^error +encoder used +user_id_encoded: .* knows 0 of", result.stdout, re.M)
    assert re.search(r"^error +constant inputs +isbn_encoded is the same", result.stdout, re.M)
    assert re.search(r"^warning +readers known +knows 0 of", result.stdout, re.M)
