"""Prose rules that a linter has no rule for: how docstrings begin, and names of variables."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

from requirements import REPOSITORY

SOURCE = REPOSITORY / "src" / "bookrec"
FILES = sorted(SOURCE.rglob("*.py"))
WRONG_STARTS = (
    "Of ",
    "So ",
    "The same",
    "What ",
    "How ",
    "Who ",
    "Whom ",
    "Whose ",
    "Where ",
    "As ",
)
"""A docstring starts with a noun of the field or a verb in the imperative."""
VAGUE_NAMES = {"found", "asked", "said", "told", "own", "one", "given", "heard", "made"}
"""A variable is a noun for what it holds: `hits`, `candidates`, `seen`."""


def docstrings(tree: ast.Module) -> Iterator[tuple[int, str]]:
    """Line and text of every docstring, those below fields and constants included."""
    for node in ast.walk(tree):
        body = getattr(node, "body", None)
        for statement in body if isinstance(body, list) else []:
            if (
                isinstance(statement, ast.Expr)
                and isinstance(statement.value, ast.Constant)
                and isinstance(statement.value.value, str)
            ):
                yield statement.lineno, statement.value.value


def bound_names(tree: ast.Module) -> Iterator[tuple[int, str]]:
    """Line and name of every variable that is assigned, and of every parameter."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
            yield node.lineno, node.id
        elif isinstance(node, ast.arg):
            yield node.lineno, node.arg


def wrong_starts(path: Path) -> list[str]:
    """Docstrings of a file that begin with none of a noun and a verb."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    return [
        f"{path.relative_to(REPOSITORY)}:{line}: {text.strip().splitlines()[0]}"
        for line, text in docstrings(tree)
        if text.strip().startswith(WRONG_STARTS)
    ]


def vague_names(path: Path) -> list[str]:
    """Variables of a file whose names say nothing of what they hold."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    return [
        f"{path.relative_to(REPOSITORY)}:{line}: {name}"
        for line, name in bound_names(tree)
        if name in VAGUE_NAMES
    ]


def test_docstrings_start_with_a_noun_or_an_imperative():
    assert [line for path in FILES for line in wrong_starts(path)] == []


def test_variables_are_nouns_of_what_they_hold():
    assert [line for path in FILES for line in vague_names(path)] == []


@pytest.mark.parametrize("start", WRONG_STARTS)
def test_a_wrong_start_is_caught(tmp_path: Path, start: str):
    path = tmp_path / "module.py"
    path.write_text(f'def f():\n    """{start}books."""\n    found = 1\n', encoding="utf-8")
    tree = ast.parse(path.read_text(encoding="utf-8"))
    assert [text for _, text in docstrings(tree) if text.startswith(WRONG_STARTS)]
    assert [name for _, name in bound_names(tree) if name in VAGUE_NAMES] == ["found"]
