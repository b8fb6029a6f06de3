"""``bookrec shop`` by its commands: settings, prices, orders; sentences and exit codes."""

from __future__ import annotations

import json
import struct
import time
import zlib
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from bookrec.cli.main import cli
from bookrec.errors import BookrecError
from bookrec.settings import Home
from bookrec.shop.events import Actor, Event, Impression, write_batch
from bookrec.shop.selling.logo import read_logo
from bookrec.shop.selling.orders import place_order
from bookrec.shop.selling.shop_settings import read_settings
from selling import in_shop, offer, request, stock_of


@pytest.fixture
def home(tmp_path: Path) -> Home:
    home = Home(tmp_path)
    offer(home, iA=(85_000, 3))
    return home


def run(home: Home, *arguments: str) -> Result:
    return CliRunner().invoke(cli, ["--home", str(home.root), "shop", *arguments])


def refusal(home: Home, *arguments: str) -> str:
    result = run(home, *arguments)
    assert isinstance(result.exception, BookrecError), result.output
    return str(result.exception)


def png(width: int, height: int) -> bytes:
    def chunk(kind: bytes, content: bytes) -> bytes:
        checksum = struct.pack(">I", zlib.crc32(kind + content))
        return struct.pack(">I", len(content)) + kind + content + checksum

    header = struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)
    rows = zlib.compress((b"\0" + b"\x80" * width) * height)
    return (
        b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", rows) + chunk(b"IEND", b"")
    )


def test_settings_one_by_one(home: Home) -> None:
    result = run(home, "settings", "set", "name", "Cây Bàng")
    assert result.output == "name = 'Cây Bàng'\n"
    assert run(home, "settings", "get", "name").output == "Cây Bàng\n"
    listed = run(home, "settings", "list").output
    assert "name = 'Cây Bàng'" in listed
    assert "delivery = 'yes'" in listed
    assert "no setting 'nam'" in refusal(home, "settings", "get", "nam")


def test_a_file_of_settings_is_taken_whole_or_not_at_all(home: Home, tmp_path: Path) -> None:
    (tmp_path / "logo.png").write_bytes(png(72, 36))
    file = tmp_path / "shop.toml"
    text = (
        'delivery_fee = "2.50"\nname = "A"\nlanguages = ["vi"]\ndelivery = true\n'
        'logo = "logo.png"\ncurrency = "USD"\n'
    )
    file.write_text(text + 'accent = "#ffffff"\n', encoding="utf-8")
    assert "contrast" in refusal(home, "settings", "--file", str(file))
    assert in_shop(home, read_settings).name == "bookrec"
    file.write_text(text, encoding="utf-8")
    result = run(home, "settings", "--file", str(file))
    assert result.exit_code == 0, result.output
    assert "1 offers are in another currency" in result.output
    stored = in_shop(home, read_settings)
    assert (stored.delivery_fee, stored.languages, stored.currency) == (250, ("vi",), "USD")
    logo = in_shop(home, read_logo)
    assert logo is not None
    assert (logo.media_type, logo.width, logo.height) == ("image/png", 72, 36)
    run(home, "settings", "set", "logo", "")
    assert in_shop(home, read_logo) is None


@pytest.mark.parametrize("content", [b"", b"<svg/>", b"\x89PNG\r\n\x1a\n", b"x" * 200_001])
def test_a_logo_is_a_picture(home: Home, tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "logo"
    path.write_bytes(content)
    assert "logo" in refusal(home, "settings", "set", "logo", str(path))


def test_orders_are_listed_shown_and_moved(home: Home) -> None:
    assert run(home, "orders", "list").output == "No orders.\n"
    in_shop(home, lambda c: place_order(c, read_settings(c), request({"A": 2}, "shop:1")))
    assert "1001" in run(home, "orders", "list", "--state", "new").output
    (listed,) = json.loads(run(home, "orders", "list", "--json").output)
    assert (listed["number"], listed["total"]) == (1001, 170_000)
    shown = run(home, "orders", "show", "1001").output
    for text in ("Trần An", "2 x 85,000 VND", "total 170,000 VND", "reader shop:1", "new by buyer"):
        assert text in shown
    assert run(home, "orders", "set", "1001", "packed").output == "Order 1001 is packed.\n"
    assert "can become: ready, done, cancelled" in refusal(home, "orders", "set", "1001", "new")
    run(home, "orders", "set", "1001", "cancelled", "--note", "called")
    assert stock_of(home, "A") == 3
    assert "cancelled by shop: called" in run(home, "orders", "show", "1001").output
    assert run(home, "orders", "list", "--state", "done").output == "No orders are done.\n"


def test_the_report_of_an_import(home: Home, tmp_path: Path) -> None:
    file = tmp_path / "p.csv"
    file.write_text("isbn,price\nA,1\n", encoding="utf-8")
    assert "Nothing was changed" in refusal(home, "prices", "import", str(file))


def test_events_prune_turns_old_events_into_counts(home: Home) -> None:
    visitor = Actor(visitor="an")
    views = [Event(visitor, "view", at, isbn="A") for at in (1_000, 2_000, int(time.time()))]
    shown = Impression(visitor, "l", "popular", "/", ("A", "B"), 1_000)
    in_shop(home, lambda shop: write_batch(shop, views, [shown]))
    run(home, "settings", "set", "event_days", "30")
    result = run(home, "events", "prune")
    assert result.output == "2 events and 1 lists older than 30 days are counts now.\n"
    assert run(home, "events", "prune").output.startswith("0 events and 0 lists")
    days = "select kind, isbn, events from event_days"
    assert in_shop(home, lambda shop: shop.execute(days).fetchall()) == [("view", "A", 2)]
    assert "1 to 730" in refusal(home, "settings", "set", "event_days", "0")
