"""Context of the page of an error."""

from __future__ import annotations

import msgspec


class ErrorPage(msgspec.Struct, frozen=True):
    """Any error: 404, 403, 429, 500, and 503 without a snapshot."""

    status: int
    title: str
    """A message key: 'not_found', 'forbidden', 'bad_request', 'too_many', 'too_slow', 'unavailable',
    'shop_unavailable', 'failed'. The template has the words in each language."""
    command: str = ""
    """Command for the operator to run; '' when there is none."""
