"""Pictures of every page of a running site, to be looked at by a person.

    bookrec serve --port 8000 &
    python tests/browser/screenshots.py http://127.0.0.1:8000 --book 0141439513

Phone, tablet and desktop, light and dark, English and Vietnamese, as a visitor and as a new reader who
liked three books, into ``screenshots/`` (which git ignores). It registers an account of its own on the
site. ``--owner NAME`` also shows the owner's pages; the password is asked for.
"""

from __future__ import annotations

import argparse
import getpass
import os
import secrets
import shutil
from collections.abc import Iterator
from itertools import product
from pathlib import Path

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
OWNER = ("", "/orders", "/lists", "/funnel", "/books", "/readers", "/settings", "/preview")


def main() -> None:
    """Parse the arguments and take the pictures."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("address", help="of the running site, e.g. http://127.0.0.1:8000")
    parser.add_argument("--book", action="append", default=[], help="ISBN of a book page to show")
    parser.add_argument("--out", type=Path, default=Path("screenshots"))
    parser.add_argument("--size", action="append", choices=SIZES, help="default: all")
    parser.add_argument("--scheme", action="append", choices=SCHEMES, help="default: both")
    parser.add_argument("--language", action="append", help="default: en and vi")
    parser.add_argument("--owner", help="user name of an operator; BOOKREC_PASSWORD or typed")
    arguments = parser.parse_args()
    arguments.out.mkdir(parents=True, exist_ok=True)
    chromium = shutil.which("chromium")
    if chromium is None:
        parser.error("chromium is not installed")
    password = ""
    if arguments.owner:
        password = os.environ.get("BOOKREC_PASSWORD") or getpass.getpass()
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=ARGUMENTS)
        username = f"reader-{secrets.token_hex(3)}"
        enter(browser.new_page(base_url=arguments.address), username, READER_PASSWORD, new=True)
        rounds = product(
            arguments.language or LANGUAGES[:2],
            arguments.size or SIZES,
            arguments.scheme or SCHEMES,
        )
        for language, size, scheme in rounds:
            people = {"": "", "reader": username, "owner": arguments.owner}
            for person, name in people.items():
                if name is None:
                    continue
                page = open_page(browser, arguments.address, language, size, scheme)
                if name:
                    enter(page, name, password if person == "owner" else READER_PASSWORD)
                ending = f"{language}-{size}-{scheme}.png"
                for label, path in pages(person, arguments.book):
                    page.goto(path, wait_until="networkidle")
                    page.evaluate(LOAD_COVERS)
                    page.screenshot(path=arguments.out / f"{label}-{ending}", full_page=True)
                page.context.close()
        browser.close()


def pages(person: str, isbns: list[str]) -> Iterator[tuple[str, str]]:
    """Yield a label and the path of each page of a visitor, a reader or the owner."""
    if person == "owner":
        for path in OWNER:
            yield f"owner-{path.strip('/') or 'today'}", f"/owner{path}"
        if isbns:
            yield "owner-book", f"/owner/book?isbn={isbns[0]}"
            yield "owner-audience", f"/owner/audience?isbn={isbns[0]}"
        return
    yield f"{person}home", "/"
    for number, isbn in enumerate(isbns):
        yield f"{person}book{number}", f"/books/{isbn}"
    if person:
        for name in ("me", "me/account", "me/profile", "me/import", "want", "cart", "orders"):
            yield name.replace("/", "-"), f"/{name}"
        return
    yield "catalogue", "/books"
    yield "search", "/books?q=the&year_from=1900&in_stock=1"
    yield "nothing", "/books?q=zzzzqqq"
    yield "new", "/new"
    for name in ("register", "login", "forgot", "nowhere"):
        yield name, f"/{name}"


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


if __name__ == "__main__":
    main()
