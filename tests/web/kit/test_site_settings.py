"""Settings of the site from the environment."""

from __future__ import annotations

import pytest

from bookrec.errors import BookrecError
from bookrec.web.kit.site_settings import from_environment


def test_settings_from_the_environment() -> None:
    chosen = from_environment({"BOOKREC_REMOTE_COVERS": "1"})
    assert (chosen.remote_covers, chosen.secure_cookies) == (True, False)
    with pytest.raises(BookrecError, match="BOOKREC_SECURE_COOKIES"):
        from_environment({"BOOKREC_SECURE_COOKIES": "yes"})
