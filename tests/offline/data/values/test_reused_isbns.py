"""ISBNs that were used again for another book."""

from __future__ import annotations

import pandas as pd
import pytest

from bookrec.offline.data.values.reused_isbns import are_different, separate_reused


@pytest.mark.parametrize(
    ("book", "other", "different"),
    [
        (("Sách nấu ăn", "Lê B"), ("Sách học chữ cho bé", "Phạm C"), True),
        (("Dế mèn", "Nguyễn Sen"), ("Tắt đèn", "Nguyễn Tất Tố"), True),
        (("Emma", "Jane Austen"), ("Emma", "J. Austin"), False),
        (("Emma", "Jane Austen"), ("Sense and Sensibility", "Jane Austen"), False),
        (("Emma", "Jane Austen"), ("Dune", ""), False),
        (("Emma", "Jane Austen"), ("", "Frank Herbert"), False),
        (("Harry Potter 4", "J.K. Rowling"), ("Harry Potter and the Goblet", "Rowling, J. K."), False),
        (("Emma", "Jane Austen"), ("Emma (Penguin Classics)", "Fiona Stafford"), False),
    ],
)  # fmt: skip
def test_clearly_different_books(
    book: tuple[str, str], other: tuple[str, str], different: bool
) -> None:
    assert are_different(*book, *other) is different
    assert are_different(*other, *book) is different


def test_the_first_book_keeps_the_isbn_and_the_next_ones_get_ids_of_their_own() -> None:
    books = pd.DataFrame(
        [
            ("0306406152", "Dune", "Frank Herbert"),
            ("0140449132", "Emma", "Jane Austen"),
            ("0306406152", "Tắt đèn", "Ngô Tất Tố"),
            ("0306406152", "DUNE", "F. Herbert"),
            ("0306406152", "Carrie", "Stephen King"),
            ("0306406152", "tat den", "Ngô Tất Tố"),
        ],
        columns=["isbn", "title", "author"],
    ).astype("str")
    isbns, changed = separate_reused(books)
    assert isbns.tolist() == [
        "0306406152",
        "0140449132",
        "0306406152~2",
        "0306406152",
        "0306406152~3",
        "0306406152~2",
    ]
    assert changed == 3
