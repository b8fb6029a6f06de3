"""Operators, e-mail addresses, browsers of sessions, links to a new password, outgoing e-mail."""

from __future__ import annotations

from typing import Final

SCRIPT: Final = """
alter table account add column operator integer not null default 0 check (operator in (0, 1));
alter table account add column email text;              -- null = none
alter table session add column browser text not null default '';  -- start of User-Agent
create table reset_link (
    token_hash blob primary key,     -- SHA-256 of the one-time token
    account_id integer not null references account on delete cascade,
    created_at integer not null,
    expires_at integer not null
) without rowid;
create index reset_link_by_account on reset_link (account_id);
create table outgoing_mail (
    mail_id integer primary key autoincrement,
    user_id text,                    -- the reader it is for; null = nobody's
    recipient text not null,         -- '' once it is sent or given up, like subject and body
    subject text not null,
    body text not null,
    created_at integer not null,
    tries integer not null default 0,
    next_try_at integer,             -- null = sent or given up
    sent_at integer,                 -- null = not sent
    error text not null default ''   -- reason of the last failure
);
create index outgoing_mail_due on outgoing_mail (next_try_at);
"""
