"""The source tree as the architecture test reads it: modules, folders, imports, docstrings."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

ROOT = "bookrec"
ENTRY = "bookrec.__main__"
"""The entry point: it may import everything and is a part of no folder's imports."""


@dataclass(frozen=True)
class SourceTree:
    """Every module below ``src/bookrec``."""

    modules: Mapping[str, Path]

    @classmethod
    def read(cls, package: Path) -> SourceTree:
        """Find the modules of the package in a directory."""
        return cls({_name(path, package): path for path in sorted(package.rglob("*.py"))})

    def folder(self, module: str) -> str:
        """The folder that holds a module; a package's ``__init__`` belongs to the package."""
        if self.modules[module].name == "__init__.py":
            return module
        return module.rpartition(".")[0]

    def folders(self) -> list[str]:
        """Every folder, the package itself first."""
        return sorted({self.folder(name) for name in self.modules})

    def members(self, folder: str) -> list[str]:
        """Modules of one folder, without its ``__init__``."""
        return [name for name in self.modules if name != folder and self.folder(name) == folder]

    def docstring(self, module: str) -> str:
        """The docstring of a module, "" without one."""
        return _read(self._text(module)).docstring

    def imports(self, module: str) -> tuple[str, ...]:
        """Every name that a module imports, anywhere in it, lazily or only for types."""
        content = _read(self._text(module))
        assert not content.is_relative, f"{module} has a relative import"
        return content.imports

    def imported_modules(self, module: str) -> set[str]:
        """Modules of bookrec that a module imports; a package counts where nothing below it does."""
        names = {name for name in self.imports(module) if name in self.modules}
        return {
            name
            for name in names
            if self.modules[name].name != "__init__.py"
            or not any(within(other, name) and other != name for other in names)
        } - {module}

    def imported_folders(self, folder: str) -> set[str]:
        """Other folders that the modules of one folder import."""
        own = [n for n in self.modules if self.folder(n) == folder and n != ENTRY]
        imported = {self.folder(name) for module in own for name in self.imported_modules(module)}
        return imported - {folder}

    def _text(self, module: str) -> str:
        return self.modules[module].read_text(encoding="utf-8")


@dataclass(frozen=True)
class _Content:
    """What the tests ask of a module."""

    docstring: str
    imports: tuple[str, ...]
    is_relative: bool
    """Whether it has a relative import."""


@cache
def _read(text: str) -> _Content:
    """Parse a module; a copy of the tree with a change somewhere parses that alone."""
    parsed = ast.parse(text)
    imports: list[str] = []
    is_relative = False
    for node in ast.walk(parsed):
        if isinstance(node, ast.Import):
            imports += [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            is_relative |= node.level > 0
            # `from bookrec import offline` names the module on the right.
            package = node.module or ""
            imports += [package, *(f"{package}.{alias.name}" for alias in node.names)]
    return _Content(ast.get_docstring(parsed) or "", tuple(imports), is_relative)


def within(name: str, package: str) -> bool:
    """Whether a module is a package or lies below it."""
    return name == package or name.startswith(package + ".")


def may_import(docstring: str) -> list[str]:
    """Folders that the last paragraph of a folder's docstring allows, by their full names."""
    last = " ".join(docstring.split("\n\n")[-1].split())
    if not last.startswith("May import: "):
        return []
    names = re.findall(r"`([\w.]+)`", last)
    return [ROOT if name == ROOT else f"{ROOT}.{name}" for name in names]


def allows_imports(docstring: str) -> bool:
    """Whether a folder's docstring says what the folder may import."""
    return docstring.split("\n\n")[-1].startswith("May import: ")


def wing_of(module: str, wings: Iterable[str]) -> str:
    """The wing of a module: the longest of ``wings`` that it lies in."""
    return max((wing for wing in wings if within(module, wing)), key=len)


def circles(edges: Mapping[str, set[str]]) -> list[list[str]]:
    """Groups of names that import each other, directly or not (Tarjan's algorithm)."""
    index: dict[str, int] = {}
    low: dict[str, int] = {}
    stack: list[str] = []
    groups: list[list[str]] = []

    def visit(name: str) -> None:
        index[name] = low[name] = len(index)
        stack.append(name)
        for other in edges.get(name, ()):
            if other not in index:
                visit(other)
                low[name] = min(low[name], low[other])
            elif other in stack:
                low[name] = min(low[name], index[other])
        if low[name] == index[name]:
            group = stack[stack.index(name) :]
            del stack[stack.index(name) :]
            if len(group) > 1:
                groups.append(sorted(group))

    for name in edges:
        if name not in index:
            visit(name)
    return groups


def _name(path: Path, package: Path) -> str:
    parts = path.relative_to(package.parent).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)
