"""A reader's own data: the download has all of it, the deletion leaves none of it."""

from __future__ import annotations

import contextlib
import json
import sqlite3
from pathlib import Path

from bookrec.settings import Home
from bookrec.shop.personal_tables import TABLES
from bookrec.web.accounts.cli import create_account, invite_reader
from site_testing import PASSWORD, Client, bearer, open_client, register, sign_in, write_events
from small_snapshot import LISTED_READER

EMAIL = "annika.larsson@example.org"


def fill_tables(home: Home, username: str, email: str = EMAIL) -> str:
    """Give the reader a row in every registered table; return their user id."""
    with contextlib.closing(sqlite3.connect(home.shop_database)) as shop, shop:
        account_id, user_id = shop.execute(
            "update account set email = ?, age = 41 where username = ? returning account_id, user_id",
            (email, username),
        ).fetchone()
        shop.execute("insert into reset_link values (randomblob(32), ?, 1, 2)", (account_id,))
        shop.execute("insert into claim values (randomblob(32), ?, 1, 2, 3)", (user_id,))
        shop.execute(
            "insert into outgoing_mail (user_id, recipient, subject, body, created_at)"
            " values (?, ?, 's', 'secret-link', 1)",
            (user_id, email),
        )
        shop.execute("insert into live_list values (?, 999, '0141439580', 0.5)", (user_id,))
        shop.execute("insert or replace into live_list_state values (?, 's', 1)", (user_id,))
        shop.execute(
            "insert or replace into shop_interaction values (?, '0441172717', 'rating', 9, 1)",
            (user_id,),
        )
        shop.execute(
            "insert into shelf_book (user_id, isbn, shelf, created_at) values (?, '1', 'want', 1)",
            (user_id,),
        )
        shop.execute(
            "insert into taste_correction values (?, 'author', 'annikabook', 'Annika Book', 1)",
            (user_id,),
        )
        shop.execute("insert into history_import values (?, 1, '{}')", (user_id,))
        shop.execute(
            "insert into imported_book values (?, '1', 'want', 1, null, null, null)", (user_id,)
        )
        shop.execute(
            "insert into events (user_id, kind, isbn, created_at) values (?, 'view', '1', 1)",
            (user_id,),
        )
        shop.execute(
            "insert into impressions (user_id, list_id, shelf, page, isbns, size, created_at)"
            " values (?, 'a', 'yours', '/', '1', 1, 1)",
            (user_id,),
        )
        (session_id,) = shop.execute(
            "insert into live_session (code, name, user_id, rule, started_at)"
            " values (?, 'Evening', ?, 'fair', 1) returning session_id",
            (f"code-{account_id}", user_id),
        ).fetchone()
        (member_id,) = shop.execute(
            "insert into live_member (session_id, user_id, joined_at, seen_at)"
            " values (?, ?, 1, 1) returning member_id",
            (session_id, user_id),
        ).fetchone()
        shop.execute(
            "insert into live_event (session_id, member_id, kind, isbn, at)"
            " values (?, ?, 'like', '0141439580', 1)",
            (session_id, member_id),
        )
        (cart_id,) = shop.execute(
            "insert into cart (user_id, used_at) values (?, 1) returning cart_id", (user_id,)
        ).fetchone()
        shop.execute("insert into cart_line values (?, '0141439580', 1, 1)", (cart_id,))
        shop.execute("insert into stock_wait values (?, '0441172717', 1)", (cart_id,))
        for number, state in ((2 * account_id, "done"), (2 * account_id + 1, "packed")):
            order = f"order-{number}"
            shop.execute(
                "insert into shop_order values (?, ?, ?, ?, 'digest', ?, 'VND', 5, 0, 5,"
                " 'Annika Larsson', '', ?, 'delivery', '7 Elm Street', 'cash', 'ring twice', 'en', 1)",
                (order, number, user_id, f"{user_id} {number}", state, email),
            )
            shop.execute(
                "insert into shop_order_line values (?, '0141439580', 'Emma', 'Austen', 5, 1, 1)",
                (order,),
            )
            shop.execute(
                "insert into shop_order_state values (?, 1, 'new', 'buyer', 'for Annika', 1)",
                (order,),
            )
    return user_id


def all_values(path: Path) -> str:
    with contextlib.closing(sqlite3.connect(path)) as shop:
        return "\n".join(shop.iterdump())


def rows_by_table(path: Path, user_id: str, account_id: int) -> dict[str, int]:
    with contextlib.closing(sqlite3.connect(path)) as shop:
        keys = {"user_id": user_id, "account_id": account_id}
        return {
            table.name: shop.execute(
                f"select count(*) from {table.name} where {table.condition}",
                (keys[table.reader_column],),
            ).fetchone()[0]
            for table in TABLES
        }


def test_the_download_has_every_table_and_no_secret(client: Client, home: Home) -> None:
    headers = register(client, "annika", liked_isbns=["0345806786"])
    register(client, "other-reader")
    user_id = fill_tables(home, "annika")
    data = client.get("/api/v1/me/data", headers=headers).json()
    assert data["user_id"] == user_id
    assert {table.name for table in TABLES} == set(data["tables"])
    assert all(rows for rows in data["tables"].values()), "a row of each table"
    assert {row["isbn"] for row in data["tables"]["shop_interaction"]} == {
        "0345806786",
        "0441172717",
    }
    assert data["tables"]["account"][0]["email"] == EMAIL
    text = json.dumps(data)
    for secret in ("argon2", "token_hash", "secret-link", "other-reader"):
        assert secret not in text
    sign_in(client, "annika")
    page = client.get("/me/account/data")
    assert page.headers["content-disposition"].startswith("attachment")
    assert page.headers["cache-control"].startswith("private, no-store")
    assert {**page.json(), "tables": 0} == {**data, "tables": 0}


def test_deletion_leaves_no_trace_and_touches_nobody_else(home: Home, snapshot_id: str) -> None:
    with open_client(home) as client:
        register(client, "berta", liked_isbns=["0141439580"])
        write_events(client)
        other_id = fill_tables(home, "berta", "berta@example.org")
        others = rows_by_table(home.shop_database, other_id, 1)
        headers = register(client, "annika-l", liked_isbns=["0345806786"])
        user_id = fill_tables(home, "annika-l")
        assert all(rows_by_table(home.shop_database, user_id, 2).values())
        assert client.delete("/api/v1/me", headers=headers).status_code == 204
        assert not any(rows_by_table(home.shop_database, user_id, 2).values())
        assert rows_by_table(home.shop_database, other_id, 1) == others
        assert client.get("/api/v1/me/ratings", headers=headers).status_code == 401
        again = client.post("/api/v1/session", json={"username": "annika-l", "password": PASSWORD})
        assert again.status_code == 401
        # The next reader must not get the id of a deleted one.
        body = {"username": "annika-l", "password": PASSWORD}
        assert client.post("/api/v1/accounts", json=body).json()["user_id"] not in (
            user_id,
            other_id,
        )
    with contextlib.closing(sqlite3.connect(home.shop_database)) as shop:
        shop.execute("pragma secure_delete = on")
        shop.execute("pragma foreign_keys = on")
        orders = shop.execute(
            "select state, user_id, name, phone, email, address, note from shop_order"
            " where number in (4, 5) order by number"
        ).fetchall()
        assert orders == [
            ("done", None, "", "-", "", "-", ""),
            ("packed", None, "Annika Larsson", "", EMAIL, "7 Elm Street", "ring twice"),
        ], "an order on its way is delivered like a guest's"
        assert shop.execute("select count(*) from shop_order_line").fetchone() == (4,)
        shop.execute("delete from shop_order where number = 5")
        shop.execute("delete from account where username = 'annika-l'")
        shop.execute("delete from sign_in_attempt")
        shop.commit()
        shop.execute("pragma wal_checkpoint(truncate)")
    assert EMAIL not in all_values(home.shop_database)
    assert EMAIL.encode() not in home.shop_database.read_bytes(), "not in free pages either"


def test_a_deletion_that_fails_deletes_nothing(client: Client, home: Home, monkeypatch) -> None:
    headers = register(client, "annika")
    user_id = fill_tables(home, "annika")
    before = rows_by_table(home.shop_database, user_id, 1)
    with contextlib.closing(sqlite3.connect(home.shop_database)) as shop, shop:
        shop.execute(
            "create trigger stop before delete on account begin select raise(abort, 'no'); end"
        )
    assert client.delete("/api/v1/me", headers=headers).status_code == 500
    assert rows_by_table(home.shop_database, user_id, 1) == before


def test_a_claimed_reader_may_leave_and_claim_again(client: Client, home: Home) -> None:
    create_account(home, "linh", PASSWORD, user_id=LISTED_READER)
    headers = bearer(client, "linh")
    assert client.delete("/api/v1/me", headers=headers).status_code == 204
    assert client.get(invite_reader(home, LISTED_READER)).status_code == 200
