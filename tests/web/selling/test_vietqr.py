"""VietQR: the published examples of the standard, and a code that a reader can read."""

from __future__ import annotations

from xml.etree import ElementTree

import pytest

from bookrec.web.selling.vietqr import crc16, plain_text, qr_svg, vietqr_payload


def test_the_check_value_of_the_crc() -> None:
    assert crc16(b"123456789") == 0x29B1


def test_the_crc_of_the_standards_example() -> None:
    # NAPAS, format of QR codes for transfers, 6.1.1. Its account has one digit more than it says.
    example = (
        "00020101021138570010A00000072701270006970403011200110123456780208QRIBFTTA53037045802VN6304"
    )
    assert crc16(example.encode()) == 0xF4E5


@pytest.mark.parametrize(
    ("payload", "arguments"),
    [
        (
            "00020101021238570010A00000072701270006970436011300710012345670208QRIBFTTA"
            "530370454068500005802VN62120808DH4821136304E529",
            ("970436", "0071001234567", 850_000, "DH482113"),
        ),
        (
            "00020101021238570010A00000072701270006970415011300110019324180208QRIBFTTA"
            "530370454061200005802VN62170813ung ho lu lut6304C15C",
            ("970415", "0011001932418", 120_000, "ủng hộ lũ lụt"),
        ),
    ],
)
def test_published_payloads(payload: str, arguments: tuple) -> None:
    assert vietqr_payload(*arguments) == payload


def test_a_static_code_has_no_amount() -> None:
    payload = vietqr_payload("970436", "1")
    assert payload.startswith("000201010211")
    assert "5303704" + "5802VN" in payload


def test_the_text_of_a_transfer_is_plain_and_short() -> None:
    assert plain_text("Đơn hàng #1001, cảm ơn!") == "Don hang 1001 cam on"
    assert len(plain_text("x" * 60)) == 25


def test_the_picture_is_black_on_white_with_a_name() -> None:
    root = ElementTree.fromstring(qr_svg(vietqr_payload("970436", "1", 5, "a"), "VietQR <&>"))
    assert root.attrib["role"] == "img"
    assert "style" not in ElementTree.tostring(root, encoding="unicode")
    assert root.find("{*}title").text == "VietQR <&>"
    fills = {e.attrib.get("fill") or e.attrib.get("stroke") for e in root.findall(".//{*}path")}
    assert fills == {"#fff", "#000"}
