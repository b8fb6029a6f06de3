"""The recurrent network: sequences, and the same logits in NumPy as in Keras."""

from __future__ import annotations

import numpy as np
import pytest

from bookrec.offline.evaluation.sessions.makers.gru4rec import build, sequences, weights_of
from small_visits import visits_of


def test_sequences_predict_each_next_book_and_long_visits_are_cut():
    visits = visits_of([[3, 1, 2], [*range(50)], *[[*range(45)]] * 30], 50)
    shown, following = sequences(visits)
    assert shown.shape == (3 + 60, 40)
    assert shown[0, :3].tolist() == [4, 2, 0]
    assert following[0, :3].tolist() == [2, 3, 0]
    assert (shown[1, 0], following[1, -1]) == (1, 41)
    assert (shown[2, 0], following[2, 8], following[2, 9]) == (41, 50, 0)


@pytest.mark.slow
def test_logits_are_those_of_keras():
    import keras

    keras.utils.set_random_seed(3)
    model = build(n_books=7, size=5, dropout=0.2)
    rng = np.random.default_rng(1)
    model.set_weights([rng.normal(size=w.shape).astype(np.float32) for w in model.get_weights()])
    books = np.array([2, 6, 0, 3], dtype=np.int32)
    expected = np.asarray(model(books[None] + 1, training=False))[0, -1]
    np.testing.assert_allclose(weights_of(model).logits(books), expected, rtol=1e-4, atol=1e-5)
