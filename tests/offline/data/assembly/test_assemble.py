"""Whole sources, cleaned and joined."""

from bookrec.offline.data.import_data import ImportOptions, read_data

BOOKS = "isbn,title,author\n0306406152,X,A\n0140449132,Y,B\n"


def read(directory, **files):
    for name, text in files.items():
        (directory / f"{name}.csv").write_text(text, encoding="utf-8")
    return read_data(directory, ImportOptions(accept_loss=True))


def test_a_walk_in_customer_is_left_out_and_named(tmp_path):
    sales = "customer,isbn,qty\nKhách lẻ,0306406152,1\nk4,0306406152,2\nkhách lẻ,0140449132,1\n"
    result = read(tmp_path, books=BOOKS, sales=sales)
    assert result.dataset.readers["user_id"].tolist() == ["k4"]
    assert result.dataset.manifest["files"]["sales.csv"]["rejected"] == {"walk_in_customer": 2}
    assert any("Khách lẻ" in note and note.startswith("Left out") for note in result.notes)


def test_readers_of_rejected_rows_only_are_no_readers(tmp_path):
    ratings = "user,isbn,rating\n4,0306406152,8\n5,9999999999,8\n6,0140449132,x\n"
    readers = "user,age\n4,30\n9,41\n"
    dataset = read(tmp_path, books=BOOKS, ratings=ratings, readers=readers).dataset
    assert dataset.readers["user_id"].tolist() == ["4", "9"]
    assert dataset.interactions["reader_idx"].tolist() == [0]


def test_readers_without_a_row_are_counted(tmp_path):
    ratings = "user,isbn,rating\n4,0306406152,8\n5,0140449132,9\n5,0306406152,7\n"
    dataset = read(tmp_path, books=BOOKS, ratings=ratings, readers="user,age\n9,41\n").dataset
    account = dataset.manifest["files"]["readers.csv"]
    assert account["repaired"] == {"reader_added_from_ratings": 2}


def test_a_file_of_books_and_interactions_has_an_account_for_each(tmp_path):
    joined = "user,isbn,title,rating\n4,0306406152,X,8\n5,0306406152,X,9\n5,0140449132,Y,7\n"
    files = read(tmp_path, all=joined).dataset.manifest["files"]
    assert {name: account["rows_read"] for name, account in files.items()} == {
        "all.csv (books)": 2,
        "all.csv (rows)": 3,
    }
