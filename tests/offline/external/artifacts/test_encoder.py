"""Labels of notebooks compared with the values of a data set."""

from __future__ import annotations

import math

import numpy as np
import pytest

from bookrec.ages import AGE_BANDS
from bookrec.offline.external.artifacts.age_labels import (
    age_bounds,
    follows_our_bands,
    place_of_age,
)
from bookrec.offline.external.artifacts.encoder import NOT_KNOWN, Encoder
from bookrec.offline.external.artifacts.naming import column_named, is_scaled_name, words_of


@pytest.mark.parametrize(
    "labels",
    [["8", "276725"], [8, 276725], [8.0, 276725.0], ["8.0", "276725.0"], [" 8", "276725 "]],
)
def test_a_reader_is_found_whatever_the_type_of_the_id(labels: list):
    codes = Encoder.of_labels(labels).find("user_id", ["276725", "99", "8"])
    assert codes.tolist() == [1, NOT_KNOWN, 0]


def test_books_are_found_by_every_spelling_of_an_isbn():
    labels = ["019515344x", 2005018, "0-8044-2957-x", "ml:12", "978-0-8065-2121-3"]
    encoder = Encoder.of_labels(labels)
    isbns = ["019515344X", "0002005018", "080442957X", "ml:12", "0806521210", "0446310786"]
    assert encoder.find("isbn", isbns).tolist() == [0, 1, 2, 3, NOT_KNOWN, NOT_KNOWN]
    assert Encoder.of_labels(["9780804429573"]).find("isbn", ["080442957X"]).tolist() == [0]


@pytest.mark.parametrize("labels", [[357, 12], ["357", "12"], [357.0, 12.0], ["ml:357", "ml:12"]])
def test_movies_are_found_by_their_numbers(labels: list):
    codes = Encoder.of_labels(labels).find("isbn", ["ml:12", "ml:357", "ml:3570"])
    assert codes.tolist() == [1, 0, NOT_KNOWN]


def test_the_same_spelling_comes_before_a_similar_one():
    """Two classes of one book have different rows in the model; the exact spelling counts."""
    encoder = Encoder.of_labels(["055356773x", "055356773X"])
    assert encoder.find("isbn", ["055356773X"]).tolist() == [1]


def test_titles_are_found_in_spite_of_damaged_quotes():
    encoder = Encoder.of_labels(
        ["Emma", 'The \\Hitchhiker\\"', "Die S\xc3\xa4ulen der Erde", "Dune &amp; Co."]
    )
    titles = ['The "Hitchhiker"', "Die Säulen der Erde", "Dune & Co.", "EMMA", "Emmas"]
    assert encoder.find("title", titles).tolist() == [1, 2, 3, 0, NOT_KNOWN]


def test_years_are_found_as_texts_and_as_numbers():
    for labels in (["1999", "2002"], [1999, 2002], [1999.0, 2002.0]):
        assert Encoder.of_labels(labels).find("year", ["2002", "", "1"]).tolist() == [
            1,
            NOT_KNOWN,
            NOT_KNOWN,
        ]


def test_codes_need_not_be_places():
    encoder = Encoder(("b", "a"), np.array([5, 2], dtype=np.int32))
    assert encoder.size == 6
    assert encoder.find("author", ["A", "b"]).tolist() == [2, 5]
    assert encoder.code_of_label("a") == 2


@pytest.mark.parametrize(
    ("column", "labels", "label"),
    [
        ("author", ["Amy Tan", "Unknown"], "Unknown"),
        ("author", ["Amy Tan", "<UNK>"], "<UNK>"),
        ("age", ["18-24", math.nan], "nan"),
        ("year", [0, 1999], 0),
        ("user_id", [0, 1999], None),
        ("author", ["Amy Tan", "Anonymous"], None),
    ],
)
def test_the_class_for_what_is_not_known(column: str, labels: list, label: object):
    encoder = Encoder.of_labels(labels)
    assert encoder.unknown_label(column) == label
    if label is not None:
        assert encoder.code_of_label(label) is not None  # type: ignore[arg-type]


def test_kinds_of_labels():
    assert Encoder.of_labels(["a", "b"]).kind() == "texts"
    assert Encoder.of_labels([1, 2.0, math.nan]).kind() == "whole numbers"
    assert Encoder.of_labels([1.5, 2]).kind() == "numbers"
    assert Encoder.of_labels([1, "a"]).kind() == "mixed"


@pytest.mark.parametrize(
    ("label", "bounds"),
    [
        ("Under 18", (0, 17)),
        ("<18", (0, 17)),
        ("18-24", (18, 24)),
        ("25 – 34", (25, 34)),
        ("65+", (65, 200)),
        ("over 64", (65, 200)),
        ("(17.0, 24.0]", (18, 24)),
        ("[0, 18)", (0, 17)),
        ("34", (34, 34)),
        ("34 to 40", (34, 40)),
        ("Unknown", None),
        ("young", None),
    ],
)
def test_age_labels(label: str, bounds: tuple[int, int] | None):
    assert age_bounds(label) == bounds


def test_which_labels_follow_our_bands():
    ours = [age_bounds(label) for label in AGE_BANDS]
    assert follows_our_bands(ours)
    assert follows_our_bands([(0, 17), (18, 200)])
    assert not follows_our_bands([(0, 20), (21, 200)])
    assert place_of_age(20, [(0, 19), None, (20, 30)]) == 2
    assert place_of_age(40, [(0, 19), None, (20, 30)]) == -1


@pytest.mark.parametrize(
    ("name", "column"),
    [
        ("user_id_encoded", "user_id"),
        ("userIdInput", "user_id"),
        ("user2idx", "user_id"),
        ("isbn_encoder", "isbn"),
        ("movieId", "isbn"),
        ("item_embedding", "isbn"),
        ("book_title", "title"),
        ("title_embedding_features", "title"),
        ("age_binned_encoded", "age"),
        ("avg_rating_scaled", "rating_mean"),
        ("num_ratings", "rating_count"),
        ("user_avg_rating", "reader_rating_mean"),
        ("year_of_publication", "year"),
        ("publisher_le", "publisher"),
        ("input_2", None),
        ("average", "rating_mean"),
        ("features", None),
    ],
)
def test_what_names_say(name: str, column: str | None):
    assert column_named(name) == column


def test_words_of_names():
    assert words_of("ISBNEncoder2") == {"isbn", "encoder", "2"}
    assert is_scaled_name("item_scaler")
    assert not is_scaled_name("user_id")
