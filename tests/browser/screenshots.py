"""Pictures of every page of a running site, to be looked at by a person.

    bookrec serve --port 8000 &
    python tests/browser/screenshots.py http://127.0.0.1:8000 --book 0141439513

Desktop and phone, English and Vietnamese, as a visitor and as a new reader who liked three books,
into ``screenshots/`` (which git ignores). It registers an account of its own on the site.
"""

from __future__ import annotations

import argparse
import secrets
import shutil
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
SIZES = {"desktop": (1280, 900), "phone": (390, 844)}
LANGUAGES = ("en", "vi")
# Covers load as they come into sight, which those below a picture of the whole page never do.
LOAD_COVERS = """async () => {
    for (const picture of document.images) picture.loading = "eager";
    await Promise.allSettled([...document.images].map(picture => picture.decode()));
}"""


def main() -> None:
    """Parse the arguments and take the pictures."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("address", help="of the running site, e.g. http://127.0.0.1:8000")
    parser.add_argument("--book", action="append", default=[], help="ISBN of a book page to show")
    parser.add_argument("--out", type=Path, default=Path("screenshots"))
    parser.add_argument("--dark", action="store_true", help="with dark colours preferred")
    arguments = parser.parse_args()
    arguments.out.mkdir(parents=True, exist_ok=True)
    chromium = shutil.which("chromium")
    if chromium is None:
        parser.error("chromium is not installed")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=ARGUMENTS)
        username = f"reader-{secrets.token_hex(3)}"
        for language in LANGUAGES:
            for size in SIZES:
                photograph(browser, arguments, language, size, username)
        browser.close()


def photograph(
    browser: Browser, arguments: argparse.Namespace, language: str, size: str, username: str
) -> None:
    """Every page in one language and size; the account is made on the first round."""
    width, height = SIZES[size]
    context = browser.new_context(
        base_url=arguments.address,
        viewport={"width": width, "height": height},
        locale=language,
        color_scheme="dark" if arguments.dark else "light",
    )
    page = context.new_page()
    ending = f"{size}-{language}{'-dark' if arguments.dark else ''}.png"
    books = [f"/books/{isbn}" for isbn in arguments.book]

    def shoot(name: str) -> None:
        page.evaluate(LOAD_COVERS)
        page.screenshot(path=arguments.out / f"{name}-{ending}", full_page=True)

    def visit(name: str, path: str) -> None:
        page.goto(path, wait_until="networkidle")
        shoot(name)

    visit("home", "/")
    visit("catalogue", "/books")
    visit("search", "/books?q=the&year_from=1900&author=a")
    visit("nothing", "/books?q=zzzzqqq")
    for number, path in enumerate(books):
        visit(f"book{number}", path)
    visit("missing", "/books/0000000000")
    visit("register", "/register")
    visit("login", "/login")
    page.fill("main input[name=username]", username)
    page.fill("main input[name=password]", "wrong-wrong-wrong")
    page.click("main button[type=submit]")
    shoot("login-refused")
    enter(page, username, new=(language, size) == (LANGUAGES[0], next(iter(SIZES))))
    page.wait_for_load_state("networkidle")
    shoot("home-signed-in")
    for number, path in enumerate(books):
        visit(f"book{number}-signed-in", path)
    visit("me", "/me")
    visit("home-again", "/")
    context.close()


def enter(page: Page, username: str, *, new: bool) -> None:
    """Register with three liked books, or sign in."""
    page.goto("/register" if new else "/login")
    if new:
        for number in range(3):
            page.locator("input[name=liked_isbns]").nth(number * 4).check()
    page.fill("main input[name=username]", username)
    page.fill("main input[name=password]", "a long phrase of mine 7")
    page.click("main button[value=register]" if new else "main button[type=submit]")


if __name__ == "__main__":
    main()
