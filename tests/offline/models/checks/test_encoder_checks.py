"""Every check of encoders, numbers and coverage fires on a planted fault, and only then."""

from __future__ import annotations

from dataclasses import replace
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from bookrec.offline.external.pickles.objects.records import ScalerRecord
from bookrec.offline.models.bundle.checked_input import CheckedInput
from bookrec.offline.models.checks import coverage_checks, encoder_checks, number_checks
from bookrec.offline.models.checks.finding import Finding, worst

pytestmark = pytest.mark.slow  # imports Keras


def findings_of(check: Any, *inputs: CheckedInput, **more: Any) -> list[Finding]:
    findings = list(check(SimpleNamespace(inputs=list(inputs), **more)))
    assert all(finding.fix for finding in findings if finding.level != "ok")
    assert not any(finding.fix for finding in findings if finding.level == "ok")
    return findings


def isbn_input(**changes: Any) -> CheckedInput:
    """Four books, three of them known; the encoder has an unused class for the unknown."""
    plain = CheckedInput(
        "isbn_encoded",
        "book",
        "isbn",
        values=np.array([0, 1, 3, 2]),
        known=np.array([True, True, False, True]),
        is_identity=True,
        labels=("0141439556", "0441172717", "0451523377", "Unknown"),
        codes=np.arange(4),
        rows=4,
        unknown="class",
        unknown_code=3,
    )
    return replace(plain, **changes)


def scaled_input(values: Any, scaler: ScalerRecord, column: str = "rating_count") -> CheckedInput:
    raw = np.array(values, dtype=np.float64)
    return CheckedInput(
        "num_ratings_scaled",
        "book",
        column,
        values=raw,
        known=~np.isnan(raw),
        raw=raw,
        scaler=scaler,
        scaler_column=1,
    )


def scaler(kind: str, **metadata: Any) -> ScalerRecord:
    """A scaler of two columns; the second is tested."""
    plain = ScalerRecord(
        "min-max", 2, None, 9, None, None, None, None, None, None, None, None, None, None
    )
    arrays = {name: np.array(value, dtype=np.float64) for name, value in metadata.items()}
    return replace(plain, kind=kind, **arrays)  # type: ignore[arg-type]


def test_an_encoder_that_knows_nothing_is_an_error():
    (good,) = findings_of(encoder_checks.check_encoders_used, isbn_input())
    assert (good.level, good.figures) == ("ok", {"known": 3, "of": 4})
    (bad,) = findings_of(
        encoder_checks.check_encoders_used, isbn_input(known=np.zeros(4, dtype=bool))
    )
    assert bad.level == "error"
    assert "knows 0 of 4 books" in bad.text


def test_an_encoder_that_knows_little_is_a_warning_unless_it_is_of_ids():
    few = np.array([True, False, False, False])
    author = isbn_input(name="author_encoded", column="author", is_identity=False, known=few)
    assert findings_of(encoder_checks.check_encoders_used, author)[0].level == "warning"
    assert findings_of(encoder_checks.check_encoders_used, isbn_input(known=few))[0].level == "ok"


def test_a_missing_encoder_is_a_warning():
    (bad,) = findings_of(encoder_checks.check_encoders_used, isbn_input(labels=None, codes=None))
    assert bad.level == "warning"
    assert "without an encoder" in bad.text


@pytest.mark.parametrize(
    ("rows", "level"), [(4, "ok"), (5, "ok"), (3, "error"), (6, "warning"), (900, "warning")]
)
def test_an_encoder_has_the_size_of_its_embedding(rows: int, level: str):
    (finding,) = findings_of(encoder_checks.check_encoder_sizes, isbn_input(rows=rows))
    assert finding.level == level
    assert finding.figures == {"codes": 4, "rows": rows}


def test_unknown_sent_as_a_real_book_is_an_error():
    (bad,) = findings_of(
        encoder_checks.check_unknown_codes, isbn_input(unknown="code", unknown_code=0)
    )
    assert bad.level == "error"
    assert "'0141439556'" in bad.text
    assert bad.figures["missing"] == 1


def test_unknown_sent_as_a_real_author_is_a_warning():
    author = isbn_input(name="author_encoded", column="author", is_identity=False, unknown_code=2)
    assert findings_of(encoder_checks.check_unknown_codes, author)[0].level == "warning"


@pytest.mark.parametrize(
    "changes",
    [
        {},
        {"unknown": "mean", "unknown_code": None},
        {"unknown": "leave out", "unknown_code": None},
        {"unknown": "code", "unknown_code": 7},
        {"unknown": "reserved", "unknown_code": 0, "codes": np.arange(1, 5)},
    ],
)
def test_unknown_as_something_of_its_own_is_fine(changes: dict[str, Any]):
    assert findings_of(encoder_checks.check_unknown_codes, isbn_input(**changes))[0].level == "ok"


def test_one_id_under_two_types_is_an_error():
    twice = isbn_input(column="user_id", labels=("276725", 8, 276725, "9"))
    (bad,) = findings_of(encoder_checks.check_id_types, twice)
    assert bad.level == "error"
    assert bad.figures == {"ids_with_two_codes": 1}
    assert "'276725'" in bad.text


def test_ids_of_another_type_are_reported_and_compared_by_value():
    numbers = isbn_input(column="user_id", labels=(276725, 8, 99, 100))
    (finding,) = findings_of(encoder_checks.check_id_types, numbers)
    assert finding.level == "ok"
    assert "whole number" in finding.text
    assert "3 of 4" in finding.text
    assert findings_of(encoder_checks.check_id_types, isbn_input())[0].text.endswith("both sides.")


MIN_MAX = scaler("min-max", data_min=[1, 0], data_max=[10, 100])


@pytest.mark.parametrize(
    ("values", "level"),
    [
        ([0, 4, 30, 100, np.nan], "ok"),
        ([0, 4, 30, 700], "warning"),  # beyond what it has seen
        ([0, 1, 2, 9], "warning"),  # a small corner of it
        ([np.nan, np.nan], "warning"),
    ],
)
def test_a_min_max_scaler_is_of_the_same_data(values: list[float], level: str):
    (finding,) = findings_of(number_checks.check_scalers, scaled_input(values, MIN_MAX))
    assert finding.level == level


def test_the_figures_of_a_scaler_are_reported():
    (finding,) = findings_of(number_checks.check_scalers, scaled_input([0, 700], MIN_MAX))
    assert finding.figures["fitted_max"] == 100
    assert finding.figures["max"] == 700
    assert finding.figures["fitted_count"] == 9
    assert finding.figures["outside"] == 0.5


STANDARD = scaler("standard", mean=[0, 50], variance=[1, 100], center=[0, 50], divisor=[1, 10])


@pytest.mark.parametrize(
    ("values", "level"),
    [([38, 52, 60], "ok"), ([80, 90, 100], "warning"), ([49.9, 50, 50.1], "warning")],
)
def test_a_standard_scaler_is_of_the_same_data(values: list[float], level: str):
    assert (
        findings_of(number_checks.check_scalers, scaled_input(values, STANDARD))[0].level == level
    )


def test_a_robust_scaler_is_of_the_same_data():
    robust = scaler("robust", center=[0, 50], divisor=[1, 10])
    assert (
        findings_of(number_checks.check_scalers, scaled_input([40, 50, 60], robust))[0].level
        == "ok"
    )
    (bad,) = findings_of(number_checks.check_scalers, scaled_input([400, 500, 600], robust))
    assert bad.level == "warning"


def test_a_constant_input_is_reported_and_an_id_that_is_constant_is_an_error():
    varied = isbn_input()
    year = isbn_input(name="year_encoded", is_identity=False, values=np.full(4, 7))
    assert [f.level for f in findings_of(number_checks.check_constant_inputs, varied)] == ["ok"]
    (bad,) = findings_of(number_checks.check_constant_inputs, varied, year)
    assert (bad.level, bad.figures) == ("warning", {"input": "year_encoded"})
    ids = isbn_input(values=np.zeros(4))
    assert findings_of(number_checks.check_constant_inputs, ids, varied)[0].level == "error"
    titles = isbn_input(values=np.tile([[0.0, 1.0]], (4, 1)), is_identity=False)
    assert findings_of(number_checks.check_constant_inputs, titles)[0].level == "warning"


@pytest.mark.parametrize(("zeros", "level"), [(0, "ok"), (2, "ok"), (3, "warning"), (10, "error")])
def test_zero_title_vectors_are_counted(zeros: int, level: str):
    vectors = np.ones((10, 3))
    vectors[:zeros] = 0
    titles = CheckedInput(
        "title_embedding_features", "book", "title", vectors, vectors.any(axis=1), is_title=True
    )
    (finding,) = findings_of(number_checks.check_title_vectors, titles, isbn_input())
    assert (finding.level, finding.figures) == (level, {"zero": zeros, "of": 10})


def test_books_known_are_counted():
    def level(known: list[bool]) -> str:
        flags = np.array(known)
        dataset = SimpleNamespace(n_books=len(flags))
        (finding,) = findings_of(
            coverage_checks.check_books_known, known_books=flags, dataset=dataset
        )
        assert finding.figures == {"known": sum(known), "of": len(known)}
        return finding.level

    assert level([True, True, False, True]) == "ok"
    assert level([True, False, False, False]) == "warning"
    assert level([False, False]) == "error"


def test_readers_with_an_interaction_are_counted():
    def finding_of(known: np.ndarray | None) -> Finding:
        active = np.array([0, 2, 3])
        return findings_of(coverage_checks.check_readers_known, known_readers=known, active=active)[
            0
        ]

    assert finding_of(np.array([True, False, True, False])).figures == {"known": 2, "of": 3}
    assert finding_of(np.array([True, False, True, False])).level == "ok"
    assert finding_of(np.array([False, True, False, True])).level == "warning"
    assert "histories" in finding_of(None).text


def test_the_worst_level_counts():
    def of(*levels: Any) -> list[Finding]:
        return [Finding("a", level, "b") for level in levels]

    assert worst(of("ok", "error", "warning")) == "error"
    assert worst(of("ok", "warning")) == "warning"
    assert worst([]) == "ok"
