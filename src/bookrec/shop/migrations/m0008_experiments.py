"""Experiments: arms with other settings of readers' lists."""

from __future__ import annotations

from typing import Final

SCRIPT: Final = """
create table experiment (
    name text primary key,
    arms text not null,                  -- JSON: {name: {setting: value}}, the first is the control
    share integer not null check (share between 1 and 100),  -- per cent of readers
    days integer not null check (days between 1 and 90),     -- of a reader that count
    secret text not null,                -- key of the assignment
    started_at integer not null,
    stopped_at integer                   -- null = running
) without rowid;
create unique index experiment_running on experiment (stopped_at is null) where stopped_at is null;

-- What pages show of lists has changed: see shop_version.
create trigger experiment_inserted after insert on experiment
begin update shop_version set version = version + 1; end;
create trigger experiment_updated after update on experiment
begin update shop_version set version = version + 1; end;
"""
