"""Addresses and numbers of readers in rejected rows."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bookrec.offline.data.mapping.masking import mask_private, mask_rows


@pytest.mark.parametrize(
    ("text", "masked"),
    [
        ("an.le@example.com,0306406152,11", "***,0306406152,11"),
        ('"An Lê" <An.Le+x@mail.example.vn>;8', '"An Lê" <***>;8'),
        ("7,0912 345 678,11", "7,***,11"),
        ("7;+84912345678;x", "7;***;x"),
        ("7\t0987654321\tx", "7\t***\tx"),
        ("+1 212 555-0100|3", "***|3"),
        ('{"tel": "0912.345.678", "n": "9786041234563"}', '{"tel": "***", "n": "9786041234563"}'),
        ("1,0306406152,1762300800,85.000", "1,0306406152,1762300800,85.000"),
        ("978-604-1-23456-3,912345678", "978-604-1-23456-3,***"),
    ],
)
def test_addresses_and_numbers_are_masked_and_ids_of_books_stay(text, masked):
    assert mask_private(text, {"912345678"}) == masked


def test_a_number_that_could_be_an_isbn_is_masked_where_it_is_a_reader():
    assert mask_private("0306406152,x", set()) == "0306406152,x"
    assert mask_private("0306406152,x", {"0306406152"}) == "***,x"


def test_a_number_is_masked_where_no_reader_is_private():
    assert mask_private("7;0912 345.678;x", set()) == "7;***;x"
    assert mask_private("a@b.vn;+84 912 345 678;84912345678", set()) == "***;***;***"


PIECES = st.sampled_from(
    [
        *"0123456789",
        "0912345678",
        "84912345678",
        "0084 3 12345678",
        "0306406152",
        "a@b.vn",
        "+8412345678",
        *" .()-'@+,;:\"\n\t\r\u00a0x",
    ]
)


@given(st.lists(st.lists(PIECES, max_size=12).map("".join), max_size=6))
def test_rows_together_are_masked_as_each_alone(texts):
    # A private value that no row has makes every value be looked at.
    assert mask_rows(texts, set()) == [mask_private(text, {"no such id"}) for text in texts]
    assert mask_rows(texts, {"0306406152"}) == [
        mask_private(text, {"0306406152"}) for text in texts
    ]
