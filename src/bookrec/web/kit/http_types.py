"""Names of the types of requests and answers, whose parameters no handler depends on."""

from __future__ import annotations

from typing import Any, TypeAlias

from litestar import Request, Response

AnyRequest: TypeAlias = Request[Any, Any, Any]
"""A request, whatever its user and state."""

AnyResponse: TypeAlias = Response[Any]
"""An answer, whatever its body."""
