"""The inbox: daily files, their order, refusals, and stops in between."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from bookrec.files import versions
from bookrec.offline.data.additions import inbox as module
from bookrec.offline.data.additions.inbox import empty_inbox
from bookrec.offline.data.dataset import load_dataset
from bookrec.offline.data.import_data import import_data
from bookrec.offline.nightly import prune_extensions
from bookrec.settings import Home
from selling import stock_of

BOOKS = "Mã sách,Mã vạch,Tên sách,Tác giả,Giá,Tồn kho\n" + "".join(
    f"S{n:03d},,Sách số {n},Tác giả {n % 3},{50_000 + n},{n}\n" for n in range(12)
)
HEADER = "Mã đơn,Ngày,Khách hàng,Mã sách,SL\n"


def orders(day: int) -> str:
    """Orders of a day: each day another reader, two books of a pattern."""
    rows = [(f"D{day}-{n}", f"K{(day * 7 + n) % 9}", (day * 5 + n * 3) % 12) for n in range(3)]
    return HEADER + "".join(
        f"{order},{1 + day % 28:02d}/{1 + day // 28:02d}/2025,{reader},S{book:03d},1\n"
        for order, reader, book in rows
    )


def put(home: Home, name: str, text: str) -> Path:
    """Put a file into the inbox, written an hour ago."""
    home.inbox.mkdir(exist_ok=True)
    path = home.inbox / name
    path.write_text(text, encoding="utf-8")
    os.utime(path, (1_700_000_000, 1_700_000_000))
    return path


def start(root: Path, days: list[int]) -> Home:
    """A home with the books and the orders of some days."""
    home = Home(root)
    raw = root / "raw"
    raw.mkdir(parents=True)
    (raw / "books.csv").write_text(BOOKS, encoding="utf-8")
    for day in days:
        (raw / f"orders-{day:03d}.csv").write_text(orders(day), encoding="utf-8")
    import_data(home, raw)
    return home


def triples(home: Home) -> list[tuple[str, str, int]]:
    """Reader, book and rating of every interaction."""
    dataset = load_dataset(home)
    return [
        (dataset.readers["user_id"].iat[reader], dataset.books["isbn"].iat[book], int(rating))
        for reader, book, rating, _ in dataset.interactions.itertuples(index=False)
    ]


def test_months_of_daily_files_are_one_import_of_all(tmp_path):
    home = start(tmp_path / "daily", [0])
    whole = start(tmp_path / "whole", list(range(60)))
    for day in range(1, 60):
        put(home, f"orders-{day:03d}.csv", orders(day))
    report = empty_inbox(home)
    assert len(report.added) == 59
    assert triples(home) == triples(whole)
    left, right = load_dataset(home), load_dataset(whole)
    assert left.readers.equals(right.readers)
    assert left.books.equals(right.books)
    assert left.interactions["timestamp"].equals(right.interactions["timestamp"])
    assert sorted(path.name for path in home.inbox.iterdir()) == ["done"]


def test_a_file_is_added_once_whatever_its_name(tmp_path):
    home = start(tmp_path, [0])
    put(home, "a.csv", orders(4))
    assert empty_inbox(home).added == ["a.csv"]
    before = load_dataset(home).dataset_id
    put(home, "b.csv", orders(4))
    assert empty_inbox(home).known == ["b.csv"]
    assert load_dataset(home).dataset_id == before


def test_a_stop_between_saving_and_moving_adds_nothing_twice(tmp_path, monkeypatch):
    home = start(tmp_path, [0])
    put(home, "a.csv", orders(4))

    def stop(path, folder):
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(module, "_move", stop)
        with pytest.raises(KeyboardInterrupt):
            empty_inbox(home)
    before = triples(home)
    assert empty_inbox(home).known == ["a.csv"]
    assert triples(home) == before


def test_a_return_takes_back_the_purchase_of_an_earlier_file(tmp_path):
    home = start(tmp_path, [0])
    first = triples(home)
    put(home, "n1.csv", HEADER + "X1,29/05/2025,K99,S004,1\n")
    put(home, "n2.csv", HEADER + "X1,30/05/2025,K99,S004,-1\n")
    assert empty_inbox(home).added == ["n1.csv", "n2.csv"]
    assert triples(home) == first


def test_prices_and_stock_are_replaced_and_books_added(tmp_path):
    home = start(tmp_path, [0])
    put(home, "kho.csv", "Mã sách,Giá,Tồn kho\nS003,71000,5\n")
    put(home, "moi.csv", "Mã sách,Tên sách,Tác giả\nS500,Sách mới,Tác giả 9\n")
    report = empty_inbox(home)
    assert report.refused == {}
    dataset = load_dataset(home)
    details = dataset.details.set_index("isbn")
    assert details.loc["S003", ["price", "stock"]].tolist() == [71000, 5]
    assert details.loc["S004", ["price", "stock"]].tolist() == [50004, 4]
    assert dataset.books.set_index("isbn").loc["S500", "title"] == "Sách mới"


def test_a_refused_file_is_kept_with_its_reason_and_the_others_go_on(tmp_path):
    home = start(tmp_path, [0])
    put(home, "a.csv", HEADER + "X1,29/05/2025,K1,KHONG-CO,1\n")
    put(home, "b.csv", orders(3))
    report = empty_inbox(home)
    assert report.added == ["b.csv"]
    assert "book_not_in_catalogue" in report.refused["a.csv"]
    (reason,) = (home.inbox / "refused").glob("*a.csv.reason.txt")
    assert "book_not_in_catalogue" in reason.read_text(encoding="utf-8")
    assert "1 refused (a.csv: " in report.line()


def test_a_file_that_is_still_written_waits(tmp_path):
    home = start(tmp_path, [0])
    path = put(home, "a.csv", orders(3))
    os.utime(path)
    assert empty_inbox(home).waiting == ["a.csv"]
    assert path.exists()


def test_ratings_keep_the_scale_of_the_data_set(tmp_path):
    home = Home(tmp_path)
    raw = tmp_path / "raw"
    raw.mkdir()
    rows = "".join(f"K{n},S{n % 12:03d},{5 + n % 6}\n" for n in range(24))
    (raw / "books.csv").write_text(BOOKS, encoding="utf-8")
    (raw / "r.csv").write_text("Mã khách,Mã sách,Điểm\n" + rows, encoding="utf-8")
    import_data(home, raw)
    put(home, "new.csv", "Mã khách,Mã sách,Điểm\nK1,S001,3\nK77,S002,4\n")
    assert empty_inbox(home).added == ["new.csv"]
    assert {t for t in triples(home) if t[0] in ("K1", "K77")} == {
        ("K1", "S001", 3),
        ("K77", "S002", 4),
    }


def test_data_sets_that_later_files_superseded_are_pruned(tmp_path):
    home = start(tmp_path, [0])
    first = load_dataset(home).dataset_id
    put(home, "a.csv", orders(4))
    empty_inbox(home)
    second = load_dataset(home).dataset_id
    put(home, "b.csv", orders(5))
    empty_inbox(home)
    third = load_dataset(home).dataset_id
    assert load_dataset(home).manifest["added_to"] == second
    assert prune_extensions(home) == [second]
    assert sorted(versions(home.datasets)) == sorted([first, third])


def test_a_later_file_may_lack_the_zeros_of_a_code(tmp_path):
    home = Home(tmp_path)
    raw = tmp_path / "raw"
    raw.mkdir()
    (raw / "books.csv").write_text("Mã sách,Tên sách\n00018,Lịch\n00019,Sổ\n", encoding="utf-8")
    (raw / "orders.csv").write_text(HEADER + "D1,13/05/2025,K1,00018,1\n", encoding="utf-8")
    import_data(home, raw)
    put(home, "b.csv", HEADER + "D2,14/05/2025,K2,19,1\n")
    assert empty_inbox(home).refused == {}
    assert triples(home) == [("K1", "00018", 0), ("K2", "00019", 0)]


def test_a_pair_stays_until_its_last_copy_is_returned(tmp_path: Path):
    home = start(tmp_path, [0])
    assert ("K0", "S000", 0) in triples(home)
    before = sorted(triples(home))
    for day, (quantity, stays) in enumerate([(2, True), (-1, True), (-1, True), (-1, False)]):
        put(home, f"{day}.csv", f"{HEADER}R{day},0{day + 2}/05/2025,K0,S000,{quantity}\n")
        report = empty_inbox(home)
        assert report.added == [f"{day}.csv"], report.line()
        assert (("K0", "S000", 0) in triples(home)) == stays
    assert sorted([*triples(home), ("K0", "S000", 0)]) == before


def test_a_list_of_prices_becomes_offers_of_the_shop_also_when_it_comes_again(tmp_path):
    home = start(tmp_path, [0])
    monday = "Mã sách,Giá,Tồn kho\nS001,61.000,4\nS002,62.000,0\n"
    put(home, "monday.csv", monday)
    assert empty_inbox(home).priced == {"monday.csv": 2}
    put(home, "tuesday.csv", "Mã sách,Tồn kho\nS002,9\n")
    put(home, "orders.csv", orders(5))
    assert empty_inbox(home).priced == {"tuesday.csv": 1}
    assert stock_of(home, "S002") == 9
    put(home, "wednesday.csv", monday)
    report = empty_inbox(home)
    assert (report.known, report.priced) == (["wednesday.csv"], {"wednesday.csv": 1})
    assert report.line() == "0 files added, 1 known already, 1 prices or stocks changed"
    assert stock_of(home, "S002") == 0
