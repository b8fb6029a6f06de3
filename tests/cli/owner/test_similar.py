"""``bookrec shop similar``: neighbours by name."""

from __future__ import annotations

from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from bookrec.cli.owner.similar import similar as command
from bookrec.errors import ShopError, SnapshotError
from bookrec.settings import Home
from small_snapshots import IDS, add

EMMA, DRACULA, DUNE = "0141439580", "014143984X", "0441172717"
COSINES = """
insert into cosine_top values (3, 1, 5, 0.25), (3, 2, 1, 0.125);
update book set similar_source = 'precomputed' where book_id = 3;
"""


def similar(home: Home, *arguments: str) -> Result:
    return CliRunner().invoke(command, list(arguments), obj=home)


def test_each_way_has_neighbours_of_its_own(tmp_path: Path):
    home = Home(tmp_path)
    add(home.snapshots, IDS[0], change=COSINES)
    model = similar(home, DRACULA).output.splitlines()
    assert model[0] == f"Dracula ({DRACULA})"
    assert [line.split()[0] for line in model[1:]] == ["0.750", "0.500"]
    cosine = [
        line.split()[:2] for line in similar(home, DRACULA, "--by", "cosine").output.splitlines()
    ]
    assert cosine[1:] == [["0.250", DUNE], ["0.125", EMMA]]
    assert "no neighbours" in similar(home, DUNE, "--by", "cosine").output


@pytest.mark.parametrize(
    ("isbn", "change", "error", "words"),
    [
        (DRACULA, "drop table cosine_top;", SnapshotError, "run 'bookrec score'"),
        ("0000000000", "", ShopError, "no book '0000000000'"),
    ],
)
def test_refusals_say_what_to_do(
    tmp_path: Path, isbn: str, change: str, error: type[Exception], words: str
):
    home = Home(tmp_path)
    add(home.snapshots, IDS[0], change=change)
    result = similar(home, isbn, "--by", "cosine")
    assert isinstance(result.exception, error)
    assert words in str(result.exception)
