"""What a new data set has more and less than the current one."""

from bookrec.offline.data.assembly.compare_datasets import comparison_lines


def test_a_fall_by_a_fifth_is_a_warning_and_what_is_equal_is_not_said():
    old = {"dataset_id": "shop-1", "readers": 1000, "books": 50, "interactions": 7000}
    new = {"dataset_id": "shop-2", "readers": 800, "books": 50, "interactions": 7350}
    assert list(comparison_lines(old, new)) == [
        "Warning: 20% fewer readers than in shop-1 (1,000 → 800).",
        "interactions: 7,000 → 7,350 (+5.0%)",
    ]
    assert next(comparison_lines(old, new | {"readers": 801})) == "readers: 1,000 → 801 (-19.9%)"


def test_nothing_before_is_no_share():
    counts = {"dataset_id": "a", "readers": 0, "books": 0, "interactions": 0}
    assert list(comparison_lines(counts, counts)) == []
