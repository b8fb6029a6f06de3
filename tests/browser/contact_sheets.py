"""Contact sheets: pictures of many pages side by side on one, at a size that can be read."""

from __future__ import annotations

import html
from collections.abc import Sequence
from pathlib import Path

from playwright.sync_api import Browser

_SHOWN = {"phone": (6, 320, 1500), "tablet": (4, 480, 1300), "desktop": (3, 700, 1050)}
"""Size of a screen → pictures on a sheet, their width in pixels, and how much of their height shows."""


def write_sheets(browser: Browser, pictures: Sequence[Path], size: str, target: Path) -> None:
    """Write pictures onto sheets ``TARGET-1.png`` …, each picture below the name of its page."""
    count, width, height = _SHOWN[size]
    page = browser.new_page(viewport={"width": count * (width + 12) + 12, "height": height + 40})
    for number, sheet in enumerate(_batches(pictures, count), start=1):
        figures = "".join(
            f'<figure><figcaption>{html.escape(path.stem)}</figcaption><img src="{path.name}"></figure>'
            for path in sheet
        )
        style = (
            "body{margin:0;padding:12px;display:flex;gap:12px;background:#888;font:13px sans-serif}"
            f"figure{{margin:0;width:{width}px;max-height:{height}px;overflow:hidden}}"
            "img{width:100%}"
        )
        source = target.with_name("sheet.html")
        source.write_text(f"<meta charset=utf-8><style>{style}</style>{figures}", encoding="utf-8")
        page.goto(source.resolve().as_uri(), wait_until="networkidle")
        page.screenshot(path=target.with_name(f"{target.name}-{number}.png"))
        source.unlink()
    page.close()


def _batches(pictures: Sequence[Path], count: int) -> list[Sequence[Path]]:
    return [pictures[start : start + count] for start in range(0, len(pictures), count)]
