"""A small real snapshot: known books, readers of one or two genres, and a ranker made by hand.

It is lopsided on purpose: genres of different sizes, works with two editions, books without year,
author, publisher or readers, ISBNs of other sources, titles that must be escaped or folded.
"""

from __future__ import annotations

import contextlib
import sqlite3
from pathlib import Path

import numpy as np

from bookrec import snapshot as snapshots
from bookrec.ages import AGE_BANDS, age_band
from bookrec.inference.book_metadata import BookMetadata
from bookrec.inference.pair_features import PAIR_FEATURES, READER_ACTIVITY
from bookrec.inference.recommender import Recommender
from bookrec.inference.retrieval import Retrieval
from bookrec.inference.similarity_table import SimilarityTable
from bookrec.offline.data.works.grouping import group_works
from bookrec.search.index import write_index
from bookrec.settings import Home
from bookrec.web.store.snapshot_reader import Snapshot
from split_rankers import wide_and_deep

# isbn, title, author, year, publisher, genre
BOOKS = [
    ("0141439513", "Pride and Prejudice", "Jane Austen", 2002, "Penguin Books", "classic"),
    ("0553213105", "Pride and Prejudice", "Austen, Jane", 1983, "Bantam", "classic"),
    ("0141439580", "Emma", "Jane Austen", 2003, "Penguin Books", "classic"),
    ("0141439661", "Sense and Sensibility", "Jane Austen", 2003, "Penguin Books", "classic"),
    ("0141441143", "Jane Eyre", "Charlotte Brontë", 2006, "Penguin Books", "classic"),
    ("0141439556", "Wuthering Heights", "Emily Brontë", 2002, "Penguin Books", "classic"),
    ("0141439564", "Great Expectations", "Charles Dickens", 2002, "Penguin Books", "classic"),
    ("014143984X", "Dracula", "Bram Stoker", 2003, "Penguin Books", "horror"),
    ("0451523377", "Dracula (Signet Classics)", "Bram Stoker", 1986, "Signet", "horror"),
    ("0141439475", "Frankenstein", "Mary Shelley", 2003, "Penguin Books", "horror"),
    ("0345806786", "The Shining", "Stephen King", 2013, "Anchor", "horror"),
    ("0743412281", "Carrie", "Stephen King", 2002, "Pocket", "horror"),
    ("1501142976", "It", "Stephen King", 2016, "Scribner", "horror"),
    ("0307743667", "'Salem's Lot", "Stephen King", 2011, "Anchor", "horror"),
    ("0345342968", "Fahrenheit 451", "Ray Bradbury", 1987, "Del Rey", "scifi"),
    ("0441172717", "Dune", "Frank Herbert", 1990, "Ace Books", "scifi"),
    ("0441478123", "The Left Hand of Darkness", "Ursula K. Le Guin", 1987, "Ace Books", "scifi"),
    ("0061054887", "The Dispossessed", "Ursula K. Le Guin", 1994, "Eos", "scifi"),
    ("0441569595", "Neuromancer", "William Gibson", 1995, "Ace Books", "scifi"),
    ("0553293354", "Foundation", "Isaac Asimov", 1991, "Spectra", "scifi"),
    ("0553382578", "Foundation and Empire", "Isaac Asimov", 2004, "Spectra", "scifi"),
    ("0451524934", "1984", "George Orwell", 1990, "Signet", "scifi"),
    (
        "0345453743",
        "The Hitchhiker's Guide to the Galaxy",
        "Douglas Adams",
        2002,
        "Del Rey",
        "scifi",
    ),
    ("0062073486", "And Then There Were None", "Agatha Christie", 2011, "Harper", "crime"),
    ("0062693662", "Murder on the Orient Express", "Agatha Christie", 2017, "Harper", "crime"),
    (
        "0140439080",
        "The Hound of the Baskervilles",
        "Arthur Conan Doyle",
        2001,
        "Penguin Books",
        "crime",
    ),
    ("0394758285", "The Big Sleep", "Raymond Chandler", 1988, "Vintage", "crime"),
    ("0679722645", "The Maltese Falcon", "Dashiell Hammett", 1992, "Vintage", "crime"),
    (
        "0439139597",
        "Harry Potter and the Goblet of Fire",
        "J. K. Rowling",
        2000,
        "Scholastic",
        "children",
    ),
    (
        "0590353403",
        "Harry Potter and the Sorcerer's Stone",
        "J. K. Rowling",
        1998,
        "Scholastic",
        "children",
    ),
    (
        "0064404994",
        "The Lion, the Witch and the Wardrobe",
        "C. S. Lewis",
        1994,
        "HarperTrophy",
        "children",
    ),
    ("6042086437", "Đất rừng phương Nam", "Đoàn Giỏi", 2019, "Kim Đồng", "vietnam"),
    ("6042098672", "Dế Mèn phiêu lưu ký", "Tô Hoài", 2020, "Kim Đồng", "vietnam"),
    ("6045553120", "Số đỏ", "Vũ Trọng Phụng", None, "Văn Học", "vietnam"),
    ("0691020817", "Either/Or", "Søren Kierkegaard", 1987, "Princeton", "thought"),
    ("0140449337", "Meditations", "Marcus Aurelius", 2006, "Penguin Books", "thought"),
    (
        "1491903996",
        "<script>alert('c++')</script> & Other \"Tags\"",
        "A <b>Bold</b> Author",
        2016,
        "O'Reilly",
        "thought",
    ),
    ("ml:357", "Beowulf", "", None, "", "classic"),
    ("gb:12", "Winter Poems", "A. Solitary", 1971, "", "unread"),
    ("0999999990", "Nobody's Book", "A. Solitary", 1970, "Own Press", "unread"),
]

# isbn → series and number; the second volume is listed first
SERIES = {
    "0553382578": ("Foundation Novels", 2.0),
    "0553293354": ("Foundation Novels", 1.0),
    "0439139597": ("Harry Potter", 4.0),
    "0590353403": ("Harry Potter", 1.0),
}
DESCRIPTIONS = {"0441172717": "A desert planet, a spice, & a young man who <must> flee."}

# user_id, age, genres in the order of liking, whether a list was stored
READERS = [
    ("276725", 34, ("classic", "horror"), True),
    ("276726", None, ("horror", "scifi"), True),
    ("276727", 16, ("children", "scifi"), True),
    ("276729", 70, ("crime", "classic"), True),
    ("276733", 25, ("scifi", "crime"), True),
    ("276736", None, ("scifi",), True),
    ("276737", 14, ("children",), True),
    ("276744", 44, ("horror", "crime"), True),
    ("276745", 27, ("vietnam", "classic"), True),
    ("276746", 52, ("thought", "scifi"), True),
    ("8", 30, ("horror",), False),
    ("99", 61, (), False),
]

LISTED_READER = "276725"
READER_WITHOUT_LIST = "8"
READER_WITHOUT_BOOKS = "99"
TOP = 12
SCRIPT_ISBN = "1491903996"
CONTENT_ISBN = "gb:12"
UNLISTED_ISBN = "0999999990"
ONE_TEN_ISBN = "ml:357"


def build_snapshot(home: Home, marker: str = "", with_ranker: bool = True) -> str:
    """Build and publish; ``marker`` is appended to every title. Returns the snapshot's id."""
    snapshot_id = snapshots.new_snapshot_id()
    with (
        snapshots.building(home.snapshots, snapshot_id) as directory,
        contextlib.closing(sqlite3.connect(directory / snapshots.DATABASE_NAME)) as connection,
    ):
        connection.executescript(snapshots.SCHEMA)
        _Builder(connection, marker).fill(snapshot_id)
        connection.commit()
        if with_ranker:
            (directory / snapshots.RANKER_NAME).mkdir()
            _save_ranker(connection, directory / snapshots.RANKER_NAME)
    snapshots.publish(home.snapshots, snapshot_id)
    return snapshot_id


class _Builder:
    def __init__(self, connection: sqlite3.Connection, marker: str) -> None:
        self.connection = connection
        self.marker = marker
        self.rows = sorted(BOOKS)
        self.genre = {n: row[5] for n, row in enumerate(self.rows, start=1)}
        works = group_works((row[1], row[2]) for row in self.rows)
        self.work = {n: work + 1 for n, work in enumerate(works, start=1)}
        self.seen = {
            reader_id: self._seen_books(reader_id, genres)
            for reader_id, (_, _, genres, _) in enumerate(READERS, start=1)
        }

    def _seen_books(self, reader_id: int, genres: tuple[str, ...]) -> dict[int, int]:
        """Every second or third book of the genres; the first genre rated high."""
        seen = {}
        for place, genre in enumerate(genres):
            books = [b for b in self.genre if self.genre[b] == genre and self.rows[b - 1][2]]
            for number, book_id in enumerate(books):
                if (number + reader_id) % (2 + place) == 0:
                    seen[book_id] = (0, 9, 8, 10)[number % 4] if place == 0 else 5 + number % 4
        return seen

    def readers_of(self, book_id: int) -> list[int]:
        return [reader_id for reader_id, seen in self.seen.items() if book_id in seen]

    def by_popularity(self, books: list[int]) -> list[int]:
        return sorted(books, key=lambda b: (-len(self.readers_of(b)), b))

    def fill(self, snapshot_id: str) -> None:
        meta = {
            "snapshot_id": snapshot_id,
            "schema_version": str(snapshots.SCHEMA_VERSION),
            "created_at": "2026-11-20T03:00:00Z",
            "model_id": "hand-made",
            "preset": "default",
            "dataset_id": "small",
            "dataset_digest": "0" * 64,
            "readers": str(len(READERS)),
            "books": str(len(BOOKS)),
            "top": str(TOP),
            "rating_max": "10",
            "sample": "1",
            "metrics": "{}",
        }
        self.connection.executemany("insert into meta values (?, ?)", meta.items())
        for book_id, row in enumerate(self.rows, start=1):
            self._insert_book(book_id, row)
        write_index(self.connection)
        for reader_id, (user_id, age, _, _) in enumerate(READERS, start=1):
            self.connection.execute(
                "insert into reader values (?, ?, ?)", (reader_id, user_id, age)
            )
            self.connection.executemany(
                "insert into interaction values (?, ?, ?)",
                [(reader_id, book_id, rating) for book_id, rating in self.seen[reader_id].items()],
            )
        self._insert_user_tops()
        self._insert_popular_tops()

    def _insert_book(self, book_id: int, row: tuple) -> None:
        isbn, title, author, year, publisher, genre = row
        ratings = [seen[book_id] for seen in self.seen.values() if seen.get(book_id)]
        if isbn == ONE_TEN_ISBN:
            ratings = [10]
        similar = self._similar(book_id)
        source = "content" if genre == "unread" else "precomputed"
        self.connection.execute(
            "insert into book (book_id, isbn, work_id, title, author, year, publisher, image_url,"
            " rating_mean, rating_count, reader_count, similar_source, category, language, series,"
            " series_number, description) values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
            (
                book_id,
                isbn,
                self.work[book_id],
                title + self.marker,
                author,
                year,
                publisher,
                "https://covers.example.org/1.jpg",
                sum(ratings) / len(ratings) if ratings else None,
                len(ratings),
                len(self.readers_of(book_id)),
                source if similar else None,
                "" if genre == "unread" else genre.capitalize(),
                "vi" if genre == "vietnam" else "en",
                *SERIES.get(isbn, ("", None)),
                DESCRIPTIONS.get(isbn, ""),
            ),
        )
        self.connection.executemany(
            "insert into similar_top values (?, ?, ?, ?)",
            [(book_id, rank, other, 0.9 - rank / 50) for rank, other in enumerate(similar, 1)],
        )

    def _similar(self, book_id: int) -> list[int]:
        if self.rows[book_id - 1][0] == UNLISTED_ISBN:
            return []
        same = [b for b in self.genre if self.genre[b] == self.genre[book_id]]
        return [b for b in self.by_popularity(same) if self.work[b] != self.work[book_id]][:6]

    def _insert_user_tops(self) -> None:
        for reader_id, (_, _, genres, listed) in enumerate(READERS, start=1):
            if not listed:
                continue
            works = {self.work[book_id] for book_id in self.seen[reader_id]}
            order = [*genres, *sorted(set(self.genre.values()) - set(genres))]
            ranked = sorted(
                self.by_popularity(list(self.genre)), key=lambda b: order.index(self.genre[b])
            )
            chosen: list[int] = []
            for book_id in ranked:
                if self.work[book_id] not in works and len(chosen) < TOP:
                    works.add(self.work[book_id])
                    chosen.append(book_id)
            self.connection.executemany(
                "insert into user_top values (?, ?, ?, ?)",
                [(reader_id, rank, b, 0.95 - rank / 40) for rank, b in enumerate(chosen, 1)],
            )

    def _insert_popular_tops(self) -> None:
        segments = {"all": list(range(1, len(READERS) + 1))}
        for reader_id, (_, age, _, _) in enumerate(READERS, start=1):
            segments.setdefault(AGE_BANDS[age_band(age)], []).append(reader_id)
        for segment, members in segments.items():
            share = {
                b: sum(b in self.seen[reader_id] for reader_id in members) / len(members)
                for b in self.genre
            }
            ranked = sorted((b for b in share if share[b] > 0), key=lambda b: (-share[b], b))
            self.connection.executemany(
                "insert into popular_top values (?, ?, ?, ?)",
                [(segment, rank, b, share[b]) for rank, b in enumerate(ranked, 1)],
            )


def changed_snapshot(home: Home, snapshot_id: str, statements: str) -> Snapshot:
    """Run SQL on the database of a snapshot, and open it as the site does."""
    directory = home.snapshots / snapshot_id
    with contextlib.closing(sqlite3.connect(directory / snapshots.DATABASE_NAME)) as connection:
        connection.executescript(statements)
    return Snapshot(directory)


def _save_ranker(connection: sqlite3.Connection, directory: Path) -> None:
    """Save a ranker whose logit is the item-kNN score and a little popularity."""
    books = len(BOOKS)
    neighbours = connection.execute(
        "select book_id - 1, similar_book_id - 1, score from similar_top order by book_id, rank"
    ).fetchall()
    start = np.searchsorted([row[0] for row in neighbours], np.arange(books + 1))
    work, readers = zip(
        *connection.execute("select work_id, reader_count from book order by book_id"), strict=True
    )
    popularity = np.log1p(np.array(readers, dtype=np.float32))
    width, age_width, hidden = 2, 1, 3
    bands = len(AGE_BANDS)
    similar = (
        np.array([row[1] for row in neighbours], dtype=np.int32),
        np.array([row[2] for row in neighbours], dtype=np.float32),
    )
    table = SimilarityTable(start.astype(np.int64), *similar)
    nothing = np.zeros(books, dtype=np.int32)
    works = np.array(work, dtype=np.int32)
    authors = np.arange(1, books + 1, dtype=np.int32)
    metadata = BookMetadata(authors, nothing, works, nothing, nothing, nothing, popularity)
    retrieval = Retrieval(
        metadata=metadata,
        similarities={"rp3beta": table, "item_knn": table, "slim": table, "ease": table},
        authors=SimilarityTable(
            np.zeros(books + 2, dtype=np.int64), *(part[:0] for part in similar)
        ),
        book_vector=_zeros(books, width),
        history_vector=_zeros(books, width),
        tower_age=_zeros(bands, age_width),
        tower_kernel_1=_zeros(width + age_width, hidden),
        tower_bias_1=_zeros(hidden),
        tower_kernel_2=_zeros(hidden, width),
        tower_bias_2=_zeros(width),
        tower_mean=_zeros(width),
        tower_covariance=_zeros(width, width),
    )
    reader_features = len(READER_ACTIVITY)
    pair_wide = _zeros(len(PAIR_FEATURES))
    pair_wide[PAIR_FEATURES.index("item_knn_score")] = 3.0
    ranker = wide_and_deep(
        age_half=_zeros(bands, hidden),
        age_wide=_zeros(bands),
        reader_kernel=_zeros(reader_features, hidden),
        reader_wide=_zeros(reader_features),
        book_half=_zeros(books, hidden),
        book_wide=popularity / 10,
        pair_kernel=_zeros(len(PAIR_FEATURES), hidden),
        pair_wide=pair_wide,
        hidden=((_zeros(hidden, 1), _zeros(1)),),
        wide_weight=1.0,
        deep_weight=1.0,
        bias=-2.0,
    )
    Recommender(retrieval, ranker, "history", works, None, None).save(directory)


def _zeros(*shape: int) -> np.ndarray:
    return np.zeros(shape, dtype=np.float32)
