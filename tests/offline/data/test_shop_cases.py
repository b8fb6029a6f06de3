"""Tables as shops and notebooks really have them: read right, or refused with a sentence."""

import json
import sqlite3
import unicodedata
import zipfile

import pandas as pd
import pytest

from bookrec.errors import DataError
from bookrec.offline.data.import_data import ImportOptions, read_data

BOOKS = "ISBN,Book-Title,Book-Author\n0141439513,Emma,Jane Austen\n080442957X,Vụ án,Franz Kafka\n"
RATINGS = "User-ID,ISBN,Book-Rating\n4,0141439513,9\n7,080442957X,0\n7,0141439513,6\n"
USERS = "User-ID,Location,Age\n4,đà lạt,34\n7,vinh,\n"
RATED = ["4,0141439513,9", "7,080442957X,8"]
PLAIN = {"Books.csv": BOOKS, "Ratings.csv": RATINGS, "Users.csv": USERS}
PLAIN_ROWS = [("4", "0141439513", 9), ("7", "0141439513", 6), ("7", "080442957X", 0)]


def with_ratings(*rows, header="User-ID,ISBN,Book-Rating", books=BOOKS):
    return {"Books.csv": books, "Ratings.csv": "\n".join([header, *rows]) + "\n"}


def with_books(*rows, header="ISBN,Book-Title,Book-Author", ratings=()):
    return {
        "Books.csv": "\n".join([header, *rows]) + "\n",
        "Ratings.csv": "\n".join(["User-ID,ISBN,Book-Rating", *ratings]) + "\n",
    }


def encoded(encoding, files=PLAIN):
    return {name: text.encode(encoding) for name, text in files.items()}


def cp1258(text):
    """Vietnamese of windows-1258: marks of tone stand behind their vowels."""
    tones = "\u0300\u0301\u0303\u0309\u0323"
    parts = [unicodedata.normalize("NFD", c) for c in unicodedata.normalize("NFC", text)]
    split = [
        unicodedata.normalize("NFC", "".join(c for c in part if c not in tones))
        + "".join(c for c in part if c in tones)
        for part in parts
    ]
    return "".join(split).encode("cp1258")


VIETNAMESE_BOOKS = (
    "ISBN,Book-Title,Book-Author\n0141439513,Lặng lẽ Sa Pa,Nguyễn Thành Long\n"
    "080442957X,Những ngày thơ ấu,Nguyên Hồng\n"
)

CASES = {
    # Headers, separators, shapes of files.
    "order export": (
        {
            "hoa_don.csv": "\ufeffSố hóa đơn;Ngày bán;SĐT khách;Mã vạch;Tên sách;Tác giả;SL;Đơn giá\n"
            "B1;17/03/2025;KH9;0141439513;Emma;Jane Austen;1;92.000\n"
            "B1;17/03/2025;KH9;VN-0042;Dế mèn;Tô Hoài;3;41.500\n"
            "B2;18/03/2025;KH5;0141439513;Emma;Jane Austen;1;92.000\n"
        },
        [("KH5", "0141439513", 0), ("KH9", "0141439513", 0), ("KH9", "VN-0042", 0)],
    ),
    "Vietnamese headers": (
        {
            "sach.csv": "Mã sách,Nhan đề,Tác giả,Năm XB,NXB\n0141439513,Emma,Jane Austen,2019,Trẻ\n",
            "diem.csv": "Mã độc giả,Mã sách,Điểm\n12,0141439513,7\n",
            "doc_gia.csv": "Mã độc giả,Địa chỉ,Tuổi\n12,Cà Mau,51\n",
        },
        [("12", "0141439513", 7)],
    ),
    "no rating column": (
        with_ratings("4,0141439513", "7,080442957X", header="User-ID,ISBN"),
        [("4", "0141439513", 0), ("7", "080442957X", 0)],
    ),
    "blank ratings": (
        with_ratings("4,0141439513,", "7,080442957X,", "7,0141439513,8"),
        [("4", "0141439513", 0), ("7", "0141439513", 8), ("7", "080442957X", 0)],
    ),
    "semicolons": (
        {name: text.replace(",", ";") for name, text in PLAIN.items()},
        PLAIN_ROWS,
    ),
    "tabs": ({name: text.replace(",", "\t") for name, text in PLAIN.items()}, PLAIN_ROWS),
    "other letter case of names": (
        {name.lower(): text for name, text in PLAIN.items()},
        PLAIN_ROWS,
    ),
    "BX names with commas": (
        {
            "BX-Books.csv": BOOKS,
            "BX-Book-Ratings.csv": RATINGS,
            "BX-Users.csv": USERS,
        },
        PLAIN_ROWS,
    ),
    "nested folder": ({f"archive/{name}": text for name, text in PLAIN.items()}, PLAIN_ROWS),
    "own names": (
        {"hang.csv": BOOKS, "cham diem.csv": RATINGS, "nguoi.csv": USERS},
        PLAIN_ROWS,
    ),
    "dirty headers": (
        PLAIN | {"Books.csv": BOOKS.replace("Book-Title", " Book Title\u00a0").replace("-A", ".A")},
        PLAIN_ROWS,
    ),
    "index column": (
        PLAIN
        | {
            "Books.csv": "".join(
                f"{n - 1 if n else ''},{line}\n" for n, line in enumerate(BOOKS.splitlines())
            )
        },
        PLAIN_ROWS,
    ),
    "sep line": ({name: f"sep=,\n{text}" for name, text in PLAIN.items()}, PLAIN_ROWS),
    "carriage returns only": (
        {name: text.replace("\n", "\r") for name, text in PLAIN.items()},
        PLAIN_ROWS,
    ),
    "trailing commas": (
        {name: text.replace("\n", ",\n") for name, text in PLAIN.items()},
        PLAIN_ROWS,
    ),
    "blanks after commas": (
        {name: text.replace(",", ", ") for name, text in PLAIN.items()},
        PLAIN_ROWS,
    ),
    "inner quotes": (
        with_books(
            '0141439513,"Emma, or "How to" match",Jane Austen',
            "080442957X,Vụ án,Franz Kafka",
            ratings=["4,0141439513,9"],
        ),
        [("4", "0141439513", 9)],
    ),
    "UTF-16": (encoded("utf-16"), PLAIN_ROWS),
    "windows-1258": (
        PLAIN | {"Books.csv": VIETNAMESE_BOOKS, "Users.csv": USERS},
        PLAIN_ROWS,
    ),
    "no author": (
        with_books(
            "0141439513,Emma",
            "080442957X,Vụ án",
            header="ISBN,Book-Title",
            ratings=["4,0141439513,9"],
        ),
        [("4", "0141439513", 9)],
    ),
    "no file of readers": ({"Books.csv": BOOKS, "Ratings.csv": RATINGS}, PLAIN_ROWS),
    "header only": (PLAIN | {"Ratings.csv": "User-ID,ISBN,Book-Rating\n"}, "no rows"),
    "pointers of Git LFS": (
        dict.fromkeys(
            PLAIN,
            "version https://git-lfs.github.com/spec/v1\n"
            "oid sha256:6f3fb1cfe0cd2f7d7e6ab8a4d9aa37a5a0b6c2fc7c0a3f1f7d3b0f9c5e1d2a4b\n"
            "size 31415926\n",
        ),
        "Git LFS pointer",
    ),
    # Ids of books.
    "ISBN-13 with hyphens and blanks": (
        with_books(
            "978-0-14-143951-8,Emma,Jane Austen",
            "8935095628384,Lịch để bàn,",
            ratings=["4,9780141439518,9", "7,978 0 14 143951 8,6", "7,8935095628384,0"],
        ),
        [("4", "0141439513", 9), ("7", "0141439513", 6), ("7", "8935095628384", 0)],
    ),
    "two columns of ISBNs": (
        with_books(
            "0141439513,9780141439518,Emma,Jane Austen",
            ",9780804429573,Vụ án,Franz Kafka",
            header="ISBN,ISBN13,Book-Title,Book-Author",
            ratings=["4,9780141439518,9", "7,080442957X,7"],
        ),
        [("4", "0141439513", 9), ("7", "080442957X", 7)],
    ),
    "the same header twice": (
        with_books(
            "0141439513,9780141439518,Emma,Jane Austen",
            header="ISBN,ISBN,Book-Title,Book-Author",
            ratings=["4,9780141439518,9", "7,0141439513,7"],
        ),
        [("4", "0141439513", 9), ("7", "0141439513", 7)],
    ),
    "own codes": (
        with_books(
            "TRUYỆN07,A,X",
            "ab 00031,B,Y",
            "ab/00032,C,Z",
            "#9,D,W",
            "Đ-3,E,V",
            "00027,F,U",
            ratings=[
                *("4,TRUYỆN07,9", "4,ab 00031,8", "4,ab/00032,7"),
                *("4,#9,6", "4,Đ-3,5", "4,00027,4", "7,27,3"),
            ],
        ),
        [
            *(("4", "#9", 6), ("4", "00027", 4), ("4", "AB 00031", 8), ("4", "AB/00032", 7)),
            *(("4", "TRUYỆN07", 9), ("4", "Đ-3", 5), ("7", "00027", 3)),
        ],
    ),
    "ISBNs in scientific notation": (
        with_books("9.78014E+12,Emma,Jane Austen", ratings=["4,9.78014E+12,9"]),
        "isbn_ruined_by_spreadsheet",
    ),
    "ISBNs without their zeros": (
        with_books(
            "141439513,Emma,Jane Austen",
            "080442957X,Vụ án,Franz Kafka",
            ratings=["4,0141439513,9", "7,141439513.0,7", "7,80442957X,8"],
        ),
        [("4", "0141439513", 9), ("7", "0141439513", 7), ("7", "080442957X", 8)],
    ),
    "formulas": (
        with_books(
            '"=""0141439513""",Emma,Jane Austen',
            '"=""""",Không mã,Ai',
            ratings=['4,"=""0141439513""",9'],
        ),
        [("4", "0141439513", 9)],
    ),
    "an ISBN used again": (
        with_books(
            "0141439513,Emma,Jane Austen",
            "0141439513,Tắt đèn,Ngô Tất Tố",
            ratings=["4,0141439513,9"],
        ),
        [("4", "0141439513", 9)],
    ),
    # Ids of readers.
    "decimal points": (
        with_ratings("31.0,0141439513,9", "32.0,080442957X,8", "31,080442957X,7"),
        [("31", "0141439513", 9), ("31", "080442957X", 7), ("32", "080442957X", 8)],
    ),
    "Arabic digits": (
        with_ratings("4,٠١٤١٤٣٩٥١٣,٩", "7,080442957X,8"),
        [("4", "0141439513", 9), ("7", "080442957X", 8)],
    ),
    "invisible characters": (
        with_ratings("4\u200b,0141439513\u200e,9", "4,080442957X,8"),
        [("4", "0141439513", 9), ("4", "080442957X", 8)],
    ),
    # Ratings and times.
    "halves of ten": (
        with_ratings("4,0141439513,7.5", "7,080442957X,8.0", '7,0141439513,"9,0"'),
        [("4", "0141439513", 8), ("7", "0141439513", 9), ("7", "080442957X", 8)],
    ),
    "few ratings up to five": (
        with_ratings("4,0141439513,5", "7,080442957X,3"),
        "five stars or a scale of 10; write which",
    ),
    "a scale of 100": (
        with_ratings("4,0141439513,85", "7,080442957X,70", "7,0141439513,99"),
        [("4", "0141439513", 9), ("7", "0141439513", 10), ("7", "080442957X", 7)],
    ),
    "files of two scales": (
        {
            "Books.csv": BOOKS,
            **{
                name: "user,isbn,rating\n"
                + "".join(f"{name}{n},080442957X,{1 + n % most}\n" for n in range(40))
                for name, most in (("five.csv", 5), ("ten.csv", 10))
            },
        },
        "the ratings of five.csv are of 5, those of ten.csv of 10; import one of them first",
    ),
    "words": (
        with_ratings("4,0141439513,rất thích", "7,080442957X,không thích"),
        [("4", "0141439513", 5), ("7", "080442957X", 2)],
    ),
    "dates of several shapes": (
        with_ratings(
            *("4,0141439513,8,2025-03-17", "7,080442957X,9,17/03/2025 09:15"),
            *("4,080442957X,7,1742169600", "7,0141439513,6,1742169600000"),
            header="User-ID,ISBN,Book-Rating,Timestamp",
        ),
        [
            *(("4", "0141439513", 8), ("4", "080442957X", 7)),
            *(("7", "0141439513", 6), ("7", "080442957X", 9)),
        ],
    ),
    "dates of both orders": (
        with_ratings(
            *("4,0141439513,8,03/04/2025", "7,080442957X,9,05/06/2025"),
            header="User-ID,ISBN,Book-Rating,Timestamp",
        ),
        "fit both orders; write which part comes first",
    ),
    "cancelled orders": (
        {
            "orders.csv": "order_id,order_date,status,customer_id,item_name,item_sku,item_quantity\n"
            "7,2024-05-13,completed,71,Emma,0141439513,1\n8,2024-05-14,Refunded,72,Emma,0141439513,2\n"
            "9,2024-05-20,cancelled,71,Emma,0141439513,1\n9,2024-05-20,,71,Vụ án,080442957X,1\n"
            "10,2024-05-21,returned,72,Vụ án,080442957X,1\n"
            "11,2024-05-22,pending,73,Vụ án,080442957X,1\n"
        },
        [("71", "0141439513", 0), ("73", "080442957X", 0)],
    ),
    "loans and returns of a library": (
        {
            "loans.csv": "borrower_id,barcode,event,event date\n"
            "B7,0141439513,checkout,2024-05-13\nB7,0141439513,return,2024-05-20\n"
            "B9,080442957X,checkout,2024-06-01\n",
            "books.csv": BOOKS,
        },
        [("B7", "0141439513", 0), ("B9", "080442957X", 0)],
    ),
    "loans that say returned": (
        {
            "loans.csv": "member id,isbn,loan date,status\n5,0141439513,2024-05-13,returned\n"
            "8,080442957X,2024-06-01,active\n",
            "books.csv": BOOKS,
        },
        [("5", "0141439513", 0), ("8", "080442957X", 0)],
    ),
    "titles of reviews": (
        {
            "products.csv": "product_id,title,authors\nP1,Emma,Jane Austen\n",
            "comments.csv": "product_id,comment_id,title,customer_id,rating\n"
            "P1,31,Cực kì hài lòng,8,9\nP1,32,Bình thường,5,6\nP2,33,Rất vui,8,10\n",
        },
        [("5", "P1", 6), ("8", "P1", 9)],
    ),
    "descriptions of goods": (
        {
            "sales.csv": "InvoiceNo,StockCode,Description,Quantity,CustomerID,Country\n"
            "501,0141439513,Emma,1,17,VN\n502,080442957X,Vụ án,2,19,VN\n503,080442957X,Vụ án,1,,VN\n"
        },
        [("17", "0141439513", 0), ("19", "080442957X", 0)],
    ),
    "books alone": (
        {"Books.csv": BOOKS.replace("Book-Author", "Rating").replace("Jane Austen", "4.31")},
        "Books.csv lists books, and no table says who read or bought them",
    ),
    "a column for each book": (
        {
            "survey.csv": "Timestamp,Your name?,Emma?,Vụ án?,Tắt đèn?\n5/31/2017 14:12,An,4,,5\n"
            "6/5/2017 9:19,Bình,Did not read,2,3\n6/6/2017 9:19,Chi,5,Did not read,1\n"
        },
        "survey.csv seems to have a column for each book",
    ),
    "orders and books": (
        {
            "orders.csv": "order_id,customer_id,isbn,quantity,order_date\n"
            "61,c8,9780141439518,2,2025-03-17\n62,c3,9780804429573,1,2025-03-18\n",
            "books.csv": "isbn,title,author,price\n9780141439518,Emma,Jane Austen,92000\n"
            "9780804429573,Vụ án,Franz Kafka,61000\n",
        },
        [("c3", "080442957X", 0), ("c8", "0141439513", 0)],
    ),
}
CASES["windows-1258"] = (
    {name: cp1258(text) for name, text in CASES["windows-1258"][0].items()},
    PLAIN_ROWS,
)


def write(directory, files):
    for name, content in files.items():
        path = directory / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return directory


def read(source):
    return read_data(source, ImportOptions(accept_loss=True))


def interactions(dataset):
    """(user_id, isbn, rating) of each interaction, sorted."""
    rows = dataset.interactions
    users = dataset.readers["user_id"].iloc[rows["reader_idx"]]
    isbns = dataset.books["isbn"].iloc[rows["book_idx"]]
    return sorted(zip(users, isbns, rows["rating"].tolist(), strict=True))


@pytest.mark.parametrize(("files", "expected"), CASES.values(), ids=CASES)
def test_a_shop_is_read_or_refused(tmp_path, files, expected):
    source = write(tmp_path / "raw", files)
    if isinstance(expected, str):
        with pytest.raises(DataError) as raised:
            read(source)
        assert expected in str(raised.value)
        assert "\n" not in str(raised.value)
        return
    assert interactions(read(source).dataset) == expected


def frames():
    """The plain tables as frames of texts, "" where a cell is blank."""
    tables = {name.removesuffix(".csv"): text.splitlines() for name, text in PLAIN.items()}
    return {
        name: pd.DataFrame([row.split(",") for row in rows], columns=header.split(","))
        for name, (header, *rows) in tables.items()
    }


def test_json_lines(tmp_path):
    for name, frame in frames().items():
        rows = frame.replace("", None).to_dict("records")
        lines = (json.dumps(row, ensure_ascii=False) for row in rows)
        (tmp_path / f"{name}.jsonl").write_text("\n".join(lines), encoding="utf-8")
    assert interactions(read(tmp_path).dataset) == PLAIN_ROWS


def test_sqlite(tmp_path):
    with sqlite3.connect(tmp_path / "shop.db") as connection:
        for name, frame in frames().items():
            frame.to_sql(name, connection, index=False)
    connection.close()
    assert interactions(read(tmp_path / "shop.db").dataset) == PLAIN_ROWS


def test_parquet_with_numbers(tmp_path):
    for name, frame in frames().items():
        numbers = {"User-ID": "int64", "Book-Rating": "float64"}
        known = {column: kind for column, kind in numbers.items() if column in frame}
        frame.astype(known).to_parquet(tmp_path / f"{name}.parquet")
    assert interactions(read(tmp_path).dataset) == PLAIN_ROWS


def test_a_zip_with_backslashes(tmp_path):
    with zipfile.ZipFile(tmp_path / "shop.zip", "w") as archive:
        for name, text in PLAIN.items():
            archive.writestr(zipfile.ZipInfo(f"xuat\\{name}"), text)
    assert interactions(read(tmp_path / "shop.zip").dataset) == PLAIN_ROWS


@pytest.mark.parametrize(
    ("spellings", "prefix"),
    [
        (["binh.tran@example.vn", "Binh.Tran@Example.vn "], "mail:"),
        (["0934 111 222", "+84934111222", "0934.111.222", "0934111222"], "phone:"),
        (["Trần Thị Bưởi", unicodedata.normalize("NFD", "Trần Thị Bưởi")], "Trần Thị Bưởi"),
    ],
)
def test_spellings_of_a_reader_are_one_reader(tmp_path, spellings, prefix):
    rows = [f"{spelling},0141439513,{9 - n}" for n, spelling in enumerate(spellings)]
    dataset = read(write(tmp_path, with_ratings(*rows, "7,080442957X,8"))).dataset
    assert dataset.n_readers == 2
    (user,) = (user for user, isbn, _ in interactions(dataset) if isbn == "0141439513")
    assert user.startswith(prefix)


def test_years_ages_and_unknown_authors(tmp_path):
    files = {
        "Books.csv": "ISBN,Book-Title,Book-Author,Year-Of-Publication\n"
        "0141439513,Emma,Không rõ tác giả,2021 (tái bản)\n080442957X,Vụ án,Franz Kafka,03/2019\n",
        "Ratings.csv": RATINGS,
        "Users.csv": "User-ID,Location,Age\n4,vinh,25-31\n7,huế,41 tuổi\n",
    }
    dataset = read(write(tmp_path, files)).dataset
    assert dataset.books["author"].tolist() == ["", "Franz Kafka"]
    assert dataset.books["year"].tolist() == [2021, 2019]
    assert dataset.readers["age"].tolist() == [28, 41]


def test_lists_of_a_program_are_texts(tmp_path):
    rows = (
        '0141439513,Emma,"[\'Jane Austen\', ""Flann O\'Brien""]","[\'Cổ điển\', \'Tình yêu\']"',
        "080442957X,[sic],[Kafka],[]",
    )
    header = "ISBN,Book-Title,Book-Author,genres"
    dataset = read(write(tmp_path, with_books(*rows, header=header, ratings=RATED))).dataset
    assert dataset.books["author"].tolist() == ["Jane Austen, Flann O'Brien", "[Kafka]"]
    assert dataset.books["title"].tolist() == ["Emma", "[sic]"]
    assert dataset.details["category"].tolist() == ["Cổ điển, Tình yêu"]
    assert dataset.manifest["files"]["Books.csv"]["repaired"]["list_unwrapped"] == 3


def test_walk_in_customers_are_no_readers(tmp_path):
    dataset = read(write(tmp_path, CASES["descriptions of goods"][0])).dataset
    assert dataset.readers["user_id"].tolist() == ["17", "19"]
    accounts = dataset.manifest["files"]
    assert accounts["sales.csv (readers)"]["rejected"] == {"walk_in_customer": 1}
    assert accounts["sales.csv (rows)"]["rejected"] == {"walk_in_customer": 1}


def test_titles_of_reviews_are_not_those_of_books(tmp_path):
    dataset = read(write(tmp_path, CASES["titles of reviews"][0])).dataset
    assert dataset.books[["isbn", "title"]].to_numpy().tolist() == [["P1", "Emma"]]


def test_times_of_several_shapes_are_seconds(tmp_path):
    dataset = read(write(tmp_path, CASES["dates of several shapes"][0])).dataset
    seconds = dict(zip(interactions(dataset), dataset.interactions["timestamp"], strict=True))
    assert seconds == {
        ("4", "0141439513", 8): 1742169600,
        ("4", "080442957X", 7): 1742169600,
        ("7", "0141439513", 6): 1742169600,
        ("7", "080442957X", 9): 1742202900,
    }


def test_an_isbn_used_again_is_two_books(tmp_path):
    books = read(write(tmp_path, CASES["an ISBN used again"][0])).dataset.books
    assert books[["isbn", "title"]].to_numpy().tolist() == [
        ["0141439513", "Emma"],
        ["0141439513~2", "Tắt đèn"],
    ]


def test_vietnamese_of_windows_1258_is_read_as_it_was(tmp_path):
    books = read(write(tmp_path, CASES["windows-1258"][0])).dataset.books
    assert books["title"].tolist() == ["Lặng lẽ Sa Pa", "Những ngày thơ ấu"]
    assert books["author"].tolist() == ["Nguyễn Thành Long", "Nguyên Hồng"]
