"""Own shelves by the API: to read, not for me, owned; and their effect on every list."""

from __future__ import annotations

import pytest

from site_testing import Client, register

SHINING, CARRIE, IT = "0345806786", "0743412281", "1501142976"
DRACULA, DRACULA_SIGNET = "014143984X", "0451523377"

Headers = dict[str, str]


def shelf(client: Client, headers: Headers, name: str) -> list[str]:
    answer = client.get(f"/api/v1/me/{name}", headers=headers).json()
    assert answer["total"] == len(answer["items"])
    assert all(item["added_at"].endswith("Z") for item in answer["items"])
    return [item["book"]["isbn"] for item in answer["items"]]


def recommended(client: Client, headers: Headers) -> list[str]:
    answer = client.get("/api/v1/me/recommendations?limit=100", headers=headers).json()
    return [item["book"]["isbn"] for item in answer["items"]]


@pytest.mark.parametrize("spelling", [IT, "9781501142970", "978-1-5011-4297-0", "1 501 142 976"])
def test_an_isbn_in_any_spelling_is_the_same_book(client: Client, spelling: str) -> None:
    headers = register(client, liked_isbns=[SHINING])
    for name in ("want", "dismissed"):
        put = client.put(f"/api/v1/me/{name}/{spelling}", headers=headers)
        assert put.status_code == 200, put.text
        assert put.json()["book"]["isbn"] == IT
        assert shelf(client, headers, name) == [IT]
    assert shelf(client, headers, "want") == []  # a book is on one shelf
    deleted = client.delete(f"/api/v1/me/dismissed/{spelling}", headers=headers)
    assert deleted.status_code == 204
    assert shelf(client, headers, "dismissed") == []


def test_a_dismissed_work_leaves_the_list_in_every_edition_and_comes_back(client: Client) -> None:
    headers = register(client, liked_isbns=[SHINING])
    before = recommended(client, headers)
    assert {DRACULA, DRACULA_SIGNET} & set(before)
    # Whichever edition is dismissed: none of the work is listed.
    other = DRACULA_SIGNET if DRACULA in before else DRACULA
    client.put(f"/api/v1/me/dismissed/{other}", headers=headers)
    assert not {DRACULA, DRACULA_SIGNET} & set(recommended(client, headers))
    client.delete(f"/api/v1/me/dismissed/{other}", headers=headers)
    assert recommended(client, headers) == before


def test_dismissing_again_and_taking_back_twice_change_nothing(client: Client) -> None:
    headers = register(client, liked_isbns=[SHINING])
    for isbn in (IT, CARRIE, IT):
        client.put(f"/api/v1/me/dismissed/{isbn}", headers=headers)
    assert shelf(client, headers, "dismissed") == [CARRIE, IT]
    for _ in range(2):
        assert client.delete(f"/api/v1/me/dismissed/{IT}", headers=headers).status_code == 204
    # Taking a book off the other shelf leaves it.
    client.delete(f"/api/v1/me/want/{CARRIE}", headers=headers)
    assert shelf(client, headers, "dismissed") == [CARRIE]


def test_a_wanted_book_makes_the_first_list_and_is_no_part_of_it(client: Client) -> None:
    headers = register(client)
    answer = client.get("/api/v1/me/recommendations", headers=headers).json()
    assert answer["source"] == "popular"
    client.put(f"/api/v1/me/want/{SHINING}", headers=headers)
    answer = client.get("/api/v1/me/recommendations", headers=headers).json()
    assert answer["source"] == "live"
    assert SHINING not in [item["book"]["isbn"] for item in answer["items"]]
    because = [b for item in answer["items"] for b in item.get("because", [])]
    assert {"isbn": SHINING, "title": "The Shining", "relation": "wanted"} in because


def test_what_is_read_is_no_longer_wanted(client: Client) -> None:
    headers = register(client)
    client.put(f"/api/v1/me/want/{IT}", headers=headers)
    client.put(f"/api/v1/me/want/{DRACULA}", headers=headers)
    client.put(f"/api/v1/me/ratings/{IT}", json={"rating": 9}, headers=headers)
    # Another edition of a wanted work was read: the wanted one goes too.
    client.put(f"/api/v1/me/ratings/{DRACULA_SIGNET}", json={"rating": 4}, headers=headers)
    assert shelf(client, headers, "want") == []
    refused = client.put(f"/api/v1/me/want/{IT}", headers=headers)
    assert refused.status_code == 409
    assert "already" in refused.json()["detail"]
    client.delete(f"/api/v1/me/ratings/{IT}", headers=headers)
    assert shelf(client, headers, "want") == []


def test_owning_is_an_interaction_without_a_rating(client: Client) -> None:
    headers = register(client)
    put = client.put(f"/api/v1/me/owned/{SHINING}", headers=headers).json()
    assert (put["rating"], put["origin"], put["kind"]) == (None, "shop", "owned")
    answer = client.get("/api/v1/me/recommendations", headers=headers).json()
    assert answer["source"] == "live"
    relations = {b["relation"] for item in answer["items"] for b in item.get("because", [])}
    assert "liked" not in relations
    assert "owned" in relations
    client.put(f"/api/v1/me/ratings/{SHINING}", json={"rating": 8}, headers=headers)
    again = client.put(f"/api/v1/me/owned/{SHINING}", headers=headers).json()
    assert (again["rating"], again["kind"]) == (8, "rating")


@pytest.mark.parametrize("name", ["want", "dismissed", "owned"])
def test_unknown_books_and_strangers(client: Client, name: str) -> None:
    headers = register(client)
    assert client.put(f"/api/v1/me/{name}/123", headers=headers).status_code == 404
    assert client.put(f"/api/v1/me/{name}/{IT}").status_code == 401


def test_shelves_are_of_one_reader(client: Client) -> None:
    anna, ben = register(client, "anna"), register(client, "ben")
    client.put(f"/api/v1/me/want/{IT}", headers=anna)
    assert shelf(client, ben, "want") == []
