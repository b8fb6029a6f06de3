"""Title embeddings."""

from __future__ import annotations

import subprocess
import sys

import numpy as np

from bookrec.offline.features.title_embeddings import title_matrix, train_title_vectors

TITLES = [
    "The Stone Garden",
    "Stone Garden Songs",
    "A Garden of Stone",
    "The Winter Ship",
    "Winter Ship Home",
    "The Last Ship of Winter",
    "Unique",
]


def test_the_same_seed_gives_the_same_vectors():
    words, vectors = train_title_vectors(TITLES, seed=4, size=6)
    again, same = train_title_vectors(TITLES, seed=4, size=6)
    assert words == again
    np.testing.assert_array_equal(vectors, same)
    assert vectors.shape == (len(words), 6)
    assert not np.array_equal(train_title_vectors(TITLES, seed=5, size=6)[1], vectors)


def test_another_hash_seed_of_python_changes_nothing():
    code = (
        "from bookrec.offline.features.title_embeddings import train_title_vectors as train\n"
        f"print(train({TITLES!r}, seed=4, size=6)[1].tobytes().hex())"
    )
    shown = {
        subprocess.run(
            [sys.executable, "-c", code],
            env={"PYTHONHASHSEED": seed},
            capture_output=True,
            text=True,
            check=True,
        ).stdout
        for seed in ("1", "2")
    }
    assert len(shown) == 1
    assert shown.pop().strip() == train_title_vectors(TITLES, seed=4, size=6)[1].tobytes().hex()


def test_words_seen_once_are_left_out():
    words, _ = train_title_vectors(TITLES, seed=1, size=4)
    assert {"stone", "garden", "winter", "ship", "the"} <= set(words)
    assert "unique" not in words


def test_nothing_but_single_words_leaves_nothing():
    words, vectors = train_title_vectors(["One", "Two"], seed=1, size=4)
    assert words == []
    assert vectors.shape == (0, 4)
    assert title_matrix(["One"], words, vectors).tolist() == [[0, 0, 0, 0]]


def test_a_title_is_the_mean_of_its_known_words():
    vectors = np.array([[1, 2, 3], [3, 6, -1]], dtype=np.float32)
    matrix = title_matrix(
        ["Stone, gárden!", "stone stone garden", "?", "Stone"], ["stone", "garden"], vectors
    )
    np.testing.assert_allclose(
        matrix, [[2, 4, 1], [5 / 3, 10 / 3, 5 / 3], [0, 0, 0], [1, 2, 3]], rtol=1e-6
    )
