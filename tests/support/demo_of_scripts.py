"""Runs ``bookrec demo`` with scripts in place of the verbs that import, train and score.

The training waits for the file ``go`` in the home directory, so that a test decides when it ends.
"""

from __future__ import annotations

import sys
from pathlib import Path

from bookrec.cli.demo import build, command, site, stages
from bookrec.cli.main import main
from bookrec.files import read_pointer
from bookrec.settings import Home

HELPERS = f"import sys; sys.path.insert(0, {str(Path(__file__).parent)!r})"

CATALOGUE = """
from pathlib import Path
import sqlite3, sys
from bookrec.snapshot import DATABASE_NAME
from bookrec.settings import Home
from small_snapshot import build_snapshot
home = Home(Path(sys.argv[1]))
directory = home.snapshots / build_snapshot(home)
database = directory / DATABASE_NAME
database.chmod(0o644)
with sqlite3.connect(database) as connection:
    connection.executescript("delete from user_top; delete from similar_top;"
                             "update meta set value = 'none' where key = 'model_id';")
"""

TRAINING = """
import sys, time
from pathlib import Path
print('    0.1 s  towers for a part of the data', flush=True)
while not (Path(sys.argv[1]).parent / 'go').exists():
    time.sleep(0.05)
"""

LISTS = """
from pathlib import Path
import sys
from bookrec.settings import Home
from small_snapshot import build_snapshot
build_snapshot(Home(Path(sys.argv[1])))
"""

VERBS = (
    stages.Verb(
        ("-c", CATALOGUE),
        lambda home: read_pointer(home.snapshots) is not None,
        (stages.Stage("publishing the catalogue", 1),),
    ),
    stages.Verb(
        ("-c", TRAINING),
        stages.has_lists,
        (stages.Stage("starting TensorFlow", 1), stages.Stage("training", 60, "towers")),
    ),
    stages.Verb(("-c", LISTS), stages.has_lists, (stages.Stage("scoring", 30),)),
)


def command_line(home: Home, words: list[str]) -> list[str]:
    """A script with the home as its argument, or a verb."""
    if words[0] == "-c":
        return [sys.executable, "-c", HELPERS + words[1], str(home.root)]
    return [sys.executable, "-m", "bookrec", "--home", str(home.root), *words]


if __name__ == "__main__":
    stages.VERBS = VERBS  # type: ignore[misc]
    command.VERBS = VERBS  # type: ignore[misc]
    build.command_line = command_line
    site.command_line = command_line
    main()
