"""Interleaving: experiments that mix lists of two arms, and the arm of each place of such a list."""

from __future__ import annotations

from typing import Final

SCRIPT: Final = """
alter table experiment add column interleaved integer not null default 0
    check (interleaved in (0, 1));   -- 1 = each list of a reader is a mix of both arms
alter table impressions add column teams text;  -- arm of each place, one a line; null = no mix
"""
