"""`data import --add` as the operator runs it."""

from __future__ import annotations

from pathlib import Path

from bookrec.settings import Home
from command_line import bookrec_in_process

BOOKS = "ISBN,Title,Author\n0141439513,Emma,Jane Austen\n080442957X,Vụ án,Franz Kafka\n"
ORDERS = "order_id,customer_id,isbn,order_date\n1,c1,0141439513,2025-11-05\n"
MORE = "order_id,customer_id,isbn,order_date\n2,c2,9780804429573,2025-11-06\n"


def test_add_says_what_came_and_what_was_known(tmp_path: Path):
    home = Home(tmp_path)
    raw = tmp_path / "raw"
    raw.mkdir()
    (raw / "books.csv").write_text(BOOKS, encoding="utf-8")
    (raw / "orders.csv").write_text(ORDERS, encoding="utf-8")
    (tmp_path / "more.csv").write_text(MORE, encoding="utf-8")
    assert bookrec_in_process(home, "data", "import", str(raw)).returncode == 0
    added = bookrec_in_process(home, "data", "import", "--add", str(tmp_path / "more.csv"))
    assert added.returncode == 0, added.stderr
    assert "interactions: 1 → 2 (+100.0%)" in added.stdout
    assert "2 readers (2 with an interaction), 2 books, 2 interactions." in added.stdout
    again = bookrec_in_process(home, "data", "import", "--add", str(tmp_path / "more.csv"))
    assert again.stdout == "Nothing new: every table was imported before.\n"


def test_there_is_nothing_to_add_to_before_an_import(tmp_path: Path):
    (tmp_path / "more.csv").write_text(MORE, encoding="utf-8")
    refused = bookrec_in_process(
        Home(tmp_path), "data", "import", "--add", str(tmp_path / "more.csv")
    )
    assert refused.returncode == 1
    assert "data import" in refused.stderr
