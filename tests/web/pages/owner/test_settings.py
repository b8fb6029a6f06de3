"""The page of settings: one mechanism with the command, and no trace of bookrec."""

from __future__ import annotations

from bookrec.settings import Home
from bookrec.shop.selling.logo import read_logo
from bookrec.shop.selling.shop_settings import read_settings
from owner_pages import send
from selling import in_shop
from site_testing import Client, form_token

NAME = "Hiệu sách Cây Bàng"


def test_the_shops_own_words_stand_on_every_page(owner: Client, home: Home) -> None:
    answer = send(
        owner,
        "/owner/settings",
        name=NAME,
        welcome="Sách <hay>",
        about="Ở góc phố.",
        email="shop@example.org",
        bank="vcb",
        delivery="no",
    )
    assert answer.status_code == 303
    settings = in_shop(home, read_settings)
    assert (settings.name, settings.bank, settings.delivery) == (NAME, "970436", False)
    owner.cookies.clear()
    front = owner.get("/").text
    assert f"· {NAME}</title>" in front
    assert "Sách &lt;hay&gt;" in front
    assert "Ở góc phố." in front


def test_nothing_says_bookrec(owner: Client) -> None:
    send(owner, "/owner/settings", name=NAME)
    pages = ["/", "/books", "/books/0141439580", "/owner", "/owner/settings", "/nowhere", "/me"]
    for page in pages:
        visible = owner.get(page).text.lower()
        assert "bookrec" not in visible, page
    schema = owner.get("/schema/openapi.json")
    assert schema.json()["info"]["title"] == NAME
    assert "bookrec" not in schema.text.lower()
    assert "bookrec" not in owner.get("/schema/openapi.yaml").text.lower()
    refused = owner.get("/api/v1/me/ratings")
    assert refused.status_code == 401
    assert "bookrec" not in refused.headers["www-authenticate"]


def test_all_is_stored_or_nothing_and_the_field_is_marked(owner: Client, home: Home) -> None:
    answer = send(owner, "/owner/settings", name="New name", email="no address", accent="#ffffff")
    assert answer.status_code == 400
    assert in_shop(home, read_settings).name == "bookrec"
    assert answer.text.count('aria-invalid="true"') == 2
    assert 'value="New name"' in answer.text
    assert 'value="no address"' in answer.text


def test_a_logo_is_taken_or_refused(owner: Client, home: Home) -> None:
    token = form_token(owner.get("/owner/settings").text)
    for content, status in ((b"no picture", 400), (b"x" * 200_001, 400)):
        answer = owner.post(
            "/owner/settings", data={"csrf_token": token}, files={"logo": ("logo.png", content)}
        )
        assert answer.status_code == status
    assert in_shop(home, read_logo) is None
    png = b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR\x00\x00\x00\x28\x00\x00\x00\x14" + b"\x00" * 9
    answer = owner.post(
        "/owner/settings", data={"csrf_token": token}, files={"logo": ("logo.png", png)}
    )
    assert answer.status_code == 303
    logo = in_shop(home, read_logo)
    assert logo is not None
    assert (logo.width, logo.height) == (40, 20)
    send(owner, "/owner/settings", remove_logo="yes")
    assert in_shop(home, read_logo) is None
