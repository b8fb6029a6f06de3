"""Events of readers and consenting visitors, lists they were shown, and counts of days gone by."""

from __future__ import annotations

from typing import Final

SCRIPT: Final = """
alter table account add column records_events integer not null default 1
    check (records_events in (0, 1));
create table events (
    event_id integer primary key autoincrement,
    user_id text,                    -- null = a visitor
    visitor text,                    -- digest of a visitor's consent cookie; null = a reader
    client_id text,                  -- the sender's name of the event; null = noted by the site
    kind text not null check (kind in ('view', 'search', 'click', 'rate', 'like', 'comment', 'want',
        'cart', 'buy', 'dismiss')),
    isbn text,                       -- null for a search
    list_id text,                    -- impressions.list_id of the list it came from, if any
    shelf text,                      -- of that list
    position integer,                -- 1-based place in that list
    seconds integer,                 -- looked at; only for views
    rating integer,                  -- 1-10; only for kind 'rate'
    query text,                      -- only for searches, like hits
    hits integer,
    arm text,                        -- of an experiment; null = none
    created_at integer not null,
    check ((user_id is null) <> (visitor is null)),
    check ((kind = 'search') = (isbn is null)),
    check ((kind = 'search') = (query is not null))
);
create unique index events_by_client_id on events (coalesce(user_id, visitor), client_id)
    where client_id is not null;
create index events_by_reader on events (user_id, created_at) where user_id is not null;
create index events_by_visitor on events (visitor, created_at) where visitor is not null;
create index events_by_click on events (coalesce(user_id, visitor), isbn, created_at)
    where kind = 'click';
create index events_by_time on events (created_at);
create table impressions (
    impression_id integer primary key autoincrement,
    user_id text,                    -- null = a visitor
    visitor text,                    -- null = a reader
    list_id text not null,           -- random; one list shown once
    shelf text not null,             -- 'yours', 'similar', 'popular', ...
    page text not null,              -- path and query of the page it stood on; '' = given by the API
    isbns text not null,             -- in order, one a line
    size integer not null,           -- number of them
    arm text,
    created_at integer not null,
    check ((user_id is null) <> (visitor is null))
);
create index impressions_by_reader on impressions (user_id, created_at) where user_id is not null;
create index impressions_by_visitor on impressions (visitor, created_at) where visitor is not null;
create index impressions_by_list on impressions (list_id);
create index impressions_by_time on impressions (created_at);

-- What is kept of events and lists older than the retention: counts that name nobody.
create table event_days (
    day integer not null,            -- days since 1970, UTC
    kind text not null,
    isbn text not null,              -- '' for searches
    shelf text not null,             -- '' = from no list
    position integer not null,       -- 0 = from no list
    events integer not null,
    seconds integer not null,
    primary key (day, kind, isbn, shelf, position)
) without rowid;
create table impression_days (
    day integer not null,
    shelf text not null,
    size integer not null,
    lists integer not null,
    primary key (day, shelf, size)
) without rowid;
create table event_upkeep (thinned_at integer not null);
insert into event_upkeep values (0);
"""
