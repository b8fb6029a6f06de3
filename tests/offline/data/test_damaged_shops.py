"""Damaged shops: imported with every row counted, or refused with a sentence; never half-way."""

import random

import pytest

from fuzz_import import BrokenRuleError, check_shop, damaged_shop, run_seed

ENDS = {"imported", "added", "refused", "not added: refused", "not added: known"}


@pytest.mark.parametrize("first", [0, 500])
def test_damaged_shops_break_no_rule(first):
    assert {run_seed(first + seed) for seed in range(12)} <= ENDS


def test_a_shop_of_a_seed_is_always_the_same():
    assert damaged_shop(random.Random(7)) == damaged_shop(random.Random(7))
    assert damaged_shop(random.Random(7)) != damaged_shop(random.Random(8))


def test_a_broken_rule_is_told(tmp_path, monkeypatch):
    monkeypatch.setattr("fuzz_import.id_problem", lambda _: "every id is wrong")
    files = {
        "books.csv": b"isbn,title\n0141439513,Emma\n",
        "orders.csv": b"order_id,customer_id,isbn\n1,7,0141439513\n",
    }
    with pytest.raises(BrokenRuleError, match="names no book"):
        check_shop(files, None, tmp_path)
