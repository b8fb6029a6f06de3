"""The shop's own name, languages, colours and logo on the pages."""

from __future__ import annotations

import re

import pytest

from bookrec.settings import Home
from bookrec.shop.selling.logo import Logo, store_logo
from selling import EMMA, in_shop, offer, settings
from site_testing import Client

PAGES = ["/", "/books", f"/books/{EMMA}", "/cart", "/login", "/register", "/nowhere", "/claim/x"]


def seen(page: str) -> str:
    """Everything that a page shows, without addresses and values that nobody reads."""
    return re.sub(r'(href|src|value|action)="[^"]*"', "", page)


@pytest.mark.parametrize("language", ["en", "vi"])
def test_no_page_says_bookrec_once_the_shop_has_a_name(
    client: Client, home: Home, language: str
) -> None:
    offer(home, **{f"i{EMMA}": (85_000, 3)})
    settings(home, name="Cây <Bàng>", tagline="Sách & trà", address="12 Lê Lợi", email="a@b.vn")
    for path in PAGES:
        page = client.get(path, headers={"accept-language": language}).text
        assert "bookrec" not in seen(page).lower(), path
        assert "Cây &lt;Bàng&gt;</title>" in page, path
        assert "12 Lê Lợi" in page, path


def test_a_shop_without_settings_has_bookrecs_name(client: Client) -> None:
    assert " · bookrec</title>" in client.get("/").text


def test_a_shop_of_one_language(client: Client, home: Home) -> None:
    settings(home, languages="vi")
    for headers in ({"accept-language": "en"}, {"cookie": "lang=en"}):
        page = client.get("/", headers=headers).text
        assert '<html lang="vi">' in page
        assert "English" not in page
    assert client.get("/?lang=en").status_code == 200, "no language to change to"
    settings(home, languages="vi en")
    assert '<html lang="vi">' in client.get("/", headers={"accept-language": "fr"}).text
    assert '<html lang="en">' in client.get("/", headers={"accept-language": "en"}).text


def test_colours_come_as_a_style_sheet_of_their_own(client: Client, home: Home) -> None:
    assert "/shop.css" not in client.get("/").text
    settings(home, accent="#7a1f1f", accent_dark="#f2b8a0")
    page = client.get("/").text
    address = re.search(r'href="(/shop\.css\?v=[0-9a-f]+)"', page)
    assert address
    answer = client.get(address[1])
    assert answer.headers["content-type"].startswith("text/css")
    assert "immutable" in answer.headers["cache-control"]
    assert "--accent: #7a1f1f; --front: #7a1f1f;" in answer.text
    dark = answer.text[answer.text.index("@media (prefers-color-scheme: dark)") :]
    assert "--accent: #f2b8a0;" in dark
    settings(home, accent="#1c5a47")
    assert address[1] not in client.get("/").text


def test_the_logo_stands_in_its_own_size(client: Client, home: Home) -> None:
    assert client.get("/shop-logo").status_code == 404
    in_shop(home, lambda c: store_logo(c, Logo("image/png", 144, 72, b"picture")))
    page = client.get("/").text
    picture = re.search(r'<img class="logo" src="([^"]+)" alt="" width="72" height="36">', page)
    assert picture
    answer = client.get(picture[1])
    assert (answer.content, answer.headers["content-type"]) == (b"picture", "image/png")
