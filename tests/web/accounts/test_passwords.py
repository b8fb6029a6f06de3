"""Rules for new passwords, hashes, generated passwords."""

from __future__ import annotations

import pytest

from bookrec.web.accounts import passwords
from bookrec.web.accounts.passwords import password_problem


@pytest.mark.parametrize(
    ("password", "problem"),
    [
        ("seven77", "password_short"),
        ("ação", "password_short"),
        ("x" * 257, "password_long"),
        ("x1y2" * 64, None),
        ("Password1", "password_common"),
        ("iloveyou", "password_common"),
        ("Thu.Dang", "password_common"),
        ("thu.dang12", "password_common"),
        ("thu.dang-and-more", None),
        ("mật khẩu", None),
        ("        ", None),
    ],
)
def test_passwords(password: str, problem: str | None) -> None:
    assert password_problem(password, "thu.dang") == problem


def test_hashes_are_argon2id_with_a_salt_each(site_hashes: None) -> None:
    first, second = passwords.hash_password("a-password"), passwords.hash_password("a-password")
    assert first.startswith("$argon2id$v=19$m=19456,t=2,p=1$")
    assert first != second


def test_generated_passwords_are_acceptable() -> None:
    generated = {passwords.generate_password() for _ in range(50)}
    assert len(generated) == 50
    assert all(password_problem(password, "anna") is None for password in generated)
