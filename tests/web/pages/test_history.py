"""The page that brings a history along."""

from __future__ import annotations

from exports import GOODREADS
from site_testing import Client, form_token, register, sign_in


def send(client: Client, content: bytes) -> tuple[int, str]:
    token = form_token(client.get("/me/import").text)
    answer = client.post(
        "/me/import", data={"csrf_token": token}, files={"file": ("books.csv", content)}
    )
    return answer.status_code, answer.text


def test_a_file_is_taken_in_shown_and_undone(client: Client) -> None:
    register(client, "anna")
    sign_in(client, "anna")
    status, _ = send(client, GOODREADS.encode())
    assert status == 303
    page = client.get("/me/import").text
    assert "3 books taken in" in page
    assert "1 book we do not know" in page
    assert "Not in our catalogue" in page
    assert "Made just now" in client.get("/").text
    undone = client.post("/me/import/undo", data={"csrf_token": form_token(page)})
    assert undone.headers["location"] == "/me/import"
    assert "The import is undone" in client.get("/me/import").text
    assert "taken in" not in client.get("/me/import").text


def test_a_refused_file_says_why(client: Client) -> None:
    register(client, "anna")
    sign_in(client, "anna")
    for content, sentence in ((b"", "nothing in this file"), (b"a,b\n1,2\n", "names no column")):
        status, page = send(client, content)
        assert status == 400
        assert sentence in page


def test_titles_of_a_file_are_escaped(client: Client) -> None:
    register(client, "anna")
    sign_in(client, "anna")
    send(client, b"Title,Author\n<script>alert(1)</script>,<b>X</b>\n")
    page = client.get("/me/import").text
    assert "<script>alert" not in page
    assert "&lt;script&gt;" in page


def test_own_books_are_saved_as_a_file(client: Client) -> None:
    register(client, "anna", liked_isbns=["0345806786"])
    sign_in(client, "anna")
    answer = client.get("/me/export")
    assert answer.headers["content-disposition"] == 'attachment; filename="my-books.csv"'
    assert "The Shining" in answer.text
