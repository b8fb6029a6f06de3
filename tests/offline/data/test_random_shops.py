"""Random shops, written in many ways: read back as they were, or refused; never different."""

import json
import sqlite3
import tempfile
import unicodedata
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pandas as pd
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bookrec.errors import DataError
from bookrec.isbn import repair_isbn, to_isbn13
from bookrec.offline.data.import_data import read_data
from bookrec.reader_ids import ReaderIds
from spreadsheet_files import ods, xls, xlsb, xlsx

SECRET = b"secret of a test"

HEADERS = {
    "reader": ["User-ID", "customer_id", "Mã khách hàng", "Mã độc giả", "Mã KH"],
    "book": ["ISBN", "book_id", "Mã sách", "Mã vạch", "sku"],
    "title": ["Book-Title", "title", "Tên sách", "Nhan đề"],
    "author": ["Book-Author", "author", "Tác giả"],
    "rating": ["Book-Rating", "rating", "Điểm", "stars", "Đánh giá"],
    "time": ["Timestamp", "order date", "Ngày bán"],
    "age": ["Age", "Tuổi"],
}
TITLES = ["Emma", "Vụ án", "Dế Mèn phiêu lưu ký", "Fear; and, trembling", 'The "Trial"', "1984"]
AUTHORS = [
    "Jane Austen",
    "Franz Kafka",
    "Tô Hoài",
    "O'Brien, Flann",
    "Nguyễn Nhật Ánh",
    "Đoàn Giỏi",
]
ISBNS = ["0141439513", "080442957X", "0306406152", "0140449132", "0553256564", "034545104X"]
CODES = ["TR-0007", "VN 00012", "SÁCH15", "AB/31", "K-0099", "Đ77"]
SCALES = {5: range(1, 6), 10: range(1, 11), 100: range(40, 101, 5), 50: range(5, 51, 5)}
"""Highest rating → ratings; 50 stands for halves of five, in tenths."""
FIRST_DAY = datetime(2024, 1, 2, tzinfo=UTC)
DATES = ["%Y-%m-%d", "%d/%m/%Y", "%m/%d/%Y", "%Y-%m-%dT%H:%M:%SZ", "%d.%m.%Y", "seconds"]
ENCODINGS = ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "cp1258"]
SHEETS = {"xlsx": xlsx, "ods": ods, "xls": xls, "xlsb": xlsb}


@dataclass(frozen=True)
class Shop:
    """What a shop knows, and how it writes that."""

    books: dict[str, tuple[str, str]]
    readers: dict[str, int]
    rows: list[tuple[str, str, int, int]]
    """Reader, book, rating, day."""
    most: int
    headers: dict[str, str]
    date: str
    joined: bool
    separator: str
    encoding: str
    line_end: str
    kind: str
    comma: bool
    """Whether decimals stand behind a comma."""


@st.composite
def shops(draw):
    """Shops of up to six books and 60 rows."""
    ids = draw(st.sampled_from([ISBNS, [to_isbn13(isbn) for isbn in ISBNS], CODES]))
    n_books = draw(st.integers(4, 6))
    authors = draw(st.permutations(AUTHORS))
    books = dict(zip(ids[:n_books], zip(TITLES, authors, strict=True), strict=False))
    numbers = draw(st.lists(st.integers(1, 99_999), min_size=6, max_size=9, unique=True))
    suffix = draw(st.sampled_from(["", "@example.vn"]))
    readers = {f"{'kh' if suffix else ''}{n}{suffix}": n % 70 + 10 for n in numbers}
    most = draw(st.sampled_from(list(SCALES)))
    pairs = draw(
        st.lists(
            st.tuples(st.sampled_from(list(readers)), st.sampled_from(list(books))),
            min_size=draw(st.sampled_from([1, 20, 24])),
            max_size=24,
            unique=True,
        )
    )
    ratings = st.sampled_from(SCALES[most])
    rows = [(*pair, draw(ratings), draw(st.integers(0, 600))) for pair in pairs]
    headers = {field: draw(st.sampled_from(names)) for field, names in HEADERS.items()}
    date = draw(st.sampled_from(DATES))
    if date == "%m/%d/%Y":
        headers["time"] = "order date"  # Vietnamese dates have the day first
    return Shop(
        books,
        readers,
        rows,
        most,
        headers,
        date,
        draw(st.booleans()),
        draw(st.sampled_from([",", ";", "\t", "|"])),
        draw(st.sampled_from(ENCODINGS)),
        draw(st.sampled_from(["\n", "\r\n"])),
        draw(st.sampled_from(["csv", "csv", "csv", "jsonl", "json", "parquet", "db", *SHEETS])),
        draw(st.booleans()),
    )


def rating_text(shop, rating):
    if shop.most != 50:
        return str(rating)
    return f"{rating / 10:g}".replace(".", "," if shop.comma else ".")


def encode(text, encoding):
    """Bytes of a text; Vietnamese of windows-1258 has its tones behind the vowels."""
    if encoding != "cp1258":
        mark = b"\xff\xfe" if encoding == "utf-16-le" else b""
        return mark + text.encode(encoding)
    tones = "\u0300\u0301\u0303\u0309\u0323"
    parts = [unicodedata.normalize("NFD", letter) for letter in text]
    split = [
        unicodedata.normalize("NFC", "".join(c for c in part if c not in tones))
        + "".join(c for c in part if c in tones)
        for part in parts
    ]
    return "".join(split).encode("cp1258")


def day_text(shop, day):
    moment = FIRST_DAY + timedelta(days=day)
    return str(int(moment.timestamp())) if shop.date == "seconds" else moment.strftime(shop.date)


def tables(shop):
    """The shop's tables as frames of texts."""
    name = shop.headers
    books = pd.DataFrame(
        [(code, *texts) for code, texts in shop.books.items()],
        columns=[name["book"], name["title"], name["author"]],
    )
    rows = pd.DataFrame(
        [(r, b, rating_text(shop, rating), day_text(shop, day)) for r, b, rating, day in shop.rows],
        columns=[name["reader"], name["book"], name["rating"], name["time"]],
    )
    readers = pd.DataFrame(
        [(reader, str(age)) for reader, age in shop.readers.items()],
        columns=[name["reader"], name["age"]],
    )
    if shop.joined:
        return {"all": rows.merge(books, on=name["book"]), "people": readers}
    return {"goods": books, "sales": rows, "people": readers}


def write(shop, directory):
    frames = tables(shop)
    if shop.kind == "db":
        with closing(sqlite3.connect(directory / "shop.db")) as connection:
            for name, frame in frames.items():
                frame.to_sql(name, connection, index=False)
            connection.commit()
        return
    if shop.kind in SHEETS:
        sheets = {name: [list(f), *f.to_numpy().tolist()] for name, f in frames.items()}
        (directory / f"shop.{shop.kind}").write_bytes(SHEETS[shop.kind](sheets))
        return
    for name, frame in frames.items():
        path = directory / f"{name}.{shop.kind}"
        if shop.kind == "csv":
            text = frame.to_csv(index=False, sep=shop.separator, lineterminator=shop.line_end)
            path.write_bytes(encode(text, shop.encoding))
        elif shop.kind == "json":
            path.write_text(json.dumps(frame.to_dict("records")), encoding="utf-8")
        elif shop.kind == "jsonl":
            lines = (json.dumps(row, ensure_ascii=False) for row in frame.to_dict("records"))
            path.write_bytes("\n".join(lines).encode())
        else:
            frame.to_parquet(path)


def expected_rows(shop, rating_max):
    """(reader, book, rating as stored, seconds) of each row."""
    ids = dict(id_pairs(shop))
    day = int(FIRST_DAY.timestamp())
    return sorted(
        (
            ids[reader],
            repair_isbn(book)[0],
            max(1, (2 * rating * rating_max + shop.most) // (2 * shop.most)),
            day + number * 86_400,
        )
        for reader, book, rating, number in shop.rows
    )


def id_pairs(shop):
    names = list(shop.readers)
    normal = ReaderIds(SECRET).normalise_column(names)
    return [(name, user_id) for name, (user_id, _) in zip(names, normal, strict=True)]


def read_rows(dataset):
    rows = dataset.interactions
    users = dataset.readers["user_id"].iloc[rows["reader_idx"]]
    isbns = dataset.books["isbn"].iloc[rows["book_idx"]]
    return sorted(zip(users, isbns, rows["rating"].tolist(), rows["timestamp"], strict=True))


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(shops())
def test_a_shop_is_read_as_it_was_written_or_refused(shop):
    with tempfile.TemporaryDirectory() as name:
        directory = Path(name)
        write(shop, directory)
        try:
            result = read_data(directory, secret=lambda: SECRET)
        except DataError:
            return
    dataset = result.dataset
    assert read_rows(dataset) == expected_rows(shop, dataset.rating_max)
    sold = {book for _, book, _, _ in shop.rows}
    known = {
        repair_isbn(code)[0]: texts
        for code, texts in shop.books.items()
        if code in sold or not shop.joined
    }
    texts = zip(dataset.books["title"], dataset.books["author"], strict=True)
    assert dict(zip(dataset.books["isbn"], texts, strict=True)) == known
    ages = dict(zip(dataset.readers["user_id"], dataset.readers["age"], strict=True))
    ids = dict(id_pairs(shop))
    assert ages == {ids[reader]: age for reader, age in shop.readers.items()}
