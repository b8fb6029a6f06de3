"""Language of a title, where its letters leave no doubt."""

from __future__ import annotations

import re
import unicodedata
from typing import Final

_VIETNAMESE: Final = re.compile("[ơưƠƯ\u1ea0-\u1ef9]")
"""Letters of Vietnamese that other languages in Latin letters do without."""


def title_language(title: str) -> str:
    """Return ``vi`` for a title with letters that only Vietnamese has, else ''.

    >>> title_language("Số đỏ"), title_language("Les Misérables"), title_language("Dune")
    ('vi', '', '')
    """
    return "vi" if _VIETNAMESE.search(unicodedata.normalize("NFC", title)) else ""
