"""Inputs of trained rankers: name, side, width, type and column of each.

Keras models are built from these inputs, and their names identify them when a saved model is
compiled, checked or exported. The names are part of saved models and never change.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Literal

from bookrec.inference.pair_features import PAIR_FEATURES, READER_ACTIVITY
from bookrec.offline.features.book_numbers import BOOK_NUMBERS
from bookrec.offline.features.title_embeddings import TITLE_VECTOR_SIZE

Side = Literal["reader id", "reader", "band", "book", "pair"]
"""Side that an input depends on.

- ``reader id``: a reader looked up by id, or by other data known of known readers only;
- ``reader``: numbers that every reader has;
- ``band``: the reader's age band;
- ``book``: the book;
- ``pair``: reader and book together.
"""

Kind = Literal["id", "number", "title", "features"]


@dataclass(frozen=True)
class RankerInput:
    """One input of a ranker."""

    name: str
    side: Side
    kind: Kind
    column: str
    """Column of the data set it encodes, or the name of the features it holds."""
    width: int = 1
    """Numbers per pair."""

    @property
    def dtype(self) -> str:
        """``int32`` codes of an id, else ``float32``."""
        return "int32" if self.kind == "id" else "float32"

    @property
    def stem(self) -> str:
        """Name of an id without its suffix, as in the names of its embedding's layers."""
        return self.name.removesuffix("_encoded")


USER_ID: Final = RankerInput("user_id_encoded", "reader id", "id", "user_id")
ISBN: Final = RankerInput("isbn_encoded", "book", "id", "isbn")
AUTHOR: Final = RankerInput("author_encoded", "book", "id", "author")
PUBLISHER: Final = RankerInput("publisher_encoded", "book", "id", "publisher")
YEAR: Final = RankerInput("year_encoded", "book", "id", "year")
AGE_BAND: Final = RankerInput("age_binned_encoded", "band", "id", "age")
AVG_RATING: Final = RankerInput("avg_rating_scaled", "book", "number", "rating_mean")
NUM_RATINGS: Final = RankerInput("num_ratings_scaled", "book", "number", "rating_count")
POPULARITY: Final = RankerInput("popularity", "book", "features", "popularity")
TITLE: Final = RankerInput("title_embedding_features", "book", "title", "title", TITLE_VECTOR_SIZE)
NUMBERS: Final = RankerInput("book_numbers", "book", "features", "book_numbers", len(BOOK_NUMBERS))
READER: Final = RankerInput(
    "reader_features", "reader", "features", "reader_features", len(READER_ACTIVITY)
)
PAIR: Final = RankerInput("pair_features", "pair", "features", "pair_features", len(PAIR_FEATURES))

BOOK_IDS: Final = (ISBN, AUTHOR, PUBLISHER, YEAR)
"""Ids of the book side, in the order in which rankers concatenate them."""

CLASSIC_INPUTS: Final = (USER_ID, *BOOK_IDS, AGE_BAND, AVG_RATING, NUM_RATINGS, TITLE)
"""Inputs of preset ``classic``."""

DEFAULT_INPUTS: Final = (
    *BOOK_IDS,
    AGE_BAND,
    AVG_RATING,
    NUM_RATINGS,
    POPULARITY,
    TITLE,
    NUMBERS,
    READER,
    PAIR,
)
"""Inputs of preset ``default``."""

RANKER_INPUTS: Final = {
    ranker_input.name: ranker_input for ranker_input in (USER_ID, *DEFAULT_INPUTS)
}
"""Every input by its name."""
