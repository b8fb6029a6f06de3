"""Pictures of docs/walk-reader.md and docs/walk-owner.md, made in a browser on a copy of the demo.

    bookrec demo --no-serve
    PYTHONPATH=src:tests/support python tests/browser/walk_pictures.py demo

A reader brings a file of Goodreads along and orders a book; the owner gets the order on the same day.
The pictures go to docs/images as WebP of at most 60 kB; the demo stays as it is.
"""

from __future__ import annotations

import argparse
import base64
import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Final

from playwright.sync_api import Browser, Page, sync_playwright
from screenshots import ARGUMENTS, LOAD_COVERS

from bookrec.settings import Home
from bookrec.web.accounts.cli import create_account
from site_testing import start_server
from visitors import PASSWORD

IMAGES: Final = Path(__file__).resolve().parents[2] / "docs" / "images"
LIBRARY: Final = Path(__file__).resolve().parents[1] / "support" / "goodreads_library.csv"
MOST_BYTES: Final = 60_000
WIDTH, HEIGHT = 1000, 720
PRICES: Final = """\
Mã sách,Tên sách,Giá bán,Tồn kho
{wanted},The Castle of Otranto,69.000 đ,7
{promoted},The Woman in Black,"85.000",0
999,Không có trong kho,12.000,1
"""
TO_WEBP: Final = """async ([source, quality]) => {
    const picture = new Image();
    picture.src = source;
    await picture.decode();
    const canvas = document.createElement("canvas");
    [canvas.width, canvas.height] = [picture.width, picture.height];
    canvas.getContext("2d").drawImage(picture, 0, 0);
    return canvas.toDataURL("image/webp", quality);
}"""
SETTINGS: Final = {
    "name": "Hiệu sách Cây Bàng",
    "tagline": "Books under the almond tree",
    "address": "12 Lý Quốc Sư, Hà Nội",
    "bank": "VCB",
    "bank_account": "0071000123456",
    "bank_holder": "TRAN THI BINH",
}
OWNER, READER = "binh", "mina"


class Walk:
    """One person's browser, whose pictures are numbered."""

    def __init__(self, browser: Browser, address: str, name: str) -> None:
        self.page = browser.new_page(
            base_url=address, viewport={"width": WIDTH, "height": HEIGHT}, locale="en-GB"
        )
        self.paper = browser.new_page()
        self.name, self.number = name, 0

    def picture(self, label: str, at: str = "", above: int = 16) -> None:
        """Take a picture of the window, from a little above an element ``at`` on."""
        self.page.wait_for_load_state("networkidle")
        self.page.evaluate(LOAD_COVERS)
        top = f"document.querySelector({at!r}).getBoundingClientRect().top + scrollY - {above}"
        self.page.evaluate(f"scrollTo({{top: {top if at else 0}, behavior: 'instant'}})")
        self.number += 1
        source = "data:image/png;base64," + base64.b64encode(self.page.screenshot()).decode()
        for quality in (0.8, 0.65, 0.5, 0.35, 0.2):
            webp = base64.b64decode(
                self.paper.evaluate(TO_WEBP, [source, quality]).partition(",")[2]
            )
            if len(webp) <= MOST_BYTES:
                break
        else:
            raise SystemExit(f"The picture {label!r} has more than {MOST_BYTES:,} bytes.")
        path = IMAGES / f"{self.name}-{self.number}-{label}.webp"
        path.write_bytes(webp)
        print(f"{path.name}  {len(webp):,} bytes")


def main() -> None:
    """Copy the demo, walk through it, write the pictures."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("demo", type=Path, help="home of a built demo, such as demo/")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as directory:
        home = Home(Path(directory) / "demo")
        leave = shutil.ignore_patterns("raw", "datasets", "models")
        shutil.copytree(arguments.demo, home.root, ignore=leave)
        create_account(home, OWNER, PASSWORD, operator=True)
        server = start_server(home)
        try:
            with sync_playwright() as playwright:
                browser = playwright.chromium.launch(
                    executable_path=shutil.which("chromium"), args=ARGUMENTS
                )
                owner = Walk(browser, server.address, "walk-owner")
                reader = Walk(browser, server.address, "walk-reader")
                name_the_shop(owner)
                bring_a_library(reader)
                order(reader)
                spend_a_day(owner, home)
                browser.close()
        finally:
            server.close()


def name_the_shop(owner: Walk) -> None:
    """Set the shop's name, address and bank."""
    page = owner.page
    page.goto("/owner")
    page.fill("main input[name=username]", OWNER)
    page.fill("main input[name=password]", PASSWORD)
    page.click("main button[type=submit]")
    page.goto("/owner/settings")
    for key, value in SETTINGS.items():
        page.fill(f"#{key}", value)
    owner.picture("settings")
    page.click(".owner-save button")
    page.locator("p.notice").first.wait_for()


def bring_a_library(reader: Walk) -> None:
    """Register without a book, import the file, and look at the shelf that it makes."""
    page = reader.page
    page.goto("/")
    reader.picture("front")
    page.goto("/register")
    page.fill("main input[name=username]", READER)
    page.fill("main input[name=password]", PASSWORD)
    page.click("main button[value=register]")
    page.goto("/me/import")
    page.set_input_files("#file", LIBRARY)
    reader.picture("file")
    page.locator("form:has(#file) button").click()
    page.locator("#report-head").wait_for()
    reader.picture("report", "#report-head")
    page.goto("/")
    reader.picture("shelf")


def order(reader: Walk) -> None:
    """Open the first book of the shelf that is for sale, rate another, order, and look on a phone."""
    page = reader.page
    page.locator("main .book-link").first.click()
    reader.picture("book", "main", above=0)
    page.locator("button[value=add]").first.click()
    page.locator(".cart li").first.wait_for()
    page.goto("/checkout")
    page.fill("#name", "Mina Harker")
    page.fill("#phone", "0912 345 678")
    page.fill("#note", "I come on Saturday, before noon.")
    page.locator("input[value=transfer]").check()
    reader.picture("checkout", "main", above=0)
    page.locator("main form button[type=submit]").last.click()
    page.wait_for_url("**/orders/*")
    reader.picture("order", "main", above=0)
    page.goto("/")
    page.set_viewport_size({"width": 390, "height": 780})
    reader.picture("phone")


def spend_a_day(owner: Walk, home: Home) -> None:
    """Look at the day, confirm the order, load prices, correct and promote a book, write to readers."""
    page = owner.page
    page.goto("/owner")
    owner.picture("today")
    owner.picture("misses", "#searches")
    page.goto("/owner/orders")
    page.locator("table.owner-orders tbody a").first.click()
    owner.picture("order", "main", above=0)
    page.locator("main .panel button").first.click()
    page.locator("p.notice").first.wait_for()
    wanted, promoted = (isbn_of(page, title) for title in ("Castle of Otranto", "Woman in Black"))
    load_prices(home, wanted, promoted)
    page.goto(f"/owner/book?isbn={wanted}")
    page.fill("#publisher", "Cây Bàng Reprints")
    page.fill("#description", "The first of all Gothic novels. We reprinted it for this autumn.")
    page.locator("button[value=save]").click()
    page.locator("p.notice").first.wait_for()
    owner.picture("correct", "main", above=0)
    page.locator("button[value=promote]").click()
    page.locator("p.notice").first.wait_for()
    page.goto("/")
    owner.picture("promoted", "#promoted")
    page.goto(f"/owner/audience?isbn={wanted}")
    owner.picture("audience", "main", above=0)


def isbn_of(page: Page, title: str) -> str:
    """Id of the first book that the owner's search finds."""
    page.goto(f"/owner/books?q={title}")
    address = page.locator(".owner-books a").first.get_attribute("href")
    assert address is not None
    return address.rpartition("=")[2]


def load_prices(home: Home, wanted: str, promoted: str) -> None:
    """Import a list of prices by the command, as the page of the walk shows it."""
    path = home.root / "gia-thang-11.csv"
    path.write_text(PRICES.format(wanted=wanted, promoted=promoted), encoding="utf-8")
    words = ["--home", str(home.root), "shop", "prices", "import", str(path)]
    subprocess.run([sys.executable, "-m", "bookrec", *words], check=True, env=os.environ)


if __name__ == "__main__":
    main()
