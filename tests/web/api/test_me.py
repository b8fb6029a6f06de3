"""The API of a signed-in reader: accounts, tokens, recommendations, ratings."""

from __future__ import annotations

import contextlib
import sqlite3
from typing import Any

import pytest

from bookrec.settings import Home
from bookrec.snapshot import current_snapshot, open_database
from bookrec.web.accounts.cli import create_account
from bookrec.web.recommendations.live import LiveInference
from bookrec.web.store.reader_history import ReaderHistory
from bookrec.web.store.snapshot_reader import Snapshot
from site_testing import PASSWORD, Client, bearer, open_client, register
from small_snapshot import (
    BOOKS,
    LISTED_READER,
    READER_WITHOUT_BOOKS,
    READER_WITHOUT_LIST,
    TOP,
    build_snapshot,
)

GENRE = {row[0]: row[5] for row in BOOKS}


def recommendations(client: Client, headers: dict[str, str], limit: int = 20) -> dict[str, Any]:
    answer = client.get(f"/api/v1/me/recommendations?limit={limit}", headers=headers)
    assert answer.status_code == 200, answer.text
    recommended: dict[str, Any] = answer.json()
    assert [item["rank"] for item in recommended["items"]] == list(
        range(1, len(recommended["items"]) + 1)
    )
    return recommended


def isbns(recommended: dict[str, Any]) -> list[str]:
    return [item["book"]["isbn"] for item in recommended["items"]]


def as_reader(client: Client, home: Home, user_id: str) -> dict[str, str]:
    """Headers of a reader of the data set."""
    create_account(home, f"reader-{user_id}", PASSWORD, user_id=user_id)
    return bearer(client, f"reader-{user_id}")


def snapshot_rows(home: Home, query: str, *parameters: object) -> list[tuple[Any, ...]]:
    with contextlib.closing(open_database(current_snapshot(home.snapshots))) as connection:
        return connection.execute(query, parameters).fetchall()


def works(home: Home, of: list[str]) -> list[int]:
    known = dict(snapshot_rows(home, "select isbn, work_id from book"))
    return [known[isbn] for isbn in of]


# --- accounts and tokens ------------------------------------------------------------------------


def test_registration_tells_the_user_id(client: Client) -> None:
    body = {"username": "Anna", "password": PASSWORD, "age": 30}
    answer = client.post("/api/v1/accounts", json=body)
    assert answer.status_code == 201
    assert answer.json() == {"user_id": "shop:1", "username": "Anna", "age": 30}
    assert "set-cookie" not in answer.headers


def test_a_username_is_taken_in_any_case(client: Client) -> None:
    register(client, "Đặng.Thu")
    answer = client.post("/api/v1/accounts", json={"username": "đẶng.thu", "password": PASSWORD})
    assert answer.status_code == 409
    assert answer.headers["content-type"] == "application/problem+json"


@pytest.mark.parametrize(
    ("change", "name"),
    [
        ({"username": "ab"}, "username"),
        ({"username": "a" * 41}, "username"),
        ({"username": "two words"}, "username"),
        ({"username": "a<b>c"}, "username"),
        ({"password": "short77"}, "password"),
        ({"password": "x" * 257}, "password"),
        ({"password": "password1"}, "password"),
        ({"password": "anna-maria1"}, "password"),
        ({"age": 4}, "age"),
        ({"age": 101}, "age"),
        ({"age": "old"}, "age"),
        ({"surname": "B"}, "surname"),
    ],
)
def test_registration_names_what_is_wrong(
    client: Client, change: dict[str, object], name: str
) -> None:
    body = {"username": "anna-maria", "password": PASSWORD, **change}
    answer = client.post("/api/v1/accounts", json=body)
    assert answer.status_code == 400
    assert answer.headers["content-type"] == "application/problem+json"
    assert name in answer.text
    assert (
        client.post(
            "/api/v1/session", json={"username": "anna-maria", "password": str(body["password"])}
        ).status_code
        == 401
    )


def test_bodies_must_be_json(client: Client) -> None:
    malformed = client.post(
        "/api/v1/session", content="{", headers={"content-type": "application/json"}
    )
    assert malformed.status_code == 400
    latin = client.post(
        "/api/v1/session",
        content='{"username": "zoë", "password": "x"}'.encode("latin-1"),
        headers={"content-type": "application/json"},
    )
    assert latin.status_code == 400
    form = client.post("/api/v1/session", data={"username": "anna", "password": PASSWORD})
    assert form.status_code == 415
    huge = client.post("/api/v1/session", json={"username": "anna", "password": "x" * 200_000})
    assert huge.status_code == 413
    for answer in (malformed, latin, form, huge):
        assert answer.headers["content-type"] == "application/problem+json"


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", "/api/v1/me/recommendations"),
        ("GET", "/api/v1/me/ratings"),
        ("PUT", "/api/v1/me/ratings/0141439580"),
        ("DELETE", "/api/v1/me/ratings/0141439580"),
        ("DELETE", "/api/v1/session"),
    ],
)
@pytest.mark.parametrize("value", [None, "Bearer nonsense", "Bearer", "Basic YTpi"])
def test_own_routes_need_a_token(client: Client, method: str, path: str, value: str | None) -> None:
    headers = {"authorization": value} if value else {}
    body = {"json": {"rating": 5}} if method == "PUT" else {}
    answer = client.request(method, path, headers=headers, **body)  # type: ignore[arg-type]
    assert answer.status_code == 401
    assert answer.headers["www-authenticate"].startswith("Bearer")
    assert answer.headers["content-type"] == "application/problem+json"


def test_cookies_and_tokens_do_not_open_each_others_doors(client: Client) -> None:
    headers = register(client)
    token = headers["authorization"].removeprefix("Bearer ")
    client.cookies.set("bookrec_session", token)
    assert client.get("/api/v1/me/ratings").status_code == 401
    assert client.get("/me").status_code == 303


def test_sign_out_ends_the_token(client: Client) -> None:
    headers = register(client)
    other = bearer(client, "anna")
    assert client.delete("/api/v1/session", headers=headers).status_code == 204
    assert client.get("/api/v1/me/ratings", headers=headers).status_code == 401
    assert client.get("/api/v1/me/ratings", headers=other).status_code == 200


def test_only_a_hash_of_the_token_is_stored(client: Client, home: Home) -> None:
    headers = register(client)
    token = headers["authorization"].removeprefix("Bearer ")
    client.get("/api/v1/me/ratings", headers=headers)
    stored = home.shop_database.read_bytes()
    stored += home.shop_database.with_name("shop.sqlite-wal").read_bytes()
    assert b"anna" in stored
    assert token.encode() not in stored
    assert PASSWORD.encode() not in stored


# --- lists --------------------------------------------------------------------------------------


def test_a_known_reader_gets_the_stored_list(client: Client, home: Home, snapshot_id: str) -> None:
    recommended = recommendations(client, as_reader(client, home, LISTED_READER), TOP)
    assert (recommended["source"], recommended["snapshot_id"]) == ("precomputed", snapshot_id)
    stored = snapshot_rows(
        home,
        "select isbn, score from user_top join book using (book_id) join reader using (reader_id)"
        " where user_id = ? order by rank",
        LISTED_READER,
    )
    assert [(i["book"]["isbn"], i["score"]) for i in recommended["items"]] == stored
    assert not any("topped_up" in item for item in recommended["items"])


def test_reasons_are_seen_books(client: Client, home: Home) -> None:
    recommended = recommendations(client, as_reader(client, home, LISTED_READER), TOP)
    seen = {
        row[0]
        for row in snapshot_rows(
            home,
            "select isbn from interaction join book using (book_id) join reader using (reader_id)"
            " where user_id = ?",
            LISTED_READER,
        )
    }
    reasons = [item["because"] for item in recommended["items"] if "because" in item]
    assert len(reasons) >= 6
    assert all(1 <= len(because) <= 2 for because in reasons)
    assert {reason["isbn"] for because in reasons for reason in because} <= seen


def test_a_list_that_runs_out_is_topped_up_and_says_so(client: Client, home: Home) -> None:
    recommended = recommendations(client, as_reader(client, home, LISTED_READER), 100)
    marks = [item.get("topped_up", False) for item in recommended["items"]]
    assert marks == [False] * TOP + [True] * (len(marks) - TOP)
    assert len(marks) > TOP
    shown = works(home, isbns(recommended))
    assert len(shown) == len(set(shown))


def test_rating_an_edition_removes_the_work_at_once(client: Client, home: Home) -> None:
    headers = as_reader(client, home, "276733")  # science fiction, then crime
    before = isbns(recommendations(client, headers, 100))
    assert sum(isbn in before for isbn in ("014143984X", "0451523377")) == 1
    other = "0451523377" if "014143984X" in before else "014143984X"
    rated = client.put(f"/api/v1/me/ratings/{other}", json={"rating": 4}, headers=headers)
    assert rated.status_code == 200
    assert (rated.json()["rating"], rated.json()["origin"]) == (4, "shop")
    after = recommendations(client, headers, 100)
    assert after["source"] == "precomputed"
    assert "014143984X" not in isbns(after)
    assert "0451523377" not in isbns(after)


def test_a_known_readers_rating_starts_no_model(
    client: Client, home: Home, monkeypatch: pytest.MonkeyPatch
) -> None:
    headers = as_reader(client, home, LISTED_READER)

    def never(*_: object) -> object:
        raise AssertionError("the ranker was loaded")

    monkeypatch.setattr("bookrec.web.recommendations.live.load_ranker", never)
    first = isbns(recommendations(client, headers))[0]
    client.put(f"/api/v1/me/ratings/{first}", json={"rating": 9}, headers=headers)
    after = recommendations(client, headers)
    assert after["source"] == "precomputed"
    assert first not in isbns(after)


def test_nothing_known_gives_what_the_age_band_reads(client: Client, home: Home) -> None:
    headers = register(client, "kid", age=15)
    recommended = recommendations(client, headers, 3)
    assert recommended["source"] == "popular"
    stored = snapshot_rows(
        home,
        "select isbn from popular_top join book using (book_id) where segment = 'Under 18'"
        " order by rank limit 3",
    )
    assert isbns(recommended) == [row[0] for row in stored]
    everyone = recommendations(client, register(client, "nobody"), 3)
    assert isbns(everyone) != isbns(recommended)
    assert not any("because" in item or "topped_up" in item for item in everyone["items"])


def test_likes_at_registration_make_a_live_list(client: Client, home: Home) -> None:
    liked = ["0345806786", "0743412281"]  # The Shining, Carrie
    headers = register(client, liked_isbns=[*liked, "not-a-book", liked[0]])
    recommended = recommendations(client, headers, 5)
    assert recommended["source"] == "live"
    assert not set(liked) & set(isbns(recommended))
    assert [GENRE[isbn] for isbn in isbns(recommended)[:4]] == ["horror"] * 4
    assert recommended["items"][0]["because"]
    crime = register(client, "berta", liked_isbns=["0062073486", "0394758285"])
    assert [GENRE[isbn] for isbn in isbns(recommendations(client, crime))[:3]] == ["crime"] * 3


def test_a_live_list_is_looked_up_and_follows_each_rating(
    client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    headers = register(client)
    assert recommendations(client, headers)["source"] == "popular"
    client.put("/api/v1/me/ratings/0062073486", json={"rating": 9}, headers=headers)
    first = recommendations(client, headers, 4)
    assert first["source"] == "live"
    assert [GENRE[isbn] for isbn in isbns(first)] == ["crime"] * 4

    async def never(*_: object) -> object:
        raise AssertionError("a visit must look the list up")

    with monkeypatch.context() as patched:
        patched.setattr("bookrec.web.recommendations.live.LiveInference.rank", never)
        assert recommendations(client, headers, 4)["items"] == first["items"]
    client.put("/api/v1/me/ratings/0345806786", json={"rating": 10}, headers=headers)
    assert "horror" in {GENRE[isbn] for isbn in isbns(recommendations(client, headers, 6))}


def test_taking_the_only_rating_back_leads_back_to_popular(client: Client) -> None:
    headers = register(client)
    client.put("/api/v1/me/ratings/0062073486", json={"rating": 9}, headers=headers)
    assert recommendations(client, headers)["source"] == "live"
    assert client.delete("/api/v1/me/ratings/0062073486", headers=headers).status_code == 204
    assert recommendations(client, headers)["source"] == "popular"


def test_a_list_ranked_for_an_age_since_corrected_is_not_stored(
    client: Client, home: Home, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A slow run for a rating ends after the reader told their age, and after the run for that."""
    headers = register(client, liked_isbns=["0062073486"])
    ages: list[int | None] = []
    rank = LiveInference.rank

    async def slow(
        self: LiveInference,
        snapshot: Snapshot,
        history: ReaderHistory,
        age: int | None,
        top: int,
    ):  # type: ignore[no-untyped-def]
        ages.append(age)
        if len(ages) == 1:
            with contextlib.closing(sqlite3.connect(home.shop_database)) as shop:
                shop.execute("update account set age = 61")
                shop.commit()
        return await rank(self, snapshot, history, age, top)

    monkeypatch.setattr(LiveInference, "rank", slow)
    rated = client.put("/api/v1/me/ratings/0345806786", json={"rating": 9}, headers=headers)
    assert rated.status_code == 200
    assert ages == [None, 61]


@pytest.mark.parametrize(
    ("user_id", "source"), [(READER_WITHOUT_LIST, "live"), (READER_WITHOUT_BOOKS, "popular")]
)
def test_known_readers_without_a_list(
    client: Client, home: Home, user_id: str, source: str
) -> None:
    headers = as_reader(client, home, user_id)
    assert recommendations(client, headers)["source"] == source


def test_a_live_list_is_made_anew_after_a_publish(client: Client, home: Home) -> None:
    headers = register(client, liked_isbns=["0345806786"])
    before = recommendations(client, headers)
    new_id = build_snapshot(home, marker=" (new)")
    after = recommendations(client, headers)
    assert before["snapshot_id"] != after["snapshot_id"] == new_id
    assert after["source"] == "live"
    assert all(item["book"]["title"].endswith(" (new)") for item in after["items"])
    with contextlib.closing(sqlite3.connect(home.shop_database)) as shop:
        assert shop.execute("select snapshot_id from live_list_state").fetchall() == [(new_id,)]


@pytest.mark.parametrize("damage", ["missing", "broken"])
def test_without_a_usable_ranker_there_are_popular_books(home: Home, damage: str) -> None:
    build_snapshot(home, with_ranker=damage == "broken")
    if damage == "broken":
        next(
            current_snapshot(home.snapshots).joinpath("ranker").glob("knn_neighbour*")
        ).write_bytes(b"not an array")
    with open_client(home) as client:
        headers = register(client, liked_isbns=["0345806786"])
        recommended = recommendations(client, headers)
        assert recommended["source"] == "popular"
        assert recommended["items"]
        assert "0345806786" not in isbns(recommended)


# --- seen books ----------------------------------------------------------------------------------


def my_ratings(client: Client, headers: dict[str, str]) -> dict[str, tuple[int | None, str]]:
    answer = client.get("/api/v1/me/ratings?page_size=100", headers=headers).json()
    assert answer["total"] == len(answer["items"])
    return {i["book"]["isbn"]: (i["rating"], i["origin"]) for i in answer["items"]}


def test_the_shop_overrides_the_data_set_and_a_tombstone_stays(client: Client, home: Home) -> None:
    headers = as_reader(client, home, LISTED_READER)
    before = my_ratings(client, headers)
    emma, jane_eyre = "0141439580", "0141441143"
    assert before[emma] == (10, "dataset")
    assert before[jane_eyre][1] == "dataset"
    client.put(f"/api/v1/me/ratings/{emma}", json={"rating": 2}, headers=headers)
    client.delete(f"/api/v1/me/ratings/{jane_eyre}", headers=headers)
    after = my_ratings(client, headers)
    assert after[emma] == (2, "shop")
    assert jane_eyre not in after
    assert len(after) == len(before) - 1
    with contextlib.closing(sqlite3.connect(home.shop_database)) as shop:
        rows = shop.execute("select isbn, kind, rating from shop_interaction order by isbn")
        assert rows.fetchall() == [(emma, "rating", 2), (jane_eyre, "deleted", None)]
    build_snapshot(home)  # it comes with the data set again
    assert jane_eyre not in my_ratings(client, headers)


def test_deleting_an_unseen_book_writes_nothing(client: Client, home: Home) -> None:
    headers = register(client)
    assert client.delete("/api/v1/me/ratings/0141439580", headers=headers).status_code == 204
    with contextlib.closing(sqlite3.connect(home.shop_database)) as shop:
        assert shop.execute("select count(*) from shop_interaction").fetchone() == (0,)


@pytest.mark.parametrize("rating", [0, 11, 7.5, "nine", None, True])
def test_a_rating_is_a_whole_number_from_1_to_10(client: Client, rating: object) -> None:
    headers = register(client)
    answer = client.put("/api/v1/me/ratings/0141439580", json={"rating": rating}, headers=headers)
    assert answer.status_code == 400
    assert my_ratings(client, headers) == {}


def test_rating_an_unknown_book_is_a_404(client: Client) -> None:
    headers = register(client)
    for method, body in (("PUT", {"json": {"rating": 5}}), ("DELETE", {})):
        answer = client.request(method, "/api/v1/me/ratings/123", headers=headers, **body)  # type: ignore[arg-type]
        assert answer.status_code == 404


def test_personal_answers_are_not_kept_by_caches(client: Client) -> None:
    headers = register(client)
    for path in ("/api/v1/me/ratings", "/api/v1/me/recommendations"):
        answer = client.get(path, headers=headers)
        assert answer.headers["cache-control"] == "private, no-store"
        assert "etag" not in answer.headers
