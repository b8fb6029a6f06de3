"""Pictures of every page of a running site, to be looked at by a person.

    bookrec --home demo serve --port 8000 &
    python tests/browser/screenshots.py http://127.0.0.1:8000 --book 0141439513 --sheets

Phone, tablet and desktop, light and dark, English and Vietnamese, as a visitor and as a new reader who
liked three books, wants one, has one in the cart and ordered one, into ``screenshots/`` (which git
ignores). It registers an account of its own on the site and places that order, so give it a copy of a
shop. ``--owner NAME`` also shows the owner's pages; the password is asked for.
"""

from __future__ import annotations

import argparse
import getpass
import os
import re
import secrets
import shutil
from collections.abc import Iterator
from itertools import product
from pathlib import Path
from urllib.parse import quote

from contact_sheets import write_sheets
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
READER_PASSWORD = "a long phrase of mine 7"
# Covers load as they come into sight, which those below a picture of the whole page never do.
LOAD_COVERS = """async () => {
    for (const picture of document.images) picture.loading = "eager";
    await Promise.allSettled([...document.images].map(picture => picture.decode()));
}"""
NAMES = """() => ["authors", "publishers", "series"].map(
    kind => document.querySelector(`main a[href*="/${kind}/"]`)?.getAttribute("href"))"""
"""Addresses of the pages that a book's page leads to."""
OWNER = (
    *("", "/orders", "/lists", "/books", "/books?q=the", "/book/new", "/readers", "/settings"),
    *("/experiments", "/funnel"),
)


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
    password = ""
    if arguments.owner:
        password = os.environ.get("BOOKREC_PASSWORD") or getpass.getpass()
    rounds = [tuple(name.split("-")) for name in arguments.round or ()]
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=ARGUMENTS)
        username = f"reader-{secrets.token_hex(3)}"
        first = browser.new_page(base_url=arguments.address)
        enter(first, username, READER_PASSWORD, new=True)
        keep_and_order(first, arguments.book)
        passwords = {"": "", username: READER_PASSWORD, arguments.owner: password}
        first.goto(f"/books/{arguments.book[-1]}")
        paths = {
            username: list(reader_pages(arguments.book)),
            arguments.owner: list(owner_pages(arguments.book)),
            "": [
                *visitor_pages(arguments.book, first.evaluate(NAMES)),
                *(tuple(page.split("=", 1)) for page in arguments.page),
            ],
        }
        for language, size, scheme in rounds or product(LANGUAGES[:2], SIZES, SCHEMES):
            ending, pictures = f"{language}-{size}-{scheme}", []
            for name, listed in paths.items():
                if name is None:
                    continue
                page = open_page(browser, arguments.address, language, size, scheme)
                if name:
                    enter(page, name, passwords[name])
                for label, path in listed:
                    if arguments.only and arguments.only not in label:
                        continue
                    page.goto(path, wait_until="networkidle")
                    page.evaluate(LOAD_COVERS)
                    pictures.append(arguments.out / f"{label}-{ending}.png")
                    page.screenshot(path=pictures[-1], full_page=True)
                page.context.close()
            if arguments.sheets:
                write_sheets(browser, pictures, size, arguments.out / f"sheet-{ending}")
        browser.close()


def visitor_pages(isbns: list[str], names: list[str | None]) -> Iterator[tuple[str, str]]:
    """Yield a label and the path of each page of a visitor."""
    yield "home", "/"
    for number, isbn in enumerate(isbns):
        yield f"book{number}", f"/books/{isbn}"
    yield "catalogue", "/books"
    yield "search", "/books?q=the&year_from=1900&in_stock=1"
    yield "near", "/books?q=drakula+stokr"
    yield "nothing", "/books?q=zzzzqqq"
    for label, path in zip(("author", "publisher", "series"), names, strict=True):
        if path:
            yield label, path
    yield "new", "/new"
    for name in ("register", "login", "forgot", "nowhere", "cart", "claim/none", "reset/none"):
        yield f"visitor-{name.replace('/', '-')}", f"/{name}"


def reader_pages(isbns: list[str]) -> Iterator[tuple[str, str]]:
    """Yield a label and the path of each page of a reader."""
    yield "reader-home", "/"
    yield "reader-book", f"/books/{isbns[0]}"
    for name in (
        "me",
        "me/account",
        "me/profile",
        "me/import",
        "want",
        "cart",
        "checkout",
        "orders",
    ):
        yield f"reader-{name.replace('/', '-')}", f"/{name}"


def owner_pages(isbns: list[str]) -> Iterator[tuple[str, str]]:
    """Yield a label and the path of each page of the owner."""
    for path in OWNER:
        yield "owner" + re.sub(r"\W+", "-", path or "/today"), f"/owner{path}"
    yield "owner-order", "/owner/orders/1001"
    yield "owner-edit", f"/owner/book?isbn={quote(isbns[0])}"
    yield "owner-audience", f"/owner/audience?isbn={quote(isbns[0])}"
    yield "owner-preview", "/owner/preview?liked=Dracula"
    yield "owner-host", "/host"


def open_page(browser: Browser, address: str, language: str, size: str, scheme: str) -> Page:
    """Open a fresh visitor's page."""
    width, height = SIZES[size]
    context = browser.new_context(
        base_url=address,
        viewport={"width": width, "height": height},
        locale=language,
        color_scheme=scheme,
    )
    return context.new_page()


def enter(page: Page, username: str, password: str, *, new: bool = False) -> None:
    """Register with three liked books, or sign in."""
    page.goto("/register" if new else "/login")
    if new:
        for number in range(3):
            page.locator("input[name=liked_isbns]").nth(number * 4).check()
    page.fill("main input[name=username]", username)
    page.fill("main input[name=password]", password)
    page.click("main button[value=register]" if new else "main button[type=submit]")
    page.wait_for_load_state("networkidle")


def keep_and_order(page: Page, isbns: list[str]) -> None:
    """Want a book, order one, and leave one in the cart."""
    page.goto(f"/books/{isbns[-1]}")
    page.locator(".own-shelves button").first.click()
    for order in (True, False):
        page.goto(f"/books/{isbns[0]}")
        page.locator("main button[value=add]").first.click()
        if order:
            page.goto("/checkout")
            page.fill("#name", "Trần Thị Bình")
            page.fill("#phone", "0912 345 678")
            page.locator("main button[type=submit]").last.click()
            page.wait_for_url("**/orders/*")


if __name__ == "__main__":
    main()
