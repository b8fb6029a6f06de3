"""Ids of readers: spellings of one person, hashes of addresses and numbers, what stays apart."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bookrec.reader_ids import ReaderIds

IDS = ReaderIds(b"a secret of 32 bytes for the test")


@pytest.mark.parametrize(
    ("text", "user_id", "rule"),
    [
        ("276725", "276725", ""),
        ("007", "007", ""),
        ("Anna", "Anna", ""),
        (" Lan  Anh ", "Lan Anh", "user_id_stripped"),
        ("2\u200b", "2", "invisible_characters_removed"),
        ("2\u00a0", "2", "user_id_stripped"),
        ("Le\u0302 Thi\u0323", "Lê Thị", "unicode_composed"),
        ('="007"', "007", "spreadsheet_formula_removed"),
        ("276725.0", "276725.0", ""),
        ("912345678", "912345678", ""),
        ("2021-11-05", "2021-11-05", ""),
        ("1234567890123", "1234567890123", ""),
        ("KH@1", "KH@1", ""),
        ("", "", ""),
    ],
)
def test_other_ids_stay_but_for_what_nobody_sees(text: str, user_id: str, rule: str) -> None:
    assert IDS.normalise(text) == (user_id, rule)


def test_an_address_in_any_case_is_one_hash() -> None:
    spellings = ["binh.tran@example.org", " Binh.Tran@Example.ORG ", "<BINH.TRAN@example.org>"]
    assert len({IDS.normalise(text)[0] for text in spellings}) == 1
    user_id, rule = IDS.normalise(spellings[0])
    assert rule == "email_hashed"
    assert user_id.startswith("mail:")
    assert len(user_id) == len("mail:") + 16
    assert "binh" not in user_id
    assert IDS.normalise("binh.tran@example.com")[0] != user_id
    assert ReaderIds(b"another").normalise(spellings[0])[0] != user_id
    assert IDS.normalise(user_id) == (user_id, "")


@pytest.mark.parametrize(
    "text",
    [
        "0987 654 321",
        "0987.654.321",
        "0987-654-321",
        "(098) 7654321",
        "+84987654321",
        "+84 987 654 321",
        "(+84) 987 654 321",
        "+84 (0)987 654 321",
        "84987654321",
        "0084987654321",
        "'0987654321",
        "\u202a+84987654321\u202c",
        "０９８７６５４３２１",
    ],
)
def test_all_spellings_of_a_phone_number_are_one_hash(text: str) -> None:
    assert IDS.normalise(text) == (IDS.normalise("0987654321")[0], "phone_hashed")


def test_another_country_has_other_numbers() -> None:
    german = ReaderIds(b"secret", country="49")
    assert german.normalise("0171 2345678") == german.normalise("+49 171 2345678")
    assert german.normalise("+84987654321")[0] != german.normalise("0987654321")[0]


def test_points_of_floats_go_only_where_all_numbers_have_them() -> None:
    assert IDS.normalise_column(["31.0", "31", "45.0 "]) == [
        ("31", "decimal_point_removed"),
        ("31", ""),
        ("45", "decimal_point_removed"),
    ]
    assert IDS.normalise_column(["1.0", "1.5"]) == [("1.0", ""), ("1.5", "")]


def test_a_lost_zero_of_a_phone_number_needs_evidence() -> None:
    phone = IDS.normalise("0987654321")[0]
    assert IDS.normalise_column(["987654321", "0987 654 321", "12", "13"])[0] == (
        phone,
        "phone_zero_restored",
    )
    assert IDS.normalise_column(["987654321", "12", "13"])[0] == ("987654321", "")
    mostly = IDS.normalise_column(["987654321", "0912000001", "0912000002"])
    assert mostly[0] == (phone, "phone_zero_restored")
    assert IDS.normalise_column(["987654321.0", "0987654321"])[0][0] == phone


def test_ids_that_differ_by_zeros_only_are_reported_and_stay_apart() -> None:
    assert IDS.normalise_column(["007", "7", "8"]) == [
        ("007", "ids_differ_by_zeros"),
        ("7", "ids_differ_by_zeros"),
        ("8", ""),
    ]


@given(st.one_of(st.text(max_size=20), st.text("0123456789 .+-()@ab'=\"\u200b", max_size=20)))
def test_normalising_twice_changes_nothing_more(text: str) -> None:
    once = IDS.normalise(text)[0]
    assert IDS.normalise(once) == (once, "")


@pytest.mark.parametrize(
    "text",
    ["@example.vn", "5@example@example.vn", "1@example vn", "2@example±vn", "an@ example.vn"],
)
def test_a_damaged_address_is_hashed_as_well(text: str) -> None:
    user_id, rule = IDS.normalise(text)
    assert rule == "email_hashed"
    assert user_id.startswith("mail:")
    assert "@" not in user_id
    assert IDS.normalise(text.upper()) == (user_id, rule)
