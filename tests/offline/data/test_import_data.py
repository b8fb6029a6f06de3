"""Imports of small well-known sources, and every way in which a source can be wrong."""

import bz2
import gzip
import json
import lzma
import zipfile

import pandas as pd
import pytest

from bookrec.errors import DataError
from bookrec.files import read_pointer
from bookrec.offline.data.dataset import load_dataset
from bookrec.offline.data.import_data import ImportOptions, import_data
from bookrec.offline.data.read_source import Undecided
from bookrec.settings import Home

BOOK_CROSSING = {
    "Users.csv": """User-ID,Location,Age
10,"hà nội, vietnam",34.0
9,"århus, \\n/a\\"", denmark""\",
11,"cernusco s
, milan, italy",30.0
12,x,20,too many
""",
    "Books.csv": """ISBN,Book-Title,Book-Author,Year-Of-Publication,Publisher,Image-URL-M
080442957x,The Trial,Franz Kafka,1998,Holt &amp; Co,http://images.example/1.jpg
0553256564,Die SÃ?Â¤ulen,"Follett, Ken",0,,
034545104X,"Flesh, Blood",M. J. Rose,2002,Ballantine,
""",
    "Ratings.csv": """User-ID,ISBN,Book-Rating
10,9780804429573,0
10,080442957X,8
9,0553256564,0
9,0553256564,-2
77,034545104X,5
77,1111111111,5
10
""",
}

OF_2005 = {
    "BX-Users.csv": (
        b'"User-ID";"Location";"Age"\n"10";"hanoi, vietnam";"34"\n'
        b'"9";"\xe5rhus, \\"n/a\\", denmark";NULL\n"11";"milan, italy";"30"\n'
    ),
    "BX-Books.csv": (
        b'"ISBN";"Book-Title";"Book-Author";"Year-Of-Publication";"Publisher";"Image-URL-M"\r\n'
        b'"080442957X";"The \\"Trial\\"";"Franz Kafka";"1998";"Holt &amp; Co";"http://i.example/1"\r\n'
        b'"0553256564";"Die S\xe4ulen";"Ken Follett";"0";"";""\r\n'
    ),
    "BX-Book-Ratings.csv": b'"User-ID";"ISBN";"Book-Rating"\n"10";"080442957X";"8"\n'
    b'"9";"0553256564";"0"\n',
}

GOODBOOKS = {
    "books.csv": """book_id,isbn,isbn13,authors,original_publication_year,title,work_ratings_count,\
image_url
1,439023483,9.78043902348e+12,Suzanne Collins,2008.0,"The Hunger Games",70,https://i.example/1.jpg
2,,,Homer,-750.0,The Odyssey,5,https://s.gr-assets.com/assets/nophoto/book/1.png
3,123456780,,Nobody,1999.0,Wrong,4,https://i.example/3.jpg
4,080442957X,,Franz Kafka,1998.0,The Trial,3,
""",
    "ratings.csv": "user_id,book_id,rating\n20,1,5\n3,2,1\n3,4,4\n3,9,4\n3,1,6\n",
}

MOVIELENS = {
    "u.user": "1|24|M|technician|85711\n2|53|F|other|94043\n",
    "u.item": "1|Toy Story (1995)|01-Jan-1995||http://u|" + "|".join("0" * 19) + "\n"
    "20|Misérables, Les (1998)|01-Jan-1998||http://u|" + "|".join("0" * 19) + "\n"
    "3|unknown||||" + "|".join("0" * 19) + "\n",
    "u.data": "2\t20\t3\t881250949\n1\t3\t1\t891717742\n1\t99\t1\t891717742\n",
}


ACCEPT = ImportOptions(accept_loss=True)
"""The files above lose more than a real source may, to show every rule."""


def write(directory, files, encoding="utf-8"):
    directory.mkdir(exist_ok=True)
    for name, content in files.items():
        data = content if isinstance(content, bytes) else content.encode(encoding)
        (directory / name).write_bytes(data)
    return directory


def interactions(dataset):
    """(user_id, isbn, rating) of each interaction, in order."""
    rows = dataset.interactions
    users = dataset.readers["user_id"].iloc[rows["reader_idx"]]
    isbns = dataset.books["isbn"].iloc[rows["book_idx"]]
    return list(zip(users, isbns, rows["rating"].tolist(), strict=True))


def test_book_crossing_of_the_2020s(tmp_path):
    home = Home(tmp_path / "home")
    result = import_data(home, write(tmp_path / "raw", BOOK_CROSSING), ACCEPT)
    dataset = load_dataset(home)
    assert dataset.manifest == result.dataset.manifest
    assert dataset.readers["user_id"].tolist() == ["9", "10", "11", "77"]
    assert dataset.readers["age"].tolist() == [pd.NA, 34, 30, pd.NA]
    assert dataset.readers["location"].tolist() == [
        'århus, "n/a", denmark',
        "hà nội, vietnam",
        "cernusco s , milan, italy",
        "",
    ]
    assert dataset.books["isbn"].tolist() == ["034545104X", "0553256564", "080442957X"]
    assert dataset.books["title"].tolist() == ["Flesh, Blood", "Die Säulen", "The Trial"]
    assert dataset.books["publisher"].tolist() == ["Ballantine", "", "Holt & Co"]
    assert dataset.books["year"].tolist() == [2002, pd.NA, 1998]
    assert interactions(dataset) == [
        ("9", "0553256564", 0),
        ("10", "080442957X", 8),
        ("77", "034545104X", 5),
    ]
    assert dataset.manifest["sample"] is False
    assert (dataset.rating_max, dataset.manifest["layout"]) == (10, "book-crossing")

    # Rejected rows name physical lines, also below a row of two lines.
    rejected = pd.read_csv(home.datasets / dataset.dataset_id / "rejected.csv.gz", dtype="str")
    assert rejected.to_numpy().tolist() == [
        ["Users.csv", "6", "wrong_field_count", "12,x,20,too many"],
        ["Ratings.csv", "2", "duplicate", "10,9780804429573,0"],
        ["Ratings.csv", "5", "rating_out_of_range", "9,0553256564,-2"],
        ["Ratings.csv", "7", "book_not_in_catalogue", "77,1111111111,5"],
        ["Ratings.csv", "8", "wrong_field_count", "10"],
    ]
    accounts = dataset.manifest["files"]
    assert {n: (a["rows_read"], a["rows_kept"]) for n, a in accounts.items()} == {
        "Users.csv": (4, 3),
        "Books.csv": (3, 3),
        "Ratings.csv": (7, 3),
    }
    assert accounts["Users.csv"]["repaired"] == {
        "line_break_inside_field": 1,
        "escaped_quotes_restored": 1,
        "reader_added_from_ratings": 1,
    }


def test_book_crossing_of_2005(tmp_path):
    home = Home(tmp_path / "home")
    dataset = import_data(home, write(tmp_path / "raw", OF_2005)).dataset
    assert dataset.manifest["layout"] == "book-crossing"
    assert dataset.dataset_id.startswith("bx-")
    assert dataset.readers["user_id"].tolist() == ["9", "10", "11"]
    assert dataset.readers["location"].iat[0] == 'århus, "n/a", denmark'
    assert dataset.readers["age"].tolist() == [pd.NA, 34, 30]
    assert dataset.books["title"].tolist() == ["Die Säulen", 'The "Trial"']
    assert interactions(dataset) == [("9", "0553256564", 0), ("10", "080442957X", 8)]


def test_goodbooks(tmp_path):
    dataset = import_data(
        Home(tmp_path / "home"), write(tmp_path / "raw", GOODBOOKS), ACCEPT
    ).dataset
    # Leading zero put back; missing and impossible ISBNs replaced by the source's own id.
    assert dataset.books["isbn"].tolist() == ["0439023483", "080442957X", "gb:2", "gb:3"]
    assert dataset.books["year"].tolist() == [2008, 1998, pd.NA, 1999]
    assert dataset.books["image_url"].tolist() == [
        "https://i.example/1.jpg",
        "",
        "",
        "https://i.example/3.jpg",
    ]
    assert dataset.readers["user_id"].tolist() == ["3", "20"]
    assert interactions(dataset) == [
        ("3", "080442957X", 4),
        ("3", "gb:2", 1),
        ("20", "0439023483", 5),
    ]
    assert dataset.rating_max == 5
    assert dataset.manifest["files"]["ratings.csv"]["rejected"] == {
        "rating_out_of_range": 1,
        "book_not_in_catalogue": 1,
    }


def test_movielens(tmp_path):
    raw = write(tmp_path / "raw", MOVIELENS, encoding="latin-1")
    dataset = import_data(Home(tmp_path / "home"), raw, ACCEPT).dataset
    assert dataset.books[["isbn", "title"]].to_numpy().tolist() == [
        ["ml:1", "Toy Story"],
        ["ml:20", "Misérables, Les"],
        ["ml:3", "unknown"],
    ]
    assert dataset.books["year"].tolist() == [1995, 1998, pd.NA]
    assert dataset.work_of_book.tolist() == [0, 1, 2]
    assert dataset.readers["age"].tolist() == [24, 53]
    assert interactions(dataset) == [("1", "ml:3", 1), ("2", "ml:20", 3)]
    assert dataset.interactions["timestamp"].tolist() == [891717742, 881250949]
    assert dataset.ratings10().tolist() == [2, 6]


def test_compression_zips_and_folders_inside_them_change_nothing(tmp_path):
    plain = import_data(
        Home(tmp_path / "home"), write(tmp_path / "raw", BOOK_CROSSING), ACCEPT
    ).dataset
    content = {name: text.encode() for name, text in BOOK_CROSSING.items()}
    member = tmp_path / "member.zip"
    with zipfile.ZipFile(member, "w") as archive:
        archive.writestr("whatever.csv", content["Ratings.csv"])
    packed = {
        "Users.csv.xz": lzma.compress(content["Users.csv"]),
        "Books.csv.gz": gzip.compress(content["Books.csv"]),
        "Ratings.csv.zip": member.read_bytes(),
    }
    compressed = write(tmp_path / "packed", packed)
    whole = tmp_path / "whole.zip"
    with zipfile.ZipFile(whole, "w") as archive:
        archive.writestr("__MACOSX/archive/Users.csv", "junk")
        for name, data in content.items():
            archive.writestr(f"archive/{name}.bz2", bz2.compress(data))
    for source in (compressed, whole):
        other = import_data(Home(tmp_path / f"home of {source.name}"), source, ACCEPT).dataset
        assert other.digest == plain.digest


def test_importing_again_gives_the_same_version(tmp_path):
    home, raw = Home(tmp_path / "home"), write(tmp_path / "raw", BOOK_CROSSING)
    first = import_data(home, raw, ACCEPT).dataset.dataset_id
    second = import_data(home, write(tmp_path / "raw2", GOODBOOKS), ACCEPT).dataset.dataset_id
    assert read_pointer(home.datasets) == second
    assert import_data(home, raw, ACCEPT).dataset.dataset_id == first
    assert read_pointer(home.datasets) == first


def test_generated_data_say_so(tmp_path):
    raw = write(tmp_path / "raw", {**BOOK_CROSSING, "SAMPLE-DATA.txt": "Generated.\n"})
    dataset = import_data(Home(tmp_path / "home"), raw, ACCEPT).dataset
    assert dataset.manifest["sample"] is True
    assert dataset.dataset_id.startswith("sample-")


WRONG_SOURCES = {
    "missing file": ({"Books.csv": None}, "no table has the titles of the books; add the list"),
    "empty file": ({"Ratings.csv": ""}, "Ratings.csv is empty; get it again"),
    "header only": (
        {"Books.csv": BOOK_CROSSING["Books.csv"].split("\n")[0]},
        "Books.csv has a header but no rows; get it again",
    ),
    "no row fits": ({"Users.csv": "User-ID,Location,Age\n1\n2\n"}, "no row has 3 fields"),
    "files of two data sets": (
        {"Ratings.csv": "User-ID,ISBN,Book-Rating\n1,1111111111,8\n"},
        "no interaction is left. 1 rows of Ratings.csv were rejected: book_not_in_catalogue, for "
        "example line 2: '1,1111111111,8'. Do the files belong together?",
    ),
    "truncated xz": (
        {
            "Users.csv": None,
            "Users.csv.xz": lzma.compress(BOOK_CROSSING["Users.csv"].encode() * 50)[:-20],
        },
        "Users.csv.xz cannot be read, it is damaged or cut short",
    ),
    "truncated gzip": (
        {
            "Users.csv": None,
            "Users.csv.gz": gzip.compress(BOOK_CROSSING["Users.csv"].encode())[:-9],
        },
        "damaged or cut short",
    ),
    "foreign files": (
        {"Users.csv": None, "Books.csv": None, "Ratings.csv": None, "a.txt": "a"},
        "no table says which reader has which book",
    ),
}


@pytest.mark.parametrize(("changes", "sentence"), WRONG_SOURCES.values(), ids=WRONG_SOURCES)
def test_a_wrong_source_is_one_sentence_and_leaves_nothing(tmp_path, changes, sentence):
    home = Home(tmp_path / "home")
    before = import_data(home, write(tmp_path / "good", BOOK_CROSSING), ACCEPT).dataset.dataset_id
    listing = sorted(home.datasets.iterdir())
    files = {k: v for k, v in (BOOK_CROSSING | changes).items() if v is not None}
    with pytest.raises(DataError) as raised:
        import_data(home, write(tmp_path / "bad", files), ACCEPT)
    message = str(raised.value)
    assert sentence in message
    assert "\n" not in message
    assert read_pointer(home.datasets) == before
    assert sorted(home.datasets.iterdir()) == listing


OTHER_SYNTAX = {
    "separator": {"Ratings.csv": BOOK_CROSSING["Ratings.csv"].replace(",", ";")},
    "header": {"Ratings.csv": BOOK_CROSSING["Ratings.csv"].replace("Book-Rating", "Stars")},
    "UTF-16": {"Users.csv": BOOK_CROSSING["Users.csv"].encode("utf-16")},
    "windows-1252": {
        "Books.csv": BOOK_CROSSING["Books.csv"].replace("SÃ?Â¤ulen", "Säulen").encode("cp1252")
    },
}


@pytest.mark.parametrize("changes", OTHER_SYNTAX.values(), ids=OTHER_SYNTAX)
def test_another_syntax_changes_nothing(tmp_path, changes):
    plain = import_data(Home(tmp_path / "home"), write(tmp_path / "raw", BOOK_CROSSING), ACCEPT)
    source = write(tmp_path / "other", BOOK_CROSSING | changes)
    other = import_data(Home(tmp_path / "home 2"), source, ACCEPT)
    assert other.dataset.digest == plain.dataset.digest


@pytest.mark.parametrize(
    ("make", "sentence"),
    [(lambda _: None, "does not exist"), (lambda path: path.mkdir(), "holds no tables")],
)
def test_a_source_that_is_none(tmp_path, make, sentence):
    make(tmp_path / "source")
    with pytest.raises(DataError, match=sentence):
        import_data(Home(tmp_path / "home"), tmp_path / "source")
    assert not (tmp_path / "home").exists()


def test_a_text_without_a_table_is_left_to_the_operator(tmp_path):
    (tmp_path / "source").write_text("text")
    with pytest.raises(Undecided, match="no table says which reader has which book"):
        import_data(Home(tmp_path / "home"), tmp_path / "source")
    assert not (tmp_path / "home" / "artifacts").exists()


def test_several_files_of_ratings_are_read_together(tmp_path):
    lines = GOODBOOKS["ratings.csv"].splitlines(keepends=True)
    halves = {"ratings_a.csv": lines[:3], "ratings_b.csv": [lines[0], *lines[3:]]}
    files = {"books.csv": GOODBOOKS["books.csv"]}
    files |= {name: "".join(half) for name, half in halves.items()}
    home = Home(tmp_path / "home")
    one = import_data(home, write(tmp_path / "one", GOODBOOKS), ACCEPT).dataset
    two = import_data(home, write(tmp_path / "two", files), ACCEPT).dataset
    assert two.digest == one.digest
    assert [two.manifest["files"][name]["rows_read"] for name in halves] == [2, 3]


def test_a_named_format_is_not_guessed(tmp_path):
    raw = write(tmp_path / "raw", BOOK_CROSSING | MOVIELENS)
    dataset = import_data(
        Home(tmp_path / "home"), raw, ImportOptions("movielens-100k", accept_loss=True)
    ).dataset
    assert dataset.manifest["layout"] == "movielens-100k"


def test_the_manifest_on_disk_is_readable(tmp_path):
    home = Home(tmp_path / "home")
    dataset = import_data(home, write(tmp_path / "raw", BOOK_CROSSING), ACCEPT).dataset
    manifest = json.loads((home.datasets / dataset.dataset_id / "manifest.json").read_text())
    assert manifest["source"] == str(tmp_path / "raw")
    assert len(manifest["files"]["Users.csv"]["sha256"]) == 64


def test_corrections_in_the_home_change_works_and_the_data_set(tmp_path):
    home, raw = Home(tmp_path / "home"), write(tmp_path / "raw", BOOK_CROSSING)
    plain = import_data(home, raw, ACCEPT)
    assert plain.dataset.books["work_id"].tolist() == [0, 1, 2]
    home.work_corrections.write_text(
        "isbn,relation,other_isbn\n080442957X,same,0553256564\n080442957X,same,0000000000\n"
    )
    corrected = import_data(home, raw, ACCEPT)
    works = dict(
        zip(corrected.dataset.books["isbn"], corrected.dataset.books["work_id"], strict=True)
    )
    assert works["080442957X"] == works["0553256564"] != works["034545104X"]
    assert corrected.corrected.n_applied == 1
    assert corrected.corrected.unknown_isbns == ("0000000000",)
    assert corrected.dataset.dataset_id != plain.dataset.dataset_id


def test_a_wrong_correction_ends_the_import_and_changes_nothing(tmp_path):
    home, raw = Home(tmp_path / "home"), write(tmp_path / "raw", BOOK_CROSSING)
    before = import_data(home, raw, ACCEPT).dataset.dataset_id
    home.work_corrections.write_text("isbn,relation,other_isbn\n080442957X,like,0553256564\n")
    with pytest.raises(DataError, match=r"works\.csv, line 2, relation: 'like'"):
        import_data(home, raw, ACCEPT)
    assert read_pointer(home.datasets) == before


def test_no_address_and_no_number_of_a_reader_is_in_the_data_set(tmp_path):
    books = "".join(
        f"{isbn},{title},A\n" for isbn, title in (("0306406152", "X"), ("0140449132", "Y"))
    )
    lines = [f"kh{n}@example.vn,0306406152,{n % 9 + 1}" for n in range(30)]
    lines += ["0912 345 678,0140449132,7", "+84987654321,0306406152,8", "0912345678,0140449132,9"]
    lines += ["An.Le@Example.com,1111111111,5", "0934 567 890,0306406152,-1", "0976543210,x,y,3"]
    files = {
        "books.csv": f"isbn,title,author\n{books}",
        "sales.csv": "customer,isbn,rating\n" + "\n".join(lines) + "\n",
    }
    home = Home(tmp_path / "home")
    result = import_data(home, write(tmp_path / "raw", files), ACCEPT)
    assert result.dataset.n_readers == 32
    assert len(result.rejected) == 4
    private = [
        "@example",
        "0912 345",
        "0912345",
        "912345678",
        "84987654321",
        "0934 567",
        "0976543210",
        "an.le",
    ]
    directory = home.datasets / result.dataset.dataset_id
    files_written = sorted(directory.iterdir())
    assert [path.name for path in files_written] == [
        "books.parquet",
        "interactions.parquet",
        "manifest.json",
        "mapping.toml",
        "readers.parquet",
        "rejected.csv.gz",
    ]
    for path in files_written:
        content = path.read_bytes()
        content = gzip.decompress(content) if path.suffix == ".gz" else content
        found = [text for text in private if text.encode() in content.lower()]
        assert found == [], path.name


UNDECIDED = {
    "books.csv": "isbn,title\n0306406152,X\n",
    "ratings.csv": "user,isbn,rating\n4,0306406152,3\n",
}
"""Is it 3 of 5, or 3 of 10?"""


def test_a_drafted_mapping_is_finished_by_the_operator(tmp_path):
    home, raw = Home(tmp_path / "home"), write(tmp_path / "raw", UNDECIDED)
    with pytest.raises(Undecided, match="five stars or a scale of 10; write which") as raised:
        import_data(home, raw)
    draft = home.root / "mapping-draft.toml"
    assert f"--mapping {draft}'" in str(raised.value)
    with pytest.raises(DataError, match="rating_scale is still"):
        import_data(home, raw, ImportOptions(mapping=draft))
    draft.write_text(draft.read_text().replace('rating_scale = "?"', 'rating_scale = "1-5"'))
    dataset = import_data(home, raw, ImportOptions(mapping=draft)).dataset
    assert (interactions(dataset), dataset.rating_max) == ([("4", "0306406152", 3)], 5)


def test_a_draft_is_never_written_over_another_file(tmp_path):
    home, raw = Home(tmp_path / "home"), write(tmp_path / "raw", UNDECIDED)
    home.root.mkdir()
    first = home.root / "mapping-draft.toml"
    first.write_text("mine")
    with pytest.raises(Undecided, match=r"mapping-draft-1\.toml"):
        import_data(home, raw)
    for files in (UNDECIDED, UNDECIDED | {"ratings.csv": "user,isbn,rating\n4,0306406152,8\n"}):
        with pytest.raises(DataError, match="exists already; name another file"):
            import_data(home, write(tmp_path / "raw", files), ImportOptions(write_mapping=first))
    assert first.read_text() == "mine"
    assert not home.datasets.exists()


def test_a_heavy_loss_is_refused_until_it_is_accepted(tmp_path):
    home = Home(tmp_path / "home")
    current = import_data(home, write(tmp_path / "raw", GOODBOOKS), ACCEPT).dataset.dataset_id
    books = "isbn,title\n0306406152,X\n"
    rows = [f"{n},0306406152,8" for n in range(19)] + ["77,1111111111,8"]
    shop = {"b.csv": books, "r.csv": "\n".join(["user,isbn,rating", *rows, *rows[-1:]])}
    raw = write(tmp_path / "shop", shop)
    seen = []
    with pytest.raises(DataError, match=r"lost: 10% of r\.csv \(2 rows, book_not_in_catalogue\)"):
        import_data(home, raw, report=lambda result: seen.append(len(result.rejected)))
    assert seen == [2]
    assert read_pointer(home.datasets) == current
    shop["r.csv"] = "\n".join(["user,isbn,rating", *rows])
    one_in_twenty = import_data(home, write(tmp_path / "shop", shop)).dataset
    assert read_pointer(home.datasets) == one_in_twenty.dataset_id != current


def test_a_code_is_the_same_in_any_spelling_beside_an_isbn(tmp_path):
    """A book with an ISBN is found by the shop's code too, however each file writes it."""
    files = {
        "goods.csv": "Mã hàng,Mã vạch,Tên hàng\nsp  0001,9780306406157,A\nsp 0002,,B\n",
        "sales.csv": "Khách hàng,Mã hàng,SL\nk1,SP 0001,1\nk2,sp 0001 ,1\nk2,Sp 0002,1\n",
    }
    dataset = import_data(Home(tmp_path / "home"), write(tmp_path / "raw", files)).dataset
    isbns = dataset.books["isbn"].to_numpy()[dataset.interactions["book_idx"]]
    users = dataset.readers["user_id"].to_numpy()[dataset.interactions["reader_idx"]]
    assert list(zip(users, isbns, strict=True)) == [
        ("k1", "0306406152"),
        ("k2", "0306406152"),
        ("k2", "SP 0002"),
    ]
