"""Corrections of a reader's taste: authors, series, categories, languages and decades not theirs."""

from __future__ import annotations

from typing import Final

SCRIPT: Final = """
create table taste_correction (
    user_id text not null,
    facet text not null
        check (facet in ('author', 'series', 'category', 'language', 'decade')),
    value text not null check (value <> ''),  -- key of the value, one for all spellings
    label text not null,             -- the value as the reader saw it
    created_at integer not null,
    primary key (user_id, facet, value)
) without rowid;
create index taste_correction_by_value on taste_correction (facet, value);
"""
