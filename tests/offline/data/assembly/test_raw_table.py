"""Accounts of tables under cleaning: no row vanishes."""

import pytest

from raw_tables import raw_table


def test_rejected_rows_keep_their_place_reason_and_text():
    raw = raw_table("user_id rating", ("a", "1"), ("b", "2"), ("c", "3"), ("d", "4"))
    raw.reject(raw.frame["user_id"] == "c", "late")
    raw.reject(raw.frame["user_id"].isin(["a"]), "early")
    raw.reject(raw.frame["user_id"] == "none", "never")
    assert raw.rejected().to_numpy().tolist() == [
        ["T.csv", 2, "early", "a,1"],
        ["T.csv", 4, "late", "c,3"],
    ]
    assert raw.frame["user_id"].tolist() == ["b", "d"]
    raw.repair("rule", 3)
    raw.repair("unused", 0)
    assert raw.reports() == {
        "T.csv": {
            "rows_read": 4,
            "rows_kept": 2,
            "rejected": {"late": 1, "early": 1},
            "repaired": {"rule": 3},
            "sha256": "0" * 64,
        }
    }


def test_a_row_that_vanishes_is_an_error_of_the_program():
    raw = raw_table("user_id", ("a",), ("b",))
    raw.frame = raw.frame.iloc[:1]
    with pytest.raises(AssertionError, match=r"T\.csv: 2 rows read, 1 kept"):
        raw.reports()


def test_private_ids_are_masked_in_rejected_rows():
    raw = raw_table("user_id rating", ("912345678", "x"), ("7", "y"))
    raw.private = {"912345678"}
    raw.reject(raw.frame["rating"] != "", "unreadable")
    assert raw.rejected()["text"].tolist() == ["***,x", "7,y"]
