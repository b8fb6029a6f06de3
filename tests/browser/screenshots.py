"""Pictures of every page of a running site, to be looked at by a person.

    bookrec --home demo serve --port 8000 &
    python tests/browser/screenshots.py http://127.0.0.1:8000 --book 0141439513 --sheets

Phone, tablet and desktop, light and dark, English and Vietnamese, as a visitor, as a new reader without
any book, and as one who liked three books, wants one, has one in the cart, ordered one and brought a
file along, into ``screenshots/`` (which git ignores). It registers accounts of its own on the site and
places that order, so give it a copy of a shop. ``--owner NAME`` also shows the owner's pages and both
sides of live sessions; the password is asked for.
"""

from __future__ import annotations

import argparse
import getpass
import os
import secrets
import shutil
from collections.abc import Iterable
from itertools import product
from pathlib import Path
from typing import Any

from contact_sheets import write_sheets
from pictured_pages import NAMES, newcomer_pages, owner_pages, reader_pages, visitor_pages
from pictured_shop import READER_PASSWORD, enter, hold_sessions, keep_and_order
from playwright.sync_api import Browser, Page, sync_playwright

ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
SIZES = {"phone": (390, 844), "tablet": (820, 1180), "desktop": (1440, 900)}
SCHEMES = ("light", "dark")
LANGUAGES = ("en", "vi", "de")
# Covers load as they come into sight, which those below a picture of the whole page never do.
LOAD_COVERS = """async () => {
    for (const picture of document.images) picture.loading = "eager";
    await Promise.allSettled([...document.images].map(picture => picture.decode()));
}"""


def main() -> None:
    """Parse the arguments and take the pictures."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("address", help="of the running site, e.g. http://127.0.0.1:8000")
    parser.add_argument("--book", action="append", required=True, help="ISBN of a book to show")
    parser.add_argument("--page", action="append", default=[], help="LABEL=PATH of one more page")
    parser.add_argument("--out", type=Path, default=Path("screenshots"))
    parser.add_argument("--round", action="append", help="such as en-phone-light; default: all")
    parser.add_argument("--only", help="take only pages whose label has this text")
    parser.add_argument("--sheets", action="store_true", help="contact sheets of each round")
    parser.add_argument("--owner", help="user name of an operator; BOOKREC_PASSWORD or typed")
    arguments = parser.parse_args()
    arguments.out.mkdir(parents=True, exist_ok=True)
    chromium = shutil.which("chromium")
    if chromium is None:
        parser.error("chromium is not installed")
    rounds = [tuple(name.split("-")) for name in arguments.round or ()]
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=ARGUMENTS)
        people = list(prepare(browser, arguments))
        for language, size, scheme in rounds or product(LANGUAGES[:2], SIZES, SCHEMES):
            ending, pictures = f"{language}-{size}-{scheme}", []
            for state, listed in people:
                page = open_page(browser, arguments.address, language, size, scheme, state)
                for label, path in listed:
                    if arguments.only and arguments.only not in label:
                        continue
                    pictures.append(arguments.out / f"{label}-{ending}.png")
                    take(page, path, pictures[-1])
                page.context.close()
            if arguments.sheets:
                write_sheets(browser, pictures, size, arguments.out / f"sheet-{ending}")
        browser.close()


def prepare(
    browser: Browser, arguments: argparse.Namespace
) -> Iterable[tuple[Any, list[tuple[str, str]]]]:
    """Do what a shop needs to have pages; yield each person's cookies, and labels and paths."""
    isbns, suffix = arguments.book, secrets.token_hex(3)
    extra = [tuple(page.split("=", 1)) for page in arguments.page]
    reader, newcomer, host = (browser.new_page(base_url=arguments.address) for _ in range(3))
    order = keep_and_order(enter(reader, f"reader-{suffix}", READER_PASSWORD, new=3), isbns)
    enter(newcomer, f"newcomer-{suffix}", READER_PASSWORD, new=0)
    reader.goto(f"/books/{isbns[-1]}")
    visitor = [*visitor_pages(isbns, reader.evaluate(NAMES))]
    pages = [*reader_pages(isbns, order)]
    if arguments.owner:
        enter(host, arguments.owner, os.environ.get("BOOKREC_PASSWORD") or getpass.getpass())
        held = hold_sessions(host, reader, browser, arguments.address)
        (show, link), (past, past_link) = held["show"], held["past"]
        visitor += [("live-join", link), ("live-over", past_link)]
        pages += [("live-member", link)]
        mine = [row for row in extra if row[1].startswith(("/owner", "/host"))]
        live = [("owner-live", show), ("owner-live-past", past), ("owner-report", f"{past}/report")]
        yield host.context.storage_state(), [*owner_pages(isbns), *live, *mine]
        extra = [row for row in extra if row not in mine]
    yield None, visitor + extra
    yield reader.context.storage_state(), pages
    yield newcomer.context.storage_state(), [*newcomer_pages()]


def open_page(
    browser: Browser, address: str, language: str, size: str, scheme: str, state: Any
) -> Page:
    """Open a page of somebody with these cookies."""
    width, height = SIZES[size]
    context = browser.new_context(
        base_url=address,
        viewport={"width": width, "height": height},
        locale=language,
        color_scheme=scheme,
        storage_state=state,
    )
    return context.new_page()


def take(page: Page, path: str, target: Path) -> None:
    """Take a picture of a whole page."""
    page.goto(path)
    page.evaluate(LOAD_COVERS)
    page.screenshot(path=target, full_page=True)


if __name__ == "__main__":
    main()
