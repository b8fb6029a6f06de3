"""Damaged shops: files of a shop, changed at random, are imported whole or refused with a sentence.

Run it for a time:  PYTHONPATH=src:tests/support python -m fuzz_import --minutes 10 --seed 1

A shop that breaks a rule is kept in ``--keep`` with its seed; ``--only SEED`` runs that one again.
"""

from __future__ import annotations

import argparse
import gzip
import io
import json
import lzma
import random
import shutil
import signal
import sqlite3
import sys
import tempfile
import time
import traceback
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

import pandas as pd

import spreadsheet_files
from bookrec.errors import BookrecError
from bookrec.isbn import id_problem
from bookrec.offline.data.additions.add_data import add_data
from bookrec.offline.data.dataset import load_dataset
from bookrec.offline.data.import_data import Import, ImportOptions, import_data
from bookrec.settings import Home
from spreadsheet_files import zipped

Table = list[list[str]]
Files = dict[str, bytes]

SLOWEST_S = 30
"""Most seconds of a processor that a shop may take."""
BOOKS = [
    ("0141439513", "Emma", "Jane Austen", "2003", "Penguin", "92000"),
    ("080442957X", "Vụ án", "Franz Kafka", "1999", "Văn học", "61.000"),
    ("9780306406157", 'The "Trial"; a story', "O'Brien, Flann", "05/2021", "NXB Trẻ", "45,5"),
    ("SÁCH-07", "Dế Mèn phiêu lưu ký", "Tô Hoài", "2019", "Kim Đồng", "38000"),
    ("0140449132", "Crime and Punishment", "Fyodor Dostoyevsky", "1991", "Penguin", "120000"),
    ("VN 00042", "Đất rừng phương Nam", "Đoàn Giỏi", "2020", "Kim Đồng", "70000"),
]
HEADERS = [
    ["ISBN", "Book-Title", "Book-Author", "Year-Of-Publication", "Publisher", "Price"],
    ["Mã sách", "Tên sách", "Tác giả", "Năm XB", "NXB", "Giá bán"],
    ["book_id", "title", "author", "year", "publisher", "price"],
]
ROW_HEADERS = [
    ["User-ID", "ISBN", "Book-Rating", "Timestamp"],
    ["Khách hàng", "Mã sách", "SL", "Ngày bán"],
    ["customer_email", "book_id", "rating", "order date"],
    ["user_id", "sku", "quantity", "date"],
]
NASTY = [
    *("", " ", "NULL", "N/A", "nan", "-", "0", "-1", "1e309", "1E12", "9.78604E+12", "=1+1"),
    *(
        "'007",
        '="0141439513"',
        "0141439513.0",
        "５",
        "٥",
        "4.5",
        "4,5",
        "10/10",
        "★★★",
        "999999999",
    ),
    *("31/12/2024", "12/31/2024", "2024-13-45", "0000-00-00", "99999999999999999999", "1969-12-31"),
    *(
        "\ufeff",
        "\u200b",
        "\u202e",
        "a\x00b",
        "a\nb",
        "a\rb",
        'a"b',
        '"',
        '""',
        ";",
        ",",
        "\t",
        "|",
    ),
    *("&amp;", "Ã©", "â€™", "\ufffd", "😀", "e\u0301", "x" * 300, "shop:1", "../../etc/passwd"),
    *("an@example.vn", "0912345678", "+84 912 345 678", "Total", "Tổng cộng", "true", "1.234.567"),
]
BITS = [
    b"\x00",
    b"\xff",
    b"\xfe\xff",
    b"\xef\xbb\xbf",
    b'"',
    b"'",
    b"\\",
    b"\r",
    b"\n",
    b"\n\n",
    b"\x85",
]
BITS += [
    b"\xe2\x80\xa8",
    b";",
    b",",
    b"\t",
    b"::",
    b"|",
    b"{",
    b"[",
    b"]}",
    b"\x1a",
    b"sep=;\n",
    b"\xc3",
]
ENCODINGS = ["utf-8", "utf-8-sig", "utf-16", "utf-16-be", "cp1252", "cp1258", "latin-1", "cp437"]


class BrokenRuleError(Exception):
    """An import did what it must not do."""


def shop_tables(rng: random.Random) -> dict[str, Table]:
    """Tables of a shop: books, rows of interactions, sometimes readers, sometimes all in one."""
    books: Table = [list(rng.choice(HEADERS)), *(list(book) for book in BOOKS)]
    header = list(rng.choice(ROW_HEADERS))
    mail = "@example.vn" if "email" in header[0] else ""
    most = rng.choice([1, 5, 10])
    rows: Table = [header]
    for _ in range(rng.choice([3, 12, 40])):
        day = f"{rng.randint(1, 28):02}/{rng.randint(1, 12):02}/2024"
        book = rng.choice(BOOKS)[0]
        rows.append([f"{rng.randint(1, 15)}{mail}", book, str(rng.randint(1, most)), day])
    if rng.random() < 0.3:
        by_id = {book[0]: list(book) for book in BOOKS}
        joined = [row + by_id[row[1]][1:3] for row in rows[1:]]
        return {"rows": [[*header, *books[0][1:3]], *joined]}
    tables = {"books": books, "rows": rows}
    if rng.random() < 0.5:
        readers = dict.fromkeys(row[0] for row in rows[1:])
        tables["readers"] = [[header[0], "Age"], *([r, str(rng.randint(8, 80))] for r in readers)]
    return tables


def change_table(rng: random.Random, table: Table) -> None:
    """Change a table in one way: values, rows, columns, header."""
    row = rng.randrange(len(table))
    column = rng.randrange(max(1, len(table[row])))
    action = rng.randrange(10)
    if action <= 3 and table[row]:
        table[row][min(column, len(table[row]) - 1)] = rng.choice(NASTY)
    elif action == 4:
        table.insert(row, rng.choice([list(table[row]), [], [""] * len(table[0]), list(table[0])]))
    elif action == 5:
        table[row] = table[row][:column] + rng.choice([[], ["x"], ["x", "y"]])
    elif action == 6:
        at = rng.randrange(max(1, len(table[0])))
        for cells in table:
            if at < len(cells):
                cells.append(cells[at]) if rng.random() < 0.5 else cells.pop(at)
    elif action == 7:
        value = rng.choice(NASTY)
        for cells in table[1:]:
            if column < len(cells):
                cells[column] = value
    elif action == 8:
        del table[rng.randrange(len(table)) :]
    else:
        rng.shuffle(table[row] if rng.random() < 0.5 else table)
    if not table:
        table.append([])


def delimited(rng: random.Random, table: Table) -> bytes:
    """A table as delimited text, quoted well or badly."""
    separator = rng.choice([",", ",", ";", "\t", "|"])
    style = rng.randrange(4)

    def cell(text: str) -> str:
        if style == 0 or (style == 1 and any(c in text for c in f'{separator}"\n\r')):
            return '"' + text.replace('"', '""') + '"'
        return '"' + text.replace('"', '\\"') + '"' if style == 2 else text

    end = rng.choice(["\n", "\r\n", "\r"])
    text = end.join(separator.join(map(cell, row)) for row in table) + rng.choice(["", end])
    return text.encode(
        rng.choice(ENCODINGS), rng.choice(["replace", "ignore", "xmlcharrefreplace"])
    )


def _records(table: Table) -> list[dict[str, str]]:
    header = table[0] or ["a"]
    return [dict(zip(header, row, strict=False)) for row in table[1:]]


def json_lines(rng: random.Random, table: Table) -> bytes:
    """A table as JSON lines, or as an array."""
    objects = [json.dumps(row, ensure_ascii=rng.random() < 0.5) for row in _records(table)]
    if rng.random() < 0.5:
        return "\n".join(objects).encode("utf-8", "replace")
    return f"[{','.join(objects)}]".encode("utf-8", "replace")


def parquet(_: random.Random, table: Table) -> bytes:
    """A table as Parquet."""
    file = io.BytesIO()
    pd.DataFrame(_records(table), dtype="str").to_parquet(file)
    return file.getvalue()


def sqlite(_: random.Random, table: Table) -> bytes:
    """A table as the one of a database."""
    frame = pd.DataFrame(_records(table), dtype="str")
    with tempfile.TemporaryDirectory() as name:
        path = Path(name) / "shop.db"
        with closing(sqlite3.connect(path)) as connection:
            frame.to_sql("rows", connection, index=False)
            connection.commit()
        return path.read_bytes()


def spreadsheet(rng: random.Random, table: Table) -> bytes:
    """A table as a sheet, numbers as numbers."""
    writers = (spreadsheet_files.xlsx, spreadsheet_files.ods, spreadsheet_files.xls)
    writer = rng.choice([*writers, spreadsheet_files.xlsb])
    printable = [["".join(c for c in cell if c.isprintable()) for cell in row] for row in table]
    cells = [[float(c) if c.isdigit() and len(c) < 12 else c for c in row] for row in printable]
    return writer({"Sheet": cells})


WRITERS: list[tuple[str, Callable[[random.Random, Table], bytes]]] = [
    *[("csv", delimited)] * 6,
    ("json", json_lines),
    ("parquet", parquet),
    ("db", sqlite),
    ("xlsx", spreadsheet),
]


def change_bytes(rng: random.Random, content: bytes) -> bytes:
    """Change bytes in one way: replace, remove, insert, repeat, cut."""
    if not content:
        return rng.choice(BITS)
    at = rng.randrange(len(content))
    end = min(len(content), at + rng.choice([1, 1, 2, 8, 64, 512]))
    action = rng.randrange(6)
    if action == 0:
        return content[:at] + bytes([rng.randrange(256)]) + content[at + 1 :]
    if action == 1:
        return content[:at] + content[end:]
    if action == 2:
        return content[:at] + rng.choice(BITS) * rng.choice([1, 1, 2, 50]) + content[at:]
    if action == 3:
        return content[:end] + content[at:]
    if action == 4:
        return content[:at]
    old, new = rng.sample([b",", b";", b"\t", b'"', b"\n", b"\r\n", b" ", b"1", b"."], 2)
    return content.replace(old, new)


def damaged_shop(rng: random.Random) -> Files:
    """Files of a shop with up to four changes of tables and up to three of bytes."""
    tables = shop_tables(rng)
    for _ in range(rng.choice([0, 1, 1, 2, 4])):
        change_table(rng, rng.choice(list(tables.values())))
    files: Files = {}
    for name, table in tables.items():
        suffix, write = rng.choice(WRITERS)
        try:
            content = write(rng, table)
        except (ValueError, sqlite3.Error, OverflowError):
            # What is no table of that kind (a header twice, none at all) is a text.
            suffix, content = "csv", delimited(rng, table)
        files[f"{name}.{suffix}"] = content
    for _ in range(rng.choice([0, 0, 1, 1, 2, 3])):
        name = rng.choice(list(files))
        files[name] = change_bytes(rng, files[name])
    if rng.random() < 0.1:
        name = rng.choice(list(files))
        pack, suffix = rng.choice([(gzip.compress, "gz"), (lzma.compress, "xz")])
        files[f"{name}.{suffix}"] = pack(files.pop(name))
    if rng.random() < 0.1:
        content = zipped(files)  # type: ignore[arg-type]
        files = {"shop.zip": change_bytes(rng, content) if rng.random() < 0.5 else content}
    return files


def check_shop(files: Files, extra: Files | None, directory: Path) -> str:
    """Import a shop, and add a second one; return how it ended.

    Raises:
        BrokenRuleError: a rule is broken; any other error but `BookrecError` is one as well.
    """
    home = Home(directory / "home")
    _write(directory / "shop", files)
    imported = _import(home, lambda: import_data(home, directory / "shop", _OPTIONS), None)
    if not isinstance(imported, Import):
        return imported
    if extra is None:
        return "imported"
    _write(directory / "extra", extra)
    before = imported.dataset.dataset_id
    added = _import(home, lambda: add_data(home, [directory / "extra"], _OPTIONS), before)
    return "added" if isinstance(added, Import) else f"not added: {added}"


_OPTIONS = ImportOptions(accept_loss=True)


def _write(directory: Path, files: Files) -> None:
    directory.mkdir(parents=True)
    for name, content in files.items():
        (directory / name).write_bytes(content)


def _import(home: Home, run: Callable[[], Import | None], current: str | None) -> Import | str:
    """Run an import, and check what it leaves behind; return why it was refused, if it was."""
    try:
        result = run()
    except BookrecError as error:
        text = str(error)
        _check("\n" not in text and text.isprintable(), f"not a sentence: {text!r}")
        _check(len(text) < 2_500, f"a long sentence: {text}")
        names = set(_names(home.datasets))
        _check(names == ({current, "current"} if current else set()), f"left behind: {names}")
        return "refused"
    if result is None:
        return "known"
    _check_dataset(result, home, current)
    return result


def _names(directory: Path) -> list[str]:
    return [path.name for path in directory.iterdir()] if directory.is_dir() else []


def _check_dataset(result: Import, home: Home, before: str | None) -> None:
    dataset = load_dataset(home)
    _check(dataset.dataset_id == result.dataset.dataset_id, "another data set is current")
    _check(before is not None or len(_names(home.datasets)) == 2, "files beside the data set")
    # A data set with equal contents keeps the accounts of its first import.
    accounts = result.dataset.manifest["files"]
    rejected = 0
    for name, account in accounts.items():
        counts = [account["rows_kept"], *account["rejected"].values()]
        _check(min(counts) >= 0, f"{name}: {account}")
        _check(account["rows_read"] == sum(counts), f"{name}: {account}")
        rejected += sum(account["rejected"].values())
    _check(rejected == len(result.rejected), f"{len(result.rejected)} rejected rows: {accounts}")
    rows = dataset.interactions
    if before is None:
        kept = sum(account["rows_kept"] for account in accounts.values())
        _check(kept >= len(rows), f"{len(rows)} of {kept} rows: {accounts}")
    _check(not rows.duplicated(["reader_idx", "book_idx"]).any(), "a pair twice")
    _check(rows["rating"].between(0, dataset.rating_max).all(), "a rating off the scale")
    _check(not any(map(id_problem, dataset.books["isbn"])), "an id that names no book")
    _check(dataset.books["isbn"].is_unique and dataset.readers["user_id"].is_unique, "an id twice")
    texts = dataset.books[["isbn", "title", "author", "publisher"]].to_numpy().ravel()
    for text in (*texts, *dataset.readers["user_id"]):
        text.encode()
        _check("\x00" not in text and "\ufeff" not in text, f"a control character in {text!r}")
    _check(not any(dataset.readers["user_id"].str.contains("@")), "an e-mail address is stored")


def _check(holds: object, rule: str) -> None:
    if not holds:
        raise BrokenRuleError(rule)


def run_seed(seed: int) -> str:
    """Import the shop of a seed in a directory of its own; return how it ended."""
    rng = random.Random(seed)
    files = damaged_shop(rng)
    extra = damaged_shop(rng) if rng.random() < 0.25 else None
    with tempfile.TemporaryDirectory() as name:
        return check_shop(files, extra, Path(name))


def _seeds(first: int, minutes: float) -> Iterator[int]:
    end = time.monotonic() + 60 * minutes
    seed = first
    while time.monotonic() < end:
        yield seed
        seed += 1


def _keep(seed: int, directory: Path) -> None:
    rng = random.Random(seed)
    place = directory / str(seed)
    shutil.rmtree(place, ignore_errors=True)
    _write(place / "shop", damaged_shop(rng))
    if rng.random() < 0.25:
        _write(place / "extra", damaged_shop(rng))
    (place / "error.txt").write_text(traceback.format_exc(), encoding="utf-8")


def _too_slow(*_: object) -> None:
    raise BrokenRuleError(f"more than {SLOWEST_S} s of a processor")


def main() -> int:
    """Import damaged shops until the time is over; return the exit status."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--minutes", type=float, default=1.0)
    parser.add_argument("--seed", type=int, default=1, help="seed of the first shop")
    parser.add_argument("--only", type=int, help="run this seed alone")
    parser.add_argument("--keep", type=Path, default=Path("fuzz-import"))
    options = parser.parse_args()
    signal.signal(signal.SIGVTALRM, _too_slow)
    ends: Counter[str] = Counter()
    seeds = _seeds(options.seed, options.minutes) if options.only is None else [options.only]
    for seed in seeds:
        signal.setitimer(signal.ITIMER_VIRTUAL, SLOWEST_S)
        try:
            ends[run_seed(seed)] += 1
        except Exception as error:
            ends["broken"] += 1
            _keep(seed, options.keep)
            print(f"seed {seed}: {type(error).__name__}: {str(error)[:300]}", flush=True)
        finally:
            signal.setitimer(signal.ITIMER_VIRTUAL, 0)
        if sum(ends.values()) % 500 == 0:
            print(f"seeds {options.seed} to {seed}: {dict(ends)}", flush=True)
    print(f"seeds from {options.seed}: {dict(ends)}")
    return 1 if ends["broken"] else 0


if __name__ == "__main__":
    sys.exit(main())
