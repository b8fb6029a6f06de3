"""Rebuild pickles/*.zip: pickles by real library versions, each in a temporary environment.

    python tests/support/make_fixtures.py [NAME ...] [--environments DIRECTORY]

Needs the Python versions below (as ``pythonX.Y`` on the path, or installed by pyenv) and a package
index. The tests need neither: they read the zip files. An environment that is in ``--environments``
already is used as it is.
"""

from __future__ import annotations

import argparse
import shutil
import subprocess
import tempfile
import zipfile
from dataclasses import dataclass
from pathlib import Path

HERE = Path(__file__).parent


@dataclass(frozen=True)
class Environment:
    python: str
    packages: tuple[str, ...]
    extent: str = "lean"


ENVIRONMENTS = {
    "sklearn-1.0": Environment(
        "3.7",
        (
            "scikit-learn==1.0.2",
            "numpy==1.21.6",
            "scipy==1.7.3",
            "joblib==1.0.1",
            "pandas==1.3.5",
            "gensim==3.8.3",
        ),
        "full",
    ),
    "sklearn-1.1": Environment(
        "3.9",
        ("scikit-learn==1.1.3", "numpy==1.22.4", "joblib==1.1.1", "pandas==1.4.4", "gensim==4.1.2"),
    ),
    "sklearn-1.2": Environment(
        "3.10", ("scikit-learn==1.2.2", "numpy==1.24.4", "joblib==1.2.0", "pandas==1.5.3")
    ),
    "sklearn-1.3": Environment(
        "3.11",
        (
            "scikit-learn==1.3.2",
            "numpy==1.26.4",
            "scipy<1.13",
            "joblib==1.3.2",
            "pandas==2.0.3",
            "gensim==4.3.2",
        ),
    ),
    "sklearn-1.4": Environment(
        "3.11", ("scikit-learn==1.4.2", "numpy==1.26.4", "joblib==1.4.2", "pandas==2.1.4")
    ),
    "sklearn-1.5": Environment(
        "3.12", ("scikit-learn==1.5.2", "numpy==2.0.2", "joblib==1.4.2", "pandas==2.2.3")
    ),
    "sklearn-1.6": Environment(
        "3.12", ("scikit-learn==1.6.1", "numpy==2.1.3", "joblib==1.5.0", "pandas==2.2.3")
    ),
    "sklearn-1.7": Environment(
        "3.13", ("scikit-learn==1.7.2", "numpy==2.2.6", "joblib==1.5.2", "pandas==3.0.3")
    ),
    "sklearn-1.8": Environment(
        "3.13",
        ("scikit-learn==1.8.0", "numpy==2.3.5", "joblib==1.5.3", "pandas==2.3.3", "gensim==4.4.0"),
        "full",
    ),
}


def interpreter(version: str) -> str:
    """Return the path of a Python of this version."""
    path = shutil.which(f"python{version}")
    if path and subprocess.run([path, "--version"], capture_output=True).returncode == 0:
        return path
    installed = sorted((Path.home() / ".pyenv/versions").glob(f"{version}.*/bin/python"))
    if not installed:
        raise SystemExit(f"There is no Python {version} here; install it to make this fixture.")
    return str(installed[-1])


def environment_python(name: str, directory: Path) -> Path:
    """Return the Python of a temporary environment; create it if it is missing."""
    python = directory / name / "bin" / "python"
    if not python.exists():
        wanted = ENVIRONMENTS[name]
        subprocess.run([interpreter(wanted.python), "-m", "venv", directory / name], check=True)
        install = [python, "-m", "pip", "install", "--quiet", "--only-binary", ":all:"]
        subprocess.run([*install, *wanted.packages], check=True)
    return python


def make(name: str, environments: Path) -> Path:
    """Write the zip file of one environment."""
    python = environment_python(name, environments)
    with tempfile.TemporaryDirectory() as output:
        contents = [HERE / "fixture_contents.py", output, ENVIRONMENTS[name].extent]
        subprocess.run([python, *contents], check=True)
        target = HERE / "pickles" / f"{name}.zip"
        with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as archive:
            for path in sorted(Path(output).iterdir()):
                entry = zipfile.ZipInfo(path.name)  # with a fixed date: equal bytes each time
                entry.compress_type = zipfile.ZIP_DEFLATED
                archive.writestr(entry, path.read_bytes())
    return target


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("names", nargs="*", default=list(ENVIRONMENTS), metavar="NAME")
    parser.add_argument("--environments", type=Path, help="a directory to keep them in")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as throw_away:
        for name in options.names:
            target = make(name, options.environments or Path(throw_away))
            print(f"{target.name}: {target.stat().st_size:,} bytes")


if __name__ == "__main__":
    main()
