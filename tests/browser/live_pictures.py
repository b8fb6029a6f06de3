"""Pictures of a live session from both sides, for docs/live-session.md.

    bookrec --home DEMO serve --port 8000 &
    BOOKREC_PASSWORD=… python tests/browser/live_pictures.py http://127.0.0.1:8000 owner

It opens a session as the owner and joins it with some visitors, one of them on a phone.
"""

from __future__ import annotations

import argparse
import os
import shutil
from pathlib import Path
from typing import Any

from playwright.sync_api import sync_playwright
from screenshots import ARGUMENTS

NAME = {"en": "Friday evening, crime fiction", "vi": "Tối thứ sáu, truyện trinh thám"}
PHONE = {"width": 390, "height": 844}


def main() -> None:
    """Parse the arguments, hold the session, take the pictures."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("address")
    parser.add_argument("operator")
    parser.add_argument("--out", type=Path, default=Path("docs/images"))
    parser.add_argument("--language", default="en")
    parser.add_argument("--scheme", default="light")
    parser.add_argument("--width", type=int, default=1040)
    parser.add_argument("--whole", action="store_true", help="whole pages, to be looked at")
    arguments = parser.parse_args()
    arguments.out.mkdir(parents=True, exist_ok=True)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=shutil.which("chromium"), args=ARGUMENTS
        )
        hold(browser, arguments)
        browser.close()


def hold(browser: Any, arguments: argparse.Namespace) -> None:
    """Hold a session with five visitors."""
    out, language = arguments.out, arguments.language

    def picture(page: Any, name: str) -> None:
        page.wait_for_timeout(400)
        if arguments.whole:
            page.screenshot(path=out / f"live-{name}.png", full_page=True)
        else:
            page.screenshot(path=out / f"live-{name}.jpg", type="jpeg", quality=38)

    def visitor(**viewport: int) -> Any:
        context = browser.new_context(
            base_url=arguments.address, viewport=viewport, color_scheme=arguments.scheme
        )
        page = context.new_page()
        page.goto(f"/?lang={language}")
        return page

    host = visitor(width=arguments.width, height=820)
    host.goto("/login?next=/host")
    host.fill("#username", arguments.operator)
    host.fill("#password", os.environ["BOOKREC_PASSWORD"])
    host.press("#password", "Enter")
    host.wait_for_url("**/host")
    host.fill("#name", NAME.get(language, NAME["en"]))
    picture(host, "new")
    host.press("#name", "Enter")
    host.wait_for_selector("[data-stream]")
    link = host.locator("main a[href*='/live/']").get_attribute("href")
    people = [visitor(**PHONE) for _ in range(5)]
    for page in people:
        page.goto(link)
    picture(people[0], "join")
    for page in people:
        page.locator("main form button").first.click()
        page.wait_for_selector("[data-stream]")
    for likes in (2, 1):
        host.locator("#part-next [name=queue]").nth(2).click()
        host.locator("#part-next [name=stage]").first.click()
        for number, page in enumerate(people[:4]):
            button = page.locator("[name=like]" if number < likes else "[name=dismiss]")
            button.wait_for()
            page.wait_for_timeout(300)
            button.click()
    people[0].locator("[name=text]").fill("Is it part of a series?")
    people[0].locator("[name=question]").click()
    people[0].locator("[name=want]").click()
    people[1].locator("[name=cart]").click()
    host.wait_for_timeout(600)
    host.mouse.move(5, 5)
    host.wait_for_timeout(300)
    host.evaluate("scrollTo(0, document.querySelector('h1').offsetTop - 12)")
    picture(host, "host")
    people[0].evaluate("scrollTo(0, document.querySelector('h1').offsetTop - 12)")
    picture(people[0], "phone")
    host.locator("form[action$='/end'] button").click()
    host.wait_for_url("**/report")
    picture(host, "report")
    people[0].wait_for_timeout(500)
    picture(people[0], "over")


if __name__ == "__main__":
    main()
