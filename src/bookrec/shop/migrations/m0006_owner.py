"""Owner's side: corrections and additions of books, promoted books, counts of days."""

from __future__ import annotations

from typing import Final

SCRIPT: Final = """
create table book_correction (
    isbn text primary key,
    added integer not null check (added in (0, 1)),  -- 1 = the operator added the book
    title text,                          -- null = as the catalogue has it, here and below
    author text,                         -- '' = unknown, here and below
    publisher text,
    year integer,                        -- 0 = unknown
    category text,
    language text,
    series text,                         -- with it the number, null = without one
    series_number real,
    description text,
    updated_at integer not null,
    check (added = 0 or title <> '')
) without rowid;
create table promotion (
    isbn text primary key,
    promoted_at integer not null
) without rowid;

-- What pages show of books has changed: see shop_version.
create trigger correction_inserted after insert on book_correction
begin update shop_version set version = version + 1; end;
create trigger correction_updated after update on book_correction
begin update shop_version set version = version + 1; end;
create trigger correction_deleted after delete on book_correction
begin update shop_version set version = version + 1; end;
create trigger promotion_inserted after insert on promotion
begin update shop_version set version = version + 1; end;
create trigger promotion_deleted after delete on promotion
begin update shop_version set version = version + 1; end;

create table day_count (
    day text not null,                   -- 2026-11-27, the server's
    kind text not null,                  -- see bookrec.shop.owner.day_counts
    what text not null,
    count integer not null check (count > 0),
    primary key (day, kind, what)
) without rowid;
"""
