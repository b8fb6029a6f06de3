"""Accounts, sessions, claims, ratings, likes, stored live lists, views, sign-in attempts."""

from __future__ import annotations

from typing import Final

SCRIPT: Final = """
create table account (
    account_id integer primary key autoincrement,
    user_id text not null unique,    -- 'shop:N' (N = account_id), or the data set's id if claimed
    username text not null,
    username_folded text not null unique,
    password_hash text not null,     -- argon2id, PHC string
    age integer,                     -- null = not told
    language text not null default 'en',
    disabled_at integer,             -- null = may sign in
    created_at integer not null
);
create table session (
    token_hash blob primary key,     -- SHA-256 of the token; the token itself is never stored
    account_id integer not null references account on delete cascade,
    kind text not null check (kind in ('cookie', 'bearer')),
    created_at integer not null,
    last_seen_at integer not null,
    expires_at integer not null
) without rowid;
create index session_by_account on session (account_id);
create table claim (
    token_hash blob primary key,     -- SHA-256 of the one-time token
    user_id text not null,
    created_at integer not null,
    expires_at integer not null,
    used_at integer                  -- null = still open
) without rowid;
create table shop_interaction (
    user_id text not null,
    isbn text not null,
    kind text not null check (kind in ('rating', 'like', 'purchase', 'deleted')),
    rating integer check (rating between 1 and 10),  -- only for kind 'rating'
    created_at integer not null,
    primary key (user_id, isbn),     -- the last word on a book; 'deleted' is a tombstone
    check ((kind = 'rating') = (rating is not null))
) without rowid;
create table live_list (
    user_id text not null,
    rank integer not null,
    isbn text not null,
    score real not null,
    primary key (user_id, rank)
) without rowid;
create table live_list_state (
    user_id text primary key,
    snapshot_id text not null,       -- the snapshot whose ranker made the list
    made_at integer not null
) without rowid;
create table sign_in_attempt (
    key text not null,               -- folded username, or client address
    at integer not null
);
create index sign_in_attempt_by_key on sign_in_attempt (key, at);
"""
