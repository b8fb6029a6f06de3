"""Make a throw-away environment like a notebook's: scikit-learn, gensim, Keras, and no bookrec.

    python tests/tutorial/make_notebook_environment.py DIRECTORY
    BOOKREC_NOTEBOOK_PYTHON=DIRECTORY/bin/python pytest tests/tutorial

Needs a package index. Without it the test uses this environment's own packages, in a process that
cannot import bookrec.
"""

from __future__ import annotations

import argparse
import subprocess
import venv
from pathlib import Path

PACKAGES = ("scikit-learn", "gensim", "keras", "tensorflow", "pandas")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("directory", type=Path)
    parser.add_argument("packages", nargs="*", default=PACKAGES, help="e.g. scikit-learn==1.5.2")
    arguments = parser.parse_args()
    venv.create(arguments.directory, with_pip=True, symlinks=True)
    python = arguments.directory / "bin" / "python"
    subprocess.run(
        [python, "-m", "pip", "install", "--quiet", *(arguments.packages or PACKAGES)], check=True
    )
    subprocess.run([python, "-m", "pip", "list"], check=True)


if __name__ == "__main__":
    main()
