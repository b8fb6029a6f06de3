"""Shelves of one's own (to read, not for me), books that are owned, and histories brought along."""

from __future__ import annotations

from typing import Final

SCRIPT: Final = """
create table shop_interaction_owned (
    user_id text not null,
    isbn text not null,
    kind text not null check (kind in ('rating', 'like', 'purchase', 'owned', 'deleted')),
    rating integer check (rating between 1 and 10),  -- only for kind 'rating'
    created_at integer not null,
    primary key (user_id, isbn),     -- the last word on a book; 'deleted' is a tombstone
    check ((kind = 'rating') = (rating is not null))
) without rowid;
insert into shop_interaction_owned (user_id, isbn, kind, rating, created_at)
    select user_id, isbn, kind, rating, created_at from shop_interaction;
drop table shop_interaction;
alter table shop_interaction_owned rename to shop_interaction;
create table shelf_book (
    shelf_book_id integer primary key autoincrement,  -- the order of putting books there
    user_id text not null,
    isbn text not null,
    shelf text not null check (shelf in ('want', 'dismissed')),
    created_at integer not null,
    unique (user_id, isbn)           -- a book is on one shelf of a reader
);
create table history_import (
    user_id text primary key,
    created_at integer not null,     -- of the last import
    report text not null             -- JSON: matched, unmatched and ignored entries of the file
);
create table imported_book (
    user_id text not null,
    isbn text not null,
    shelf text,                      -- 'want', 'dismissed'; null = a row of shop_interaction
    created_at integer not null,     -- of the row that the import wrote
    kind_before text,                -- the row of shop_interaction that it replaced, for undo
    rating_before integer,
    created_before integer,
    primary key (user_id, isbn)
) without rowid;
"""
