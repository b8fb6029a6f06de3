"""The allow-list in code and in docs/reading-pickles.md."""

from __future__ import annotations

import re

from bookrec.offline.external.pickles.objects.allow_list import ALLOWED, refused_name
from requirements import REPOSITORY

PAGE = (REPOSITORY / "docs" / "reading-pickles.md").read_text(encoding="utf-8")


def listed_names() -> set[tuple[str, str]]:
    """Names in the first column of the page's table: ``a.b.C``, or ``a.b``, ``x.y``: ``C``, ``D``."""
    names = set()
    table = PAGE.split("## The allow-list")[1].split("## ")[0]
    for row in re.findall(r"^\| (`.*?) \|", table, re.MULTILINE):
        plain = re.sub(r" \(`(\w+)`(?: in protocols 0 to 2)?\)", r", `\1`", row)
        for group in plain.split("; "):
            owners, _, members = group.partition(": ")
            modules = re.findall(r"`([^`]+)`", owners)
            if members:
                names |= {(m, n) for m in modules for n in re.findall(r"`([^`]+)`", members)}
            else:
                names |= {tuple(full.rsplit(".", 1)) for full in modules}
    return names


def test_the_page_lists_the_allowed_names():
    written = {n for n in listed_names() if len(n) == 2}
    old_builtins = {("__builtin__", n) for m, n in ALLOWED if m == "builtins"}
    old_copyreg = {("copy_reg", "_reconstructor")}
    assert set(ALLOWED) - old_builtins - old_copyreg == written - old_builtins


def test_nothing_allowed_reaches_out():
    """No module that starts processes, opens files, imports, or looks attributes up by name."""
    tops = {module.split(".")[0] for module, _ in ALLOWED}
    assert tops == {
        "builtins",
        "__builtin__",
        "copyreg",
        "copy_reg",
        "_codecs",
        "collections",
        "numpy",
        "joblib",
        "sklearn",
        "gensim",
        "pandas",
    }
    assert not any("." in name for _, name in ALLOWED)
    dangerous = {"eval", "exec", "compile", "open", "getattr", "__import__", "type", "map", "apply"}
    assert not dangerous & {name for _, name in ALLOWED}


def test_allowed_names_lead_to_functions_of_this_package():
    """A name leads to functions and classes of this package, never to the library's own."""
    for entry in ALLOWED.values():
        for function in (entry.call, entry.new):
            assert function is None or function.__module__.startswith(
                "bookrec.offline.external.pickles."
            )


def test_names_are_printed_safely():
    refusal = refused_name("os\x1b[31m", "system\n" * 100)
    assert refusal.what.isprintable()
    assert len(refusal.what) < 200
    assert "\\x1b" in refusal.what
