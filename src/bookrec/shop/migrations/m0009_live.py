"""Live sessions: a host shows books to an audience, who react to them."""

from __future__ import annotations

from typing import Final

SCRIPT: Final = """
create table live_session (
    session_id integer primary key autoincrement,
    code text not null unique,           -- of the link that members join by
    name text not null,
    user_id text,                        -- the host; null = the account is gone
    rule text not null check (rule in ('fair', 'average', 'least misery')),
    started_at integer not null,
    ended_at integer                     -- null = open
);

-- A member is a reader or a visitor; both null = the reader left the shop, or the retention is over.
create table live_member (
    member_id integer primary key autoincrement,
    session_id integer not null references live_session,
    user_id text,
    visitor text,                        -- digest of the cookie of this session
    joined_at integer not null,
    seen_at integer not null,
    check (user_id is null or visitor is null)
);
create unique index live_member_reader on live_member (session_id, user_id)
    where user_id is not null;
create unique index live_member_visitor on live_member (session_id, visitor)
    where visitor is not null;
create index live_member_by_reader on live_member (user_id) where user_id is not null;

-- Rows are only added; workers follow them by event_id.
create table live_event (
    event_id integer primary key autoincrement,
    session_id integer not null references live_session,
    member_id integer,                   -- null = the host
    kind text not null check (kind in ('joined', 'left', 'like', 'want', 'dismiss', 'question',
        'cart', 'staged', 'queued', 'moved', 'removed', 'ended')),
    isbn text not null default '',       -- '' = of no book
    text text not null default '',       -- of a question
    place integer,                       -- 0-based place in the queue, of kind 'moved'
    at integer not null
);
create index live_event_by_session on live_event (session_id, event_id);
create index live_event_by_member on live_event (member_id) where member_id is not null;
"""
