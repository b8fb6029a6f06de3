"""Histories brought along by the API, undone, and handed out again."""

from __future__ import annotations

import pytest

from bookrec.settings import Home
from bookrec.web.accounts.cli import create_account
from exports import GOODREADS, LIBRARYTHING, STORYGRAPH
from site_testing import PASSWORD, Client, bearer, register
from small_snapshot import LISTED_READER

CSV = {"content-type": "text/csv"}
SHINING, CARRIE, DUNE = "0345806786", "0743412281", "0441172717"

Headers = dict[str, str]


def bring(client: Client, headers: Headers, text: str) -> dict[str, list[dict[str, object]]]:
    answer = client.post("/api/v1/me/import", content=text.encode(), headers=headers | CSV)
    assert answer.status_code == 200, answer.text
    return answer.json()


def ratings(client: Client, headers: Headers) -> dict[str, int | None]:
    items = client.get("/api/v1/me/ratings?page_size=100", headers=headers).json()["items"]
    return {item["book"]["isbn"]: item["rating"] for item in items}


def shelf(client: Client, headers: Headers, name: str) -> list[str]:
    items = client.get(f"/api/v1/me/{name}", headers=headers).json()["items"]
    return [item["book"]["isbn"] for item in items]


def test_goodreads_makes_the_shelf_personal_and_can_be_undone(client: Client) -> None:
    headers = register(client)
    report = bring(client, headers, GOODREADS)
    assert [(m["isbn"], m["matched_by"], m["kept_as"]) for m in report["matched"]] == [
        (SHINING, "isbn", "rating"),
        (CARRIE, "title", "rating"),
        (DUNE, "isbn", "want"),
    ]
    (unmatched,) = report["unmatched"]
    assert (unmatched["title"], unmatched["reason"]) == ("A Book Nobody Sells", "not_in_catalogue")
    assert report["ignored"] == []
    assert ratings(client, headers) == {SHINING: 10, CARRIE: 8}
    assert shelf(client, headers, "want") == [DUNE]
    answer = client.get("/api/v1/me/recommendations", headers=headers).json()
    assert answer["source"] == "live"
    because = [b for item in answer["items"] for b in item.get("because", [])]
    assert {"isbn": SHINING, "title": "The Shining", "relation": "rated", "rating": 10} in because

    assert client.delete("/api/v1/me/import", headers=headers).status_code == 204
    assert ratings(client, headers) == {}
    assert shelf(client, headers, "want") == []
    source = client.get("/api/v1/me/recommendations", headers=headers).json()["source"]
    assert source == "popular"
    assert client.delete("/api/v1/me/import", headers=headers).status_code == 404


def test_what_was_said_here_stays_and_undo_leaves_later_changes(client: Client) -> None:
    headers = register(client, liked_isbns=[CARRIE])
    client.put(f"/api/v1/me/ratings/{SHINING}", json={"rating": 3}, headers=headers)
    client.put(f"/api/v1/me/dismissed/{DUNE}", headers=headers)
    report = bring(client, headers, GOODREADS)
    assert [(i["isbn"], i["reason"]) for i in report["ignored"]] == [
        (SHINING, "rated_here"),
        (DUNE, "on_a_shelf"),
    ]
    assert ratings(client, headers) == {SHINING: 3, CARRIE: 8}
    client.put("/api/v1/me/ratings/0441569595", json={"rating": 9}, headers=headers)
    client.delete("/api/v1/me/import", headers=headers)
    # The like that the import made a rating of is a like again.
    assert ratings(client, headers) == {SHINING: 3, CARRIE: None, "0441569595": 9}
    assert shelf(client, headers, "dismissed") == [DUNE]


def test_a_reader_with_a_stored_list_gets_a_live_one_from_a_new_history(
    client: Client, home: Home
) -> None:
    create_account(home, "reader", PASSWORD, user_id=LISTED_READER)
    headers = bearer(client, "reader")

    def source() -> str:
        answer = client.get("/api/v1/me/recommendations", headers=headers).json()
        return str(answer["source"])

    assert source() == "precomputed"
    report = bring(client, headers, STORYGRAPH)
    assert report["matched"]
    assert source() == "live"
    client.delete("/api/v1/me/import", headers=headers)
    assert source() == "precomputed"


def test_two_imports_are_undone_together(client: Client) -> None:
    headers = register(client)
    bring(client, headers, STORYGRAPH)
    assert ratings(client, headers) == {"0441569595": 9, "0553293354": None}
    assert shelf(client, headers, "want") == ["0061054887"]
    assert shelf(client, headers, "dismissed") == ["0553382578"]
    report = bring(client, headers, LIBRARYTHING)
    assert len(report["matched"]) == 3
    bring(client, headers, LIBRARYTHING)
    client.delete("/api/v1/me/import", headers=headers)
    assert ratings(client, headers) == {}
    assert shelf(client, headers, "want") == shelf(client, headers, "dismissed") == []


def test_a_book_that_was_removed_here_stays_removed_and_rows_count_once(client: Client) -> None:
    headers = register(client, liked_isbns=[DUNE])
    client.delete(f"/api/v1/me/ratings/{DUNE}", headers=headers)
    report = bring(client, headers, "Title,Author\nDune,Frank Herbert\nEmma,Austen\nEmma,Austen\n")
    assert [(i["line"], i["reason"]) for i in report["ignored"]] == [
        (2, "removed_here"),
        (4, "twice"),
    ]
    assert ratings(client, headers) == {"0141439580": None}


def test_a_form_does_too(client: Client) -> None:
    headers = register(client)
    files = {"file": ("books.tsv", LIBRARYTHING.encode("utf-16"))}
    answer = client.post("/api/v1/me/import", files=files, headers=headers)
    assert answer.status_code == 200, answer.text
    assert answer.json()["matched_total"] == 3


@pytest.mark.parametrize(
    ("content", "media_type", "status"),
    [
        (b"PK\x03\x04", "text/csv", 400),
        (b"a,b\n1,2\n", "text/csv", 400),
        (b"Title\n" + b"x" * 6_000_000, "text/csv", 413),
        (b"{}", "application/json", 415),
    ],
)
def test_other_bodies_are_refused(
    client: Client, content: bytes, media_type: str, status: int
) -> None:
    headers = register(client) | {"content-type": media_type}
    answer = client.post("/api/v1/me/import", content=content, headers=headers)
    assert answer.status_code == status, answer.text
    assert answer.headers["content-type"] == "application/problem+json"
    assert client.post("/api/v1/me/import", content=b"Title\nEmma\n").status_code in (401, 415)


def test_other_routes_keep_the_small_limit(client: Client) -> None:
    body = {"username": "x" * 200_000, "password": "y"}
    assert client.post("/api/v1/session", json=body).status_code == 413


def test_the_export_comes_back_as_it_was(client: Client) -> None:
    anna, ben = register(client, "anna", liked_isbns=[CARRIE]), register(client, "ben")
    client.put(f"/api/v1/me/ratings/{SHINING}", json={"rating": 9}, headers=anna)
    client.put("/api/v1/me/ratings/ml:357", json={"rating": 5}, headers=anna)
    client.put(f"/api/v1/me/want/{DUNE}", headers=anna)
    client.put("/api/v1/me/dismissed/0439139597", headers=anna)
    exported = client.get("/api/v1/me/export", headers=anna)
    assert exported.headers["content-type"] == "text/csv; charset=utf-8"
    assert "attachment" in exported.headers["content-disposition"]
    report = bring(client, ben, exported.text)
    # A book without author and ISBN is known by its title.
    assert report["unmatched"] == []
    assert ratings(client, ben) == ratings(client, anna)
    for name in ("want", "dismissed"):
        assert shelf(client, ben, name) == shelf(client, anna, name) != []
