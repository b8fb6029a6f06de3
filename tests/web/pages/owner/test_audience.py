"""The page of an audience: its file, the draft in both languages, addresses only where they are."""

from __future__ import annotations

import csv
import io

from bookrec.settings import Home
from selling import EMMA, in_shop
from site_testing import Client


def test_the_page_and_the_file_agree(owner: Client, home: Home) -> None:
    page = owner.get(f"/owner/audience?isbn={EMMA}")
    assert "no-transform" in page.headers["cache-control"], "addresses are never compressed"
    answer = owner.get(f"/owner/audience.csv?isbn={EMMA}")
    assert answer.headers["content-disposition"] == f'attachment; filename="audience-{EMMA}.csv"'
    rows = list(csv.DictReader(io.StringIO(answer.text.removeprefix("\ufeff"))))
    assert rows
    assert all("<td><a" not in row["reader"] for row in rows)
    first = rows[0]["reader"]
    assert f">{first}</a>" in page.text
    assert all(row["email"] == "" for row in rows)
    in_shop(
        home,
        lambda c: (
            c.execute(
                "insert into account (user_id, username, username_folded, password_hash, email,"
                " created_at) values (?, 'an', 'an', '!', 'an@example.org', 0)",
                (first,),
            ).rowcount
        ),
    )
    again = owner.get(f"/owner/audience.csv?isbn={EMMA}").text
    assert f",{first},an@example.org," in again
    assert again.count("@") == 1


def test_the_draft_is_in_every_language(owner: Client) -> None:
    page = owner.get(f"/owner/audience?isbn={EMMA}").text
    assert "For you: Emma" in page
    assert "Dành cho bạn: Emma" in page
    assert "Nothing is sent from here." in page


def test_no_such_book(owner: Client) -> None:
    assert owner.get("/owner/audience?isbn=nothing").status_code == 404
    assert owner.get("/owner/audience.csv").status_code == 404
