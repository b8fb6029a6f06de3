"""Steps of the readers' slider of diversity."""

from __future__ import annotations

from typing import Final

SCRIPT: Final = """
-- null = the shop's step
alter table account add column diversity integer check (diversity between 0 and 4);
"""
