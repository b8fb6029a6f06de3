"""Large shop: millions of orders of a million books, for measurements of an import.

Write one:  PYTHONPATH=src:tests/support python -m large_shop DIR --rows 10000000 --books 1000000

Tables look as a till and a list of books do: Vietnamese headers, semicolons, ISBN-13, dates with the
day first, prices with points; a few books are bought by many. The same seed gives the same bytes.
"""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Final

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv as pa_csv
from numpy.typing import NDArray

_CHUNK: Final = 1_000_000
"""Rows that are written at once."""
_START: Final = np.datetime64("2023-01-01T08:00", "m")
_DAYS: Final = 1_000
_MINUTES: Final = 600
"""Minutes for which the shop is open."""
_ROWS_OF_CUSTOMER: Final = 14
_ROWS_OF_ORDER: Final = 2.5
_EDITIONS: Final = 0.2
"""Share of the books that are further editions of another one."""
_CONSONANTS: Final = tuple("bcdghklmnprstv")
_VOWELS: Final = (*"aeiouăâêơư", "ai", "au", "ea", "ia", "oi", "ou")
_GIVEN: Final = ("An", "Anna", "Bao", "Carla", "Chi", "David", "Elena", "Giang", "Hugo", "Jonas")
_PUBLISHERS: Final = ("NXB Trẻ", "Kim Đồng", "Nhã Nam", "Penguin", "Văn học", "Hodder & Co")
_SUBTITLES: Final = ("", "", "", "", ": A Novel", " (Paperback)", ": Tập 2", " (Saga, #3)")


def main() -> None:
    """Write the tables of a large shop."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("directory", type=Path)
    parser.add_argument("--rows", type=int, default=1_000_000, help="rows of orders")
    parser.add_argument("--books", type=int, default=100_000)
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    write_large_shop(options.directory, options.rows, options.books, options.seed)


def write_large_shop(directory: Path, rows: int, books: int, seed: int = 1) -> None:
    """Write ``sach.csv`` (books) and ``don-hang.csv`` (rows of orders)."""
    rng = np.random.default_rng(seed)
    directory.mkdir(parents=True, exist_ok=True)
    isbns = _isbns(rng, books)
    _write(directory / "sach.csv", _books(rng, isbns), "w")
    weights = np.cumsum(1 / np.arange(3, books + 3) ** 0.9)
    readers = max(1, rows // _ROWS_OF_CUSTOMER)
    (directory / "don-hang.csv").unlink(missing_ok=True)
    for begin in range(0, rows, _CHUNK):
        size = min(_CHUNK, rows - begin)
        chosen = np.searchsorted(weights, rng.random(size) * weights[-1])
        sold = isbns.take(pa.array(np.minimum(chosen, books - 1)))
        share = np.arange(begin, begin + size) / rows
        table = _orders(rng, sold, begin, share, readers)
        _write(directory / "don-hang.csv", table, "a" if begin else "w")


def _isbns(rng: np.random.Generator, books: int) -> pa.Array:
    """Different ISBN-13 with their check digits."""
    numbers = rng.permutation(np.unique(rng.integers(10**8, 10**9, books + books // 50 + 50)))[
        :books
    ]
    digits = (numbers[:, None] // 10 ** np.arange(8, -1, -1)) % 10
    # 9, 7 and 8 weigh 1, 3 and 1: 38 together. The other digits weigh 3, 1, 3, …
    checks = -(38 + digits @ np.array([3, 1] * 4 + [3])) % 10
    return _texts((978 * 10**9 + numbers) * 10 + checks)


def _texts(values: NDArray[np.generic]) -> pa.Array:
    return pa.array(values).cast(pa.string())


def _picked(rng: np.random.Generator, words: NDArray[np.object_], size: int) -> NDArray[np.object_]:
    """Words of which the first ones are frequent."""
    return words[(len(words) * rng.random(size) ** 3).astype(np.int64)]


def _books(rng: np.random.Generator, isbns: pa.Array) -> pa.Table:
    n_books = len(isbns)
    syllables = [a + b for a in _CONSONANTS for b in _VOWELS]
    words = np.array([a + b for a in syllables for b in syllables[::3]], dtype=object)
    words = rng.permutation(words)
    n_works = max(1, int(n_books * (1 - _EDITIONS)))
    lengths = rng.integers(1, 5, n_works)
    parts = [_picked(rng, words, n_works) for _ in range(4)]
    titles = np.array(
        [" ".join(row[:n]).title() for *row, n in zip(*parts, lengths.tolist(), strict=True)],
        dtype=object,
    )
    surnames = np.array([word.title() for word in words[: max(20, n_books // 40)]], dtype=object)
    given = np.array(_GIVEN, dtype=object)
    authors = _picked(rng, given, n_works) + " " + _picked(rng, surnames, n_works)
    work = np.concatenate([np.arange(n_works), rng.integers(0, n_works, n_books - n_works)])
    order = rng.permutation(work)
    endings = np.array(_SUBTITLES, dtype=object)
    return pa.table(
        {
            "Mã vạch": isbns,
            "Tên sách": pa.array(titles[order] + endings[rng.integers(0, 8, n_books)]),
            "Tác giả": pa.array(authors[order]),
            "NXB": pa.array(np.array(_PUBLISHERS, dtype=object)[rng.integers(0, 6, n_books)]),
            "Năm XB": _texts(rng.integers(1985, 2024, n_books)),
            "Giá bán": pa.array([f"{price}.000" for price in rng.integers(20, 400, n_books)]),
            "Tồn kho": _texts(rng.integers(0, 60, n_books)),
        }
    )


def _orders(
    rng: np.random.Generator,
    isbns: pa.Array,
    begin: int,
    share: NDArray[np.float64],
    readers: int,
) -> pa.Table:
    rows = np.arange(begin, begin + len(isbns))
    orders = (rows / _ROWS_OF_ORDER).astype(np.int64)
    # The customer follows from the order, so that its rows agree.
    mixed = (orders * 2_654_435_761) % 2**32 / 2**32
    customers = (readers * mixed**2).astype(np.int64)
    minutes = (share * _DAYS * _MINUTES).astype(np.int64)
    times = _START + (minutes // _MINUTES * 1_440 + minutes % _MINUTES).astype("timedelta64[m]")
    return pa.table(
        {
            "Số HĐ": pc.binary_join_element_wise("HD", _texts(orders + 100_000), ""),
            "Ngày bán": pc.strftime(pa.array(times.astype("datetime64[s]")), "%d/%m/%Y %H:%M"),
            "Mã khách": pc.binary_join_element_wise("KH", _texts(customers + 1_000_000), ""),
            "Mã vạch": isbns,
            "SL": _texts(1 + (rng.random(len(isbns)) < 0.05).astype(np.int64)),
            "Thành tiền": _texts(rng.integers(20, 400, len(isbns)) * 1000),
        }
    )


def _write(path: Path, table: pa.Table, mode: str) -> None:
    options = pa_csv.WriteOptions(include_header=mode == "w", delimiter=";", quoting_style="needed")
    with path.open(f"{mode}b") as file:
        pa_csv.write_csv(table, file, options)


if __name__ == "__main__":
    main()
