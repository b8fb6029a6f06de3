"""MkDocs hook: the files of the repository's root become pages, with their links rewritten."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any, Final

from mkdocs.structure.files import File, Files

REPOSITORY: Final = Path(__file__).resolve().parent.parent
PAGES: Final = {
    "README.md": "index.md",
    "README.vi.md": "index.vi.md",
    "ARCHITECTURE.md": "architecture.md",
    "CONTRIBUTING.md": "contributing.md",
    "CHANGELOG.md": "changelog.md",
    "LICENSE": "licence.md",
}
"""File in the root → page of the site."""

_LINK: Final = re.compile(r"\]\((?P<target>[^)\s#]+)(?P<anchor>#[^)\s]*)?\)")


def on_files(files: Files, config: Any) -> Files:
    """Add a page for every file in `PAGES`."""
    for name, page in PAGES.items():
        text = (REPOSITORY / name).read_text(encoding="utf-8")
        if name == "LICENSE":
            text = f"# Licence\n\n```\n{text}```\n"
        files.append(File.generated(config, page, content=rewritten(text)))
    return files


def rewritten(text: str) -> str:
    """A root file's text with its links relative to ``docs/``."""

    def replace(link: re.Match[str]) -> str:
        target = link["target"]
        target = PAGES.get(target, target.removeprefix("docs/"))
        return f"]({target}{link['anchor'] or ''})"

    return _LINK.sub(replace, text)


def on_page_markdown(markdown: str, page: Any, **_: Any) -> str:
    """Let links of the pages in docs/ lead to the pages made from the root's files."""
    depth = page.file.src_uri.count("/")
    for name, target in PAGES.items():
        markdown = markdown.replace(
            f"]({'../' * (depth + 1)}{name})", f"]({'../' * depth}{target})"
        )
    return markdown
