"""Lists that a program wrote as one text: ``['Paulo Coelho', 'Alan R. Clarke']``."""

from __future__ import annotations

import ast
from typing import Final

LIST_UNWRAPPED: Final = "list_unwrapped"
_LONGEST: Final = 10_000


def unwrap_list(text: str) -> tuple[str, tuple[str, ...]]:
    """Join the texts of a list by commas; return the name of the rule if it was one.

    >>> unwrap_list("['Paulo Coelho', 'Alan R. Clarke']")
    ('Paulo Coelho, Alan R. Clarke', ('list_unwrapped',))
    >>> unwrap_list("[sic]")
    ('[sic]', ())
    """
    stripped = text.strip()
    if not stripped.startswith("[") or not stripped.endswith("]") or len(stripped) > _LONGEST:
        return text, ()
    try:
        parts = ast.literal_eval(stripped)
    except (ValueError, SyntaxError, MemoryError, RecursionError):
        return text, ()
    if not all(isinstance(part, str) for part in parts):
        return text, ()
    return ", ".join(part.strip() for part in parts if part.strip()), (LIST_UNWRAPPED,)
