"""``bookrec shop audience``."""

from __future__ import annotations

from pathlib import Path

from bookrec.settings import Home
from selling import EMMA
from shop_commands import run


def test_an_audience_as_a_file_and_a_draft(home: Home, tmp_path: Path) -> None:
    path = tmp_path / "readers.csv"
    assert run(home, "audience", EMMA, "--output", str(path)).exit_code == 0
    assert path.read_text().startswith("rank,reader,email,age,score\n1,")
    draft = run(home, "audience", EMMA, "--draft").output
    assert "[en] For you: Emma" in draft
    assert "[vi] Dành cho bạn: Emma" in draft
