"""Import rules (ARCHITECTURE.md): by reading every module, and by importing in fresh processes."""

from __future__ import annotations

import ast
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

import bookrec

SOURCE = Path(bookrec.__file__).parent
HEAVY = {"tensorflow", "keras", "pandas", "scipy", "gensim", "pyarrow", "sklearn"}
KNOW_BOTH_HALVES = {"bookrec.cli.main", "bookrec.cli.demo"}


def module_name(path: Path) -> str:
    parts = path.relative_to(SOURCE.parent).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


MODULES = {module_name(path): path for path in sorted(SOURCE.rglob("*.py"))}


def imported(name: str) -> Iterator[str]:
    """Every module that a module imports, anywhere in it, lazily or only for types."""
    for node in ast.walk(ast.parse(MODULES[name].read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{name} has a relative import"
            assert node.module is not None
            yield node.module
            # `from bookrec import offline` names the module on the right.
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def within(name: str, package: str) -> bool:
    return name == package or name.startswith(package + ".")


def offences(importers: list[str], forbidden: set[str]) -> list[str]:
    return [
        f"{importer} imports {found}"
        for importer in importers
        for found in imported(importer)
        if any(within(found, package) for package in forbidden)
    ]


WEB = [name for name in MODULES if within(name, "bookrec.web")]
OFFLINE = [name for name in MODULES if within(name, "bookrec.offline")]
CORE = [name for name in MODULES if name not in {*WEB, *OFFLINE, *KNOW_BOTH_HALVES}]


def test_the_halves_are_there():
    assert len(WEB) > 10
    assert len(OFFLINE) > 20
    assert {
        "bookrec.inference.ranker.split_ranker",
        "bookrec.snapshot",
        "bookrec.cli.doctor",
    } <= set(CORE)


def test_web_imports_neither_offline_nor_anything_heavy():
    assert offences(WEB, {"bookrec.offline", *HEAVY}) == []


def test_offline_never_imports_web():
    assert offences(OFFLINE, {"bookrec.web", "litestar", "granian"}) == []


# `snapshots verify` compares with Keras: the one command of the core that asks the offline half.
_ASKS_OFFLINE = {"bookrec.cli.snapshots"}


def test_the_core_imports_neither_half():
    core = [name for name in CORE if name not in _ASKS_OFFLINE]
    assert offences(core, {"bookrec.offline", "bookrec.web", *HEAVY}) == []
    assert offences(sorted(_ASKS_OFFLINE), {"bookrec.web", *HEAVY}) == []


def test_the_rules_catch_an_offence():
    assert offences(["bookrec.offline.training.train"], {"tensorflow"}) == [
        "bookrec.offline.training.train imports tensorflow"
    ]


def loaded_after(code: str) -> set[str]:
    """Top-level packages, and modules of ours, in a fresh process after ``code``."""
    script = f"{code}\nimport sys\nprint('\\n'.join(sys.modules))"
    result = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, check=True
    )
    return set(result.stdout.splitlines())


@pytest.mark.parametrize(
    "code",
    [
        "import bookrec.web.app",
        "import bookrec.web.serve_cli, bookrec.web.accounts.cli, bookrec.cli.doctor",
    ],
)
def test_the_site_loads_nothing_heavy(code: str):
    loaded = loaded_after(code)
    assert "bookrec.snapshot" in loaded
    assert not loaded & HEAVY
    assert not [name for name in loaded if within(name, "bookrec.offline")]


def test_help_loads_no_verb():
    code = (
        "import sys; sys.argv = ['bookrec', '--help']\n"
        "from bookrec.cli.main import main\n"
        "try:\n    main()\nexcept SystemExit as stop:\n    assert not stop.code\n"
    )
    loaded = loaded_after(code)
    assert "click" in loaded
    assert not loaded & {*HEAVY, "numpy", "litestar"}
    assert not [name for name in loaded if within(name, "bookrec.offline")]


def test_the_folder_map_names_every_module():
    page = Path(__file__).parents[1] / "ARCHITECTURE.md"
    words = set(re.findall(r"[a-z_0-9]+", page.read_text(encoding="utf-8")))
    cli_modules = {name for name in MODULES if name.endswith("_cli") and name in OFFLINE}
    silent = {name for name in MODULES if name.endswith(("__init__", "__main__"))}
    packages = {"bookrec", "bookrec.web", "bookrec.offline"}
    expected = set(MODULES) - cli_modules - silent - packages
    assert {name for name in expected if name.split(".")[-1] not in words} == set()
