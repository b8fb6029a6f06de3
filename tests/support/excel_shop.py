"""A Vietnamese bookshop's two Excel files, as its till exports them: stock, and rows of bills.

Write them:  PYTHONPATH=src:tests/support python -m excel_shop DIR

Titles and tastes are those of the sample data. Lines of a report stand above the tables, totals and a
signature below. Most books have their ISBN-13; seven have a code of the shop's own, of nine digits, and
two of these codes have the check digit of an ISBN by chance. Customers are phone numbers, or nobody.
"""

from __future__ import annotations

import random
import sys
import tempfile
from pathlib import Path

from bookrec.isbn import to_isbn13
from bookrec.offline.data.dataset import Dataset
from bookrec.offline.data.import_data import read_data
from bookrec.offline.data.sample.export import write_sample
from spreadsheet_files import Cell, xlsx

OWN_CODES = [float(f"3064061{end}") for end in (41, 52, 60, 63, 70, 77, 89)]
"""Codes of the shop; those that end in 52 and 60 are ISBNs without their zero by chance."""
PUBLISHERS = ["NXB Trẻ", "Kim Đồng", "Nhã Nam", "NXB Văn học", "NXB Hội Nhà văn", "Alpha Books"]
SHOP = "NHÀ SÁCH HOA SỮA – 12 Lý Quốc Sư, Hà Nội"


def write_excel_shop(directory: Path, seed: int = 8) -> None:
    """Write ``ton-kho.xlsx`` and ``ban-hang.xlsx``."""
    rng = random.Random(seed)
    with tempfile.TemporaryDirectory() as name:
        write_sample(Path(name), n_readers=260, n_books=330, n_interactions=4_200, seed=seed)
        sample = read_data(Path(name)).dataset
    books = sample.books
    codes: list[float] = [float(to_isbn13(isbn)) for isbn in books["isbn"]]
    for code, at in zip(OWN_CODES, rng.sample(range(len(codes)), len(OWN_CODES)), strict=True):
        codes[at] = code
    prices = [rng.randrange(45, 260) * 1000.0 for _ in codes]
    stock = [float(rng.choice([0, 1, 2, 3, 5, 8, 12, 20])) for _ in codes]
    years = [float(year) if year > 0 else None for year in books["year"].fillna(0)]
    rows: list[list[Cell]] = [
        [SHOP],
        ["BÁO CÁO TỒN KHO"],
        ["Đến ngày 30/09/2026"],
        [],
        ["STT", "Mã sách", "Tên sách", "Tác giả", "NXB", "Năm XB", "SL tồn", "Giá bán"],
    ]
    columns = (
        codes,
        books["title"],
        books["author"],
        [rng.choice(PUBLISHERS) for _ in codes],
        years,
        stock,
        prices,
    )
    for number, (code, title, author, publisher, year, count, price) in enumerate(
        zip(*columns, strict=True), start=1
    ):
        rows.append([float(number), code, title, author, publisher, year, count, price])
    signature: list[Cell] = [*[None] * 6, "Người lập biểu"]
    rows += [["Tổng cộng", *[None] * 5, sum(stock), None], [], signature]
    directory.mkdir(parents=True, exist_ok=True)
    (directory / "ton-kho.xlsx").write_bytes(xlsx({"Tồn kho": rows}))
    (directory / "ban-hang.xlsx").write_bytes(
        xlsx({"Chi tiết": _bills(rng, sample, codes, prices)})
    )


def _bills(
    rng: random.Random, sample: Dataset, codes: list[float], prices: list[float]
) -> list[list[Cell]]:
    rows: list[list[Cell]] = [
        [SHOP],
        ["CHI TIẾT BÁN HÀNG"],
        [],
        ["Số HĐ", "Ngày bán", "Khách hàng", "Mã sách", "SL", "Thành tiền"],
    ]
    interactions = sample.interactions.sample(frac=1, random_state=rng.randrange(99))
    bill, total = 0, 0.0
    for number, (reader, book) in enumerate(
        zip(interactions["reader_idx"], interactions["book_idx"], strict=True)
    ):
        bill += rng.random() < 0.6
        day = f"{1 + number * 28 // len(interactions):02}/{1 + bill % 9:02}/2026"
        walk_in = rng.random() < 0.08
        phone = f"09{10_000_000 + int(reader) * 37_991 % 80_000_000:08}"
        customer = "Khách lẻ" if walk_in else f"{phone[:4]} {phone[4:7]} {phone[7:]}"
        count = 2.0 if rng.random() < 0.05 else 1.0
        total += count * prices[book]
        rows.append([f"HD{24_000 + bill}", day, customer, codes[book], count, count * prices[book]])
    rows += [["Tổng cộng", None, None, None, None, total]]
    return rows


if __name__ == "__main__":
    write_excel_shop(Path(sys.argv[1]))
