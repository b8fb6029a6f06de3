"""``bookrec export-site`` at the command line."""

from __future__ import annotations

from pathlib import Path

import pytest
from click.testing import CliRunner

from bookrec.cli.main import cli
from bookrec.settings import Home

pytestmark = pytest.mark.slow


def run(home: Home, *arguments: str, code: int = 0) -> str:
    result = CliRunner().invoke(cli, ["--home", str(home.root), "export-site", *arguments])
    assert result.exit_code == code, result.output
    return result.output


def test_two_processes_make_what_one_makes(home: Home, snapshot_id: str, tmp_path: Path) -> None:
    output = run(home, str(tmp_path / "two"), "--workers", "2")
    assert "Without --base-url there are no canonical links" in output
    run(home, str(tmp_path / "one"), "--workers", "1", "--base-url", "")
    one, two = (
        {path.relative_to(root): path.read_bytes() for path in root.rglob("*.html")}
        for root in (tmp_path / "one", tmp_path / "two")
    )
    assert one == two
    assert len(one) > 100
    assert " 0 written, 0 removed" in run(home, str(tmp_path / "two"), "--workers", "1")


@pytest.mark.parametrize("address", ["www.example.org", "ftp://x.example", "https://x.example/?q"])
def test_a_malformed_address_is_a_mistake_of_usage(
    home: Home, tmp_path: Path, address: str
) -> None:
    assert "https://books.example.org" in run(
        home, str(tmp_path / "x"), "--api-url", address, code=2
    )
