"""Names of files for ids of books and keys of authors and series: safe on every disk.

A name has small letters, digits and hyphens; every other byte is ``_`` and two hexadecimal digits, so
that different ids have different names also where a disk does not tell capitals from small letters.
``templates/static/files.js`` names the files of books by the same rule.
"""

from __future__ import annotations

import hashlib
import re
from typing import Final

_ISBN10_WITH_X: Final = re.compile(r"[0-9]{9}X")
_SMALL_X: Final = re.compile(r"[0-9]{9}x")
_ODD: Final = re.compile(rb"[^a-z0-9-]")
_DEVICES: Final = re.compile(r"con|prn|aux|nul|com[0-9]|lpt[0-9]|index")
"""Names that Windows keeps for devices, and that of a folder's own page."""
_MOST_CHARACTERS: Final = 120
_KEPT_CHARACTERS: Final = 60


def file_name(text: str) -> str:
    """Return the name of the file of an id or key, without its ending.

    A long one ends in a digest; ``__`` stands in no other name.

    >>> file_name("014143984X"), file_name("gb:12"), file_name("../Å")
    ('014143984X', 'gb_3a12', '_2e_2e_2f_c3_85')
    """
    if _ISBN10_WITH_X.fullmatch(text):
        return text
    name = _ODD.sub(lambda match: b"_%02x" % match[0][0], text.encode()).decode()
    if _SMALL_X.fullmatch(text) or _DEVICES.fullmatch(text):
        # The last character: an ISBN of the other case has the same digits.
        name = f"{name[:-1]}_{ord(text[-1]):02x}"
    if len(name) > _MOST_CHARACTERS:
        name = f"{name[:_KEPT_CHARACTERS]}__{hashlib.sha256(text.encode()).hexdigest()[:24]}"
    return name or "_"
