"""MkDocs hook: files of the repository's root become pages, and help texts become Markdown."""

from __future__ import annotations

import inspect
import re
from pathlib import Path
from typing import Any, Final

import click
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

_IMAGE: Final = re.compile(
    r'<img src="docs/(?P<src>[^"]+)" width="(?P<width>[^"]+)" alt="(?P<alt>[^"]+)">'
)
_LINK: Final = re.compile(r"\]\((?P<target>[^)\s#]+)(?P<anchor>#[^)\s]*)?\)")


def on_startup(**_: Any) -> None:
    """Prepare the commands for their reference."""
    from bookrec.cli.main import cli

    prepare(cli)


def prepare(command: click.Command) -> None:
    """Make the help of a command and its subcommands Markdown, and their defaults printable."""
    command.help = as_markdown(command.help or "")
    command.add_help_option = False  # the same row for every command
    for option in command.params:
        if "UNSET" in repr(option.default):
            option.default = None
    if isinstance(command, click.Group):
        context = click.Context(command)
        for name in command.list_commands(context):
            subcommand = command.get_command(context, name)
            assert subcommand is not None
            prepare(subcommand)


def as_markdown(text: str) -> str:
    """A help text whose example, which click prints as it is, is a block of code."""
    prose, mark, example = inspect.cleandoc(text).partition("\b\nExample:\n")
    if not mark:
        return prose
    return f"{prose}**Example:**\n\n```\n{inspect.cleandoc(example)}\n```"


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

    # MkDocs resolves addresses in Markdown, not in HTML.
    text = _IMAGE.sub(r'![\g<alt>](\g<src>){ width="\g<width>" }', text)
    return _LINK.sub(replace, text)


def on_page_markdown(markdown: str, page: Any, **_: Any) -> str:
    """Let links of the pages in docs/ lead to the pages made from the root's files."""
    depth = page.file.src_uri.count("/")
    for name, target in PAGES.items():
        for end in (")", "#"):  # the end of the address, or the start of a heading in it
            markdown = markdown.replace(
                f"]({'../' * (depth + 1)}{name}{end}", f"]({'../' * depth}{target}{end}"
            )
    return markdown
