"""Features of a hand-made catalogue."""

from __future__ import annotations

import numpy as np

from bookrec.offline.data.interactions import all_interactions, reader_age_bands
from bookrec.offline.features.book_features import book_features, build_vocabularies
from bookrec.offline.features.book_numbers import BOOK_NUMBERS
from bookrec.offline.features.book_statistics import BookStatistics, book_statistics, fit_scaler
from small_dataset import interactions_of, small_dataset


def test_interactions_are_on_the_scale_of_ten():
    dataset = small_dataset(rating_max=5)
    assert all_interactions(dataset).rating.tolist() == [6, 10, 0, 8, 0, 4, 10, 2, 0]


def test_interactions_have_their_times_where_any_is_known():
    dataset = small_dataset()
    assert all_interactions(dataset).timestamp is None
    dataset.interactions.loc[[1, 4], "timestamp"] = [70, 0]
    interactions = all_interactions(dataset)
    assert interactions.timestamp is not None
    assert interactions.timestamp.tolist() == [-1, 70, -1, -1, 0, -1, -1, -1, -1]
    some = interactions[np.array([4, 0])].timestamp
    assert some is not None
    assert some.tolist() == [0, -1]


def test_statistics_count_readers_and_average_ratings_only():
    statistics = book_statistics(all_interactions(small_dataset(rating_max=5)), 6)
    assert statistics.reader_count.tolist() == [2, 3, 1, 2, 1, 0]
    assert statistics.rating_count.tolist() == [2, 2, 1, 0, 1, 0]
    overall = (6 + 10 + 8 + 4 + 10 + 2) / 6
    expected = [7, 6, 4, overall, 10, overall]
    np.testing.assert_allclose(statistics.rating_mean, expected, rtol=1e-6)
    np.testing.assert_allclose(statistics.popularity, np.log([3, 4, 2, 3, 2, 1]), rtol=1e-6)
    assert statistics.numbers.shape == (6, 2)


def test_badly_rated_is_a_mean_below_six_from_twenty_ratings():
    statistics = BookStatistics(
        np.array([5.9, 5.9, 6.0, 1.0, 9.0], dtype=np.float32),
        np.array([20, 19, 500, 2464, 20], dtype=np.int32),
        np.array([20, 900, 500, 2464, 20], dtype=np.int32),
    )
    assert statistics.badly_rated.tolist() == [True, False, False, True, False]


def test_statistics_without_a_single_rating():
    statistics = book_statistics(interactions_of((0, 1, 0)), 3)
    assert statistics.rating_mean.tolist() == [0, 0, 0]
    assert statistics.reader_count.tolist() == [0, 1, 0]


def test_vocabularies_know_training_readers_and_the_whole_catalogue():
    dataset = small_dataset()
    train = all_interactions(dataset)
    vocabularies = build_vocabularies(dataset, train[train.reader_idx != 0])
    assert vocabularies.user.keys == ("276725", "shop:1")
    assert vocabularies.isbn.keys == tuple(dataset.books["isbn"])
    assert vocabularies.author.keys == (
        "bram stoker",
        "emily bronte",
        "frank herbert",
        "jane austen",
    )
    assert vocabularies.publisher.keys == ("ace", "penguin", "signet")
    assert vocabularies.year.keys == ("1986", "1990", "2002", "2003")


def test_a_scaler_maps_its_columns_to_0_to_1():
    scaler = fit_scaler(np.array([[1, 5], [3, 5], [2, 5]], dtype=np.float32))
    np.testing.assert_allclose(
        scaler(np.array([[2, 5], [5, 6]], dtype=np.float32)), [[0.5, 0], [2, 1]]
    )


def test_book_features_encode_each_column():
    dataset = small_dataset()
    statistics = book_statistics(all_interactions(dataset), dataset.n_books)
    vocabularies = build_vocabularies(dataset, all_interactions(dataset))
    words, vectors = ["dracula", "emma"], np.array([[1, 2, 3], [4, 5, 6]], dtype=np.float32)
    scaler = fit_scaler(statistics.numbers)
    features = book_features(dataset, vocabularies, scaler, words, vectors, statistics)
    assert features.isbn.tolist() == [1, 2, 3, 4, 5, 6]
    assert features.author.tolist() == [2, 1, 4, 3, 1, 0]
    assert features.publisher.tolist() == [2, 2, 2, 1, 3, 0]
    assert features.year.tolist() == [3, 4, 4, 2, 1, 0]
    assert features.title.tolist() == [[0] * 3, [1, 2, 3], [4, 5, 6], [0] * 3, [1, 2, 3], [0] * 3]
    # Ratings of ten: means 3.5, 3, 2, overall 20/6, 5, overall; counts 2, 2, 1, 0, 1, 0.
    np.testing.assert_allclose(
        features.avg_rating, (np.array([3.5, 3, 2, 10 / 3, 5, 10 / 3]) - 2) / 3, rtol=1e-5
    )
    np.testing.assert_allclose(features.num_ratings, [1, 1, 0.5, 0, 0.5, 0])
    inputs = features.inputs(np.array([4, 0]))
    assert inputs["isbn_encoded"].tolist() == [5, 1]
    assert inputs["title_embedding_features"].shape == (2, 3)


def test_a_book_of_another_catalogue_is_unknown():
    dataset = small_dataset()
    statistics = book_statistics(all_interactions(dataset), dataset.n_books)
    vocabularies = build_vocabularies(dataset, all_interactions(dataset))
    dataset.books.loc[2, ["isbn", "author"]] = ["0000000000", "Somebody Else"]
    features = book_features(
        dataset,
        vocabularies,
        fit_scaler(statistics.numbers),
        [],
        np.zeros((0, 3), np.float32),
        statistics,
    )
    assert features.isbn[2] == features.author[2] == 0
    assert features.publisher[2] == 2


def test_age_bands_of_readers():
    assert reader_age_bands(small_dataset()).tolist() == [1, 0, 3, 7]


def test_interactions_are_selected_by_mask_or_position():
    interactions = interactions_of((0, 3, 9), (1, 2, 0), (4, 1, 5))
    assert interactions[np.array([True, False, True])].book_idx.tolist() == [3, 1]
    assert interactions[np.array([2, 0])].rating.tolist() == [5, 9]
    assert len(interactions) == 3
    assert interactions[np.array([1])].reader_idx.tolist() == [1]


def test_facts_and_numbers_of_books():
    dataset = small_dataset()
    dataset.books.loc[3, "title"] = "Dune (Dune Chronicles, Book 1)"
    dataset.books.loc[2, "title"] = "Emma (Dune Chronicles, Book 2)"
    statistics = book_statistics(all_interactions(dataset), dataset.n_books)
    vocabularies = build_vocabularies(dataset, all_interactions(dataset))
    features = book_features(
        dataset,
        vocabularies,
        fit_scaler(statistics.numbers),
        [],
        np.zeros((0, 3), np.float32),
        statistics,
    )
    metadata = features.metadata
    assert metadata.author.tolist() == features.author.tolist() == [2, 1, 4, 3, 1, 0]
    assert metadata.series.tolist() == [0, 0, 1, 1, 2, 0], "and Dracula (Signet)"
    assert metadata.work.tolist() == [0, 1, 2, 3, 1, 4]
    assert metadata.language.tolist() == [1, 1, 1, 1, 1, 0], "ml:357 names no language"
    assert metadata.year.tolist() == [2002, 2003, 2003, 1990, 1986, 0]
    assert metadata.author_books.tolist() == [1, 2, 1, 1, 2, 1]
    assert metadata.counts("author", np.array([1, 4, 5, 2])).tolist() == [0, 2, 0, 0, 1]
    assert metadata.most_popular.tolist() == [1, 0, 3, 2, 4, 5]
    # Readers: 2, 3, 1, 2, 1, 0; rated: 2, 2, 1, 0, 1, 0.
    numbers = dict(zip(BOOK_NUMBERS, features.numbers.T, strict=True))
    expected = {
        "work_popularity": np.log([3, 5, 2, 3, 5, 1]),
        "editions": np.log([1, 2, 1, 1, 2, 1]),
        "share_of_work": [2.5 / 3, 3.5 / 5, 1.5 / 2, 2.5 / 3, 1.5 / 5, 0.5],
        "rated_share": [4 / 6, 4 / 7, 3 / 5, 2 / 6, 3 / 5, 2 / 4],
        "author_popularity": [np.log(3), np.log(5), np.log(2), np.log(3), np.log(5), 0],
        "author_books": [np.log(2), np.log(3), np.log(2), np.log(2), np.log(3), 0],
        "series_popularity": [0, 0, np.log(4), np.log(4), np.log(2), 0],
        "language_books": np.log([6, 6, 6, 6, 6, 2]),
        "decade": [0.5, 0.6, 0.6, -0.7, -1.1, 0],
        "year_known": [1, 1, 1, 1, 1, 0],
        "ratings": np.log([3, 3, 2, 1, 2, 1]),
    }
    assert set(numbers) == set(expected)
    for name, values in expected.items():
        np.testing.assert_allclose(numbers[name], values, rtol=1e-5, err_msg=name)
    np.testing.assert_array_equal(
        features.inputs(np.array([4, 0]))["book_numbers"], features.numbers[[4, 0]]
    )
