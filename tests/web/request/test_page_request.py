"""Redirect targets of forms."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from bookrec.web.request.page_request import local_path


@given(st.text(max_size=30))
def test_a_local_path_starts_with_one_slash(text: str) -> None:
    for candidate in (text, f"/{text}", f"//{text}"):
        path = local_path(candidate)
        assert path.startswith("/")
        assert not path.startswith(("//", "/\\"))
        assert path in ("/", candidate)
