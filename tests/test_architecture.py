"""The architecture: order of the wings, sizes of folders, docstrings, and what the site loads."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

import bookrec
from requirements import REPOSITORY
from source_tree import (
    ENTRY,
    ROOT,
    SourceTree,
    allows_imports,
    circles,
    may_import,
    wing_of,
    within,
)

WINGS = (
    "bookrec",  # the core: modules directly in the package
    "bookrec.shop",
    "bookrec.search",
    "bookrec.offline.runtime",
    "bookrec.inference",
    "bookrec.web",
    "bookrec.offline.engines",
    "bookrec.offline.data",
    "bookrec.offline.metrics",
    "bookrec.offline.features",
    "bookrec.offline.rating_prediction",
    "bookrec.offline.retrieval",
    "bookrec.offline.ranking",
    "bookrec.offline.compile",
    "bookrec.offline.external",
    "bookrec.offline.models",
    "bookrec.offline.training",
    "bookrec.offline.scoring",
    "bookrec.offline.evaluation",
    "bookrec.offline.benchmarks",
    "bookrec.offline.nightly",
    "bookrec.offline.cli",
    "bookrec.cli",
    "bookrec.__main__",
)
"""The order of the wings, lowest first. A wing imports only wings before it, and itself."""

MAX_MODULES = 14
HEAVY = {"tensorflow", "keras", "pandas", "scipy", "gensim", "pyarrow", "sklearn"}
SOURCE = Path(bookrec.__file__).parent
TREE = SourceTree.read(SOURCE)
FREE_TESTS = {"browser", "docs", "templates", "tutorial", "support"}
"""Folders of tests that belong to no module: the site as a whole, documents, templates, helpers."""
WHOLE = {"test_architecture", "test_end_to_end", "test_prose", "test_seams"} | {
    "test_damaged_shops",
    "test_random_shops",
    "test_shop_cases",
}
"""Tests of the whole project."""


def upward_imports(tree: SourceTree) -> list[str]:
    """Imports of a wing that is not below the importer's."""
    rank = {wing: place for place, wing in enumerate(WINGS)}
    return [
        f"{module} imports {name}"
        for module in tree.modules
        for name in sorted(tree.imported_modules(module))
        if rank[wing_of(name, WINGS)] > rank[wing_of(module, WINGS)]
    ]


def forbidden_imports(tree: SourceTree, importers: str, forbidden: set[str]) -> list[str]:
    """Imports of forbidden packages by the modules of a package."""
    return [
        f"{module} imports {name}"
        for module in tree.modules
        if within(module, importers)
        for name in tree.imports(module)
        if any(within(name, package) for package in forbidden)
    ]


def undeclared_imports(tree: SourceTree) -> list[str]:
    """Imports that the docstring of the importer's folder does not allow."""
    offences = []
    for folder in tree.folders():
        allowed = may_import(tree.docstring(folder))
        offences += [
            f"{folder} imports {other}, which its docstring does not allow"
            for other in sorted(tree.imported_folders(folder))
            if not any(other == name if name == ROOT else within(other, name) for name in allowed)
        ]
    return offences


def test_a_wing_imports_only_lower_wings():
    assert upward_imports(TREE) == []


def test_no_modules_and_no_folders_import_each_other():
    modules = {name: TREE.imported_modules(name) for name in TREE.modules if name != ENTRY}
    assert circles(modules) == []
    folders = {folder: TREE.imported_folders(folder) for folder in TREE.folders()}
    assert circles(folders) == []


def test_folders_are_small():
    sizes = {folder: len(TREE.members(folder)) for folder in TREE.folders()}
    assert {folder: size for folder, size in sizes.items() if size > MAX_MODULES} == {}
    assert TREE.members("bookrec.offline") == ["bookrec.offline.nightly"]


def test_every_folder_says_what_it_is_for_and_what_it_may_import():
    assert [f for f in TREE.folders() if not allows_imports(TREE.docstring(f))] == []
    assert undeclared_imports(TREE) == []


@pytest.mark.parametrize(
    ("line", "offence"),
    [
        ("import bookrec.offline.scoring.job.score", "upward"),
        ("from bookrec.offline.scoring.job import score", "upward"),
        (
            "def lazy():\n    from bookrec.offline.scoring.job.score import score\n    return score",
            "upward",
        ),
        (
            "from typing import TYPE_CHECKING\nif TYPE_CHECKING:\n"
            "    from bookrec.offline.scoring.job.score import ScoreSettings",
            "upward",
        ),
        ("from bookrec.offline.metrics.ranking import ndcg", "undeclared"),
    ],
)
def test_a_planted_wrong_import_is_caught(tmp_path: Path, line: str, offence: str):
    package = tmp_path / "bookrec"
    shutil.copytree(SOURCE, package, ignore=shutil.ignore_patterns("__pycache__"))
    module = package / "offline" / "retrieval" / "item_knn.py"
    module.write_text(f"{module.read_text(encoding='utf-8')}\n\n{line}\n", encoding="utf-8")
    tree = SourceTree.read(package)
    offences = upward_imports(tree) if offence == "upward" else undeclared_imports(tree)
    assert len(offences) == 1
    assert offences[0].startswith("bookrec.offline.retrieval")


def test_a_planted_circle_is_caught(tmp_path: Path):
    package = tmp_path / "bookrec"
    shutil.copytree(SOURCE, package, ignore=shutil.ignore_patterns("__pycache__"))
    (package / "offline" / "metrics" / "bins.py").write_text(
        "from bookrec.offline.metrics import calibration\n", encoding="utf-8"
    )
    tree = SourceTree.read(package)
    edges = {name: tree.imported_modules(name) for name in tree.modules if name != ENTRY}
    assert circles(edges) == [
        ["bookrec.offline.metrics.bins", "bookrec.offline.metrics.calibration"]
    ]


def test_web_imports_neither_offline_nor_anything_heavy():
    assert forbidden_imports(TREE, "bookrec.web", {"bookrec.offline", *HEAVY}) == []


def test_offline_never_imports_web():
    assert forbidden_imports(TREE, "bookrec.offline", {"bookrec.web", "litestar", "granian"}) == []


def test_what_both_halves_share_imports_nothing_heavy():
    core = SourceTree({n: TREE.modules[n] for n in TREE.modules if TREE.folder(n) == ROOT})
    assert forbidden_imports(core, ROOT, HEAVY) == []
    assert forbidden_imports(TREE, "bookrec.inference", HEAVY) == []
    assert forbidden_imports(TREE, "bookrec.cli", HEAVY) == []


def test_tests_are_found_by_the_path_of_their_module():
    tests = REPOSITORY / "tests"
    homeless = []
    for path in sorted(tests.rglob("test_*.py")):
        place = path.relative_to(tests).with_suffix("")
        if place.parts[0] in FREE_TESTS or place.name in WHOLE:
            continue
        folder = ".".join([ROOT, *place.parent.parts])
        names = [name.rpartition(".")[2] for name in TREE.modules if TREE.folder(name) == folder]
        stem = place.name.removeprefix("test_")
        if not any(stem == name or stem.startswith(f"{name}_") for name in names):
            homeless.append(str(place))
    assert homeless == []


def loaded_after(code: str) -> set[str]:
    """Modules in a fresh process after ``code``."""
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
