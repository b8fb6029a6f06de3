"""The owner, signed in on the site over the small snapshot."""

from __future__ import annotations

import pytest

from bookrec.settings import Home
from owner_pages import sign_in_owner
from site_testing import Client


@pytest.fixture
def owner(client: Client, home: Home) -> Client:
    """The site in this process, with the owner signed in."""
    return sign_in_owner(client, home)
