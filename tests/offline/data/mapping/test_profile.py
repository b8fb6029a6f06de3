"""Profiles of columns by their values."""

from bookrec.offline.data.mapping.profile import SAMPLE, profile_columns
from raw_tables import source_table


def profile(*values, header="x"):
    (found,) = profile_columns(source_table(header, *((value,) for value in values)))
    return found


def test_shares_are_of_the_values_that_are_not_blank():
    found = profile("0141439513", "", "978-0-14-143951-8", " ", "0141439514")
    assert found.filled == 3 / 5
    assert found.isbn == 2 / 3
    assert found.samples == ["0141439513", "978-0-14-143951-8", "0141439514"]


def test_shapes_of_values():
    assert profile("a.b@example.vn", "c@d.example", "nobody").email == 2 / 3
    assert profile("0912 345 678", "+84912345678", "12").phone == 2 / 3
    assert profile("17/03/2025", "2025-03-17 08:00", "1742169600", "Mar 17, 2025").date == 1
    assert profile("1,5", "85.000", "-3", "x").number == 3 / 4
    assert profile("https://a.example/1.jpg", "1.jpg").url == 1 / 2
    assert profile("một hai ba", "bốn").words == 2


def test_distinct_values():
    found = profile("5", "3", "5", "5")
    assert (found.n_distinct, found.distinct) == (2, 0.5)


def test_a_column_without_values_is_blank():
    found = profile("", "  ")
    assert found.blank
    assert (found.filled, found.isbn, found.words) == (0, 0, 0)


def test_a_long_table_is_sampled_over_all_of_it():
    found = profile(*(str(n) for n in range(3 * SAMPLE)))
    assert found.n_distinct == SAMPLE
    assert profile(*["a"] * SAMPLE, *["b"] * SAMPLE).n_distinct == 2
