"""Candidates of readers with held-out books, with both predictions, to choose weights and calibrate."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from typing import TypeAlias

from tqdm import tqdm

from bookrec.arrays import Floats, Ints
from bookrec.inference.ranker.interface import Ranker
from bookrec.inference.recommender import Profile, Reader, Recommender


@dataclass(frozen=True)
class ScoredCandidates:
    """Candidates of one reader, of works that the reader does not have."""

    books: Ints
    """[C] positions, ascending."""
    logits: Floats
    """[C] logits of the interaction."""
    ratings: Floats
    """[C] predicted ratings, in points around any origin."""


PredictRatings: TypeAlias = Callable[[Profile, Ints, Floats], Floats]
"""(reader, books [C], tower scores [C]) → predicted ratings [C]."""


def score_candidates(
    recommender: Recommender,
    readers: Iterable[Reader],
    count: int,
    predict_ratings: PredictRatings,
) -> list[ScoredCandidates]:
    """Retrieve the candidates of each reader and make both predictions.

    Args:
        recommender: Recommender whose ranker predicts interactions.
        readers: The readers, without their held-out books.
        count: Candidates per reader.
        predict_ratings: Predicts ratings.
    """
    scored = []
    for reader in tqdm(list(readers), desc="list weights", disable=None, leave=False):
        profile, seen = recommender.profile(reader), reader.history.books
        scores = profile.retriever_scores
        tower = recommender.retrieval.tower_scores([scores])[0]
        books = recommender.retrieval.candidates(
            scores, tower, count, recommender.editions(seen), left_out=recommender.left_out
        )
        logits = recommender.logits(profile, books, tower[books])
        ratings = predict_ratings(profile, books, tower[books])
        scored.append(ScoredCandidates(books, logits, ratings))
    return scored


def ratings_of_ranker(recommender: Recommender, ranker: Ranker) -> PredictRatings:
    """Predict ratings with a second ranker over the same features of readers, books and pairs.

    Args:
        recommender: Recommender that computes the features.
        ranker: Ranker whose logits are predicted ratings.
    """
    rating_recommender = replace(recommender, ranker=ranker)

    def predict(profile: Profile, books: Ints, tower: Floats) -> Floats:
        reader = profile.reader
        features = recommender.reader_features(reader.history, profile.retriever_scores)
        terms = ranker.reader_terms(reader.age_band, features)
        return rating_recommender.logits(replace(profile, terms=terms), books, tower)

    return predict


def ratings_of_books(ratings: Floats) -> PredictRatings:
    """Predict each book's rating [B], whoever the reader."""
    return lambda _, books, __: ratings[books]
