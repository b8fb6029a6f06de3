"""Losses of an import: which count, which are heavy, what is shown of them."""

import pandas as pd

from bookrec.offline.data.assembly.loss import Loss, example_lines, heavy_losses, losses


def account(read, rejected=None, repaired=None):
    return {"rows_read": read, "rejected": rejected or {}, "repaired": repaired or {}}


def test_rows_said_twice_and_left_out_on_purpose_are_no_loss():
    accounts = {"r.csv": account(9, {"duplicate": 4, "walk_in_customer": 3, "returned": 2})}
    assert losses(accounts) == []


def test_losses_are_sorted_by_share_and_unreadable_values_count():
    accounts = {
        "b.csv": account(100, {"no_isbn": 3}, {"year_unreadable": 7, "year_impossible": 50}),
        "r.csv": account(20, {"no_user_id": 1}),
    }
    assert losses(accounts) == [
        Loss("b.csv", "year_unreadable", 7, 100),
        Loss("r.csv", "no_user_id", 1, 20),
        Loss("b.csv", "no_isbn", 3, 100),
    ]
    assert [loss.reason for loss in heavy_losses(accounts)] == ["year_unreadable"]


def test_examples_show_three_rows_of_each_reason_on_one_line_each():
    rows = [("r.csv", line, "no_isbn", f"row {line}\nmore\x1b") for line in range(2, 7)]
    rows += [("r.csv", 9, "duplicate", "x"), ("b.csv", 3, "no_isbn", "y" * 200)]
    lines = list(example_lines(pd.DataFrame(rows, columns=["file", "line", "reason", "text"])))
    assert lines[0] == "r.csv: no_isbn, for example"
    assert lines[1:4] == [f"    line {n}: row {n} more " for n in (2, 3, 4)]
    assert lines[4] == "b.csv: no_isbn, for example"
    assert lines[5] == f"    line 3: {'y' * 99}…"
    assert len(lines) == 6
