"""The page of a reader's own profile, and the buttons on it."""

from __future__ import annotations

import re

import pytest

from bookrec.settings import Home
from bookrec.web.accounts.cli import create_account
from site_testing import PASSWORD, Client, form_token, register, sign_in
from small_snapshot import LISTED_READER

CARRIE, DUNE = "0743412281", "0441172717"


@pytest.fixture
def reader(client: Client) -> Client:
    register(client, "anna", liked_isbns=[CARRIE, DUNE])
    sign_in(client, "anna")
    return client


def press(client: Client, **button: str) -> str:
    token = form_token(client.get("/me/profile").text)
    answer = client.post("/me/profile", data={"csrf_token": token, **button})
    assert (answer.status_code, answer.headers["location"]) == (303, "/me/profile")
    return client.get("/me/profile").text


def test_beliefs_name_their_books_and_can_be_rejected(reader: Client) -> None:
    page = reader.get("/me/profile").text
    authors = re.search(r'<section aria-labelledby="facet-author">.*?</section>', page, re.DOTALL)
    assert authors
    assert "Stephen King" in authors[0]
    assert f'href="/books/{CARRIE}"' in authors[0]
    assert 'name="reject" value="author:stephenking"' in authors[0]
    page = press(reader, reject="author:stephenking")
    assert "Not your taste: its books have left your shelves." in page
    assert 'name="restore" value="author:stephenking"' in page
    assert 'value="author:frankherbert"' in page
    assert 'name="reject" value="author:stephenking"' not in page
    assert "1 book of yours no longer counts" in page
    page = press(reader, restore="author:stephenking")
    assert 'name="reject" value="author:stephenking"' in page
    assert 'id="rejected"' not in page


def test_who_has_no_books_reads_what_makes_a_profile(client: Client) -> None:
    register(client, "ben")
    sign_in(client, "ben")
    page = client.get("/me/profile").text
    assert "Nothing is known of your taste yet" in page
    assert 'name="reject"' not in page


def test_history_of_the_data_set_speaks(client: Client, home: Home) -> None:
    create_account(home, "lisa", PASSWORD, user_id=LISTED_READER)
    sign_in(client, "lisa")
    assert "rated 10 before this site" in client.get("/me/profile").text


@pytest.mark.parametrize(
    ("fields", "status"),
    [
        ({}, 400),
        ({"reject": "author:stephenking", "restore": "author:stephenking"}, 400),
        ({"reject": "price:-100"}, 400),
        ({"reject": "author"}, 404),
        ({"reject": "author:nobody"}, 404),
    ],
)
def test_a_form_names_one_value_of_the_catalogue(
    reader: Client, fields: dict[str, str], status: int
) -> None:
    token = form_token(reader.get("/me/profile").text)
    answer = reader.post("/me/profile", data={"csrf_token": token, **fields})
    assert answer.status_code == status


def test_the_page_needs_a_reader_and_its_form_a_token(reader: Client) -> None:
    assert reader.post("/me/profile", data={"reject": "author:stephenking"}).status_code == 403
    reader.cookies.clear()
    assert reader.get("/me/profile").headers["location"] == "/login?next=%2Fme%2Fprofile"
