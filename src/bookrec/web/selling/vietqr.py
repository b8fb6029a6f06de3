"""VietQR: the payload of a transfer by the standard of NAPAS (EMVCo), and its picture.

A payload is a row of fields: two digits of id, two of length, the value. It ends with a CRC-16 of all
that stands before the four hexadecimal digits.
"""

from __future__ import annotations

import unicodedata
from typing import Final

import segno

_NAPAS: Final = "A000000727"
_TO_ACCOUNT: Final = "QRIBFTTA"
_DONG: Final = "704"
"""ISO 4217 number of VND."""
_MOST_TEXT: Final = 25
_QUIET_ZONE: Final = 4
"""Modules of white around the code, as the standard of QR codes asks."""


def vietqr_payload(bin_: str, account: str, amount: int | None = None, text: str = "") -> str:
    """Return the payload of a transfer to an account.

    Args:
        bin_: number of the bank, 6 digits.
        account: number of the account, at most 19 letters and digits.
        amount: in đồng; None = the payer fills it in (a static code).
        text: of the transfer; accents are left out, as banks do, and so is what exceeds 25 characters.
    """
    bank = _field("00", bin_) + _field("01", account)
    payload = _field("00", "01")
    payload += _field("01", "11" if amount is None else "12")
    payload += _field("38", _field("00", _NAPAS) + _field("01", bank) + _field("02", _TO_ACCOUNT))
    payload += _field("53", _DONG)
    if amount is not None:
        payload += _field("54", str(amount))
    payload += _field("58", "VN")
    if plain := plain_text(text):
        payload += _field("62", _field("08", plain))
    payload += "6304"
    return f"{payload}{crc16(payload.encode('ascii')):04X}"


def _field(id_: str, value: str) -> str:
    return f"{id_}{len(value):02d}{value}"


def plain_text(text: str) -> str:
    """Return the text of a transfer in ASCII, at most 25 characters."""
    folded = unicodedata.normalize("NFD", text.replace("đ", "d").replace("Đ", "D"))
    ascii_text = folded.encode("ascii", "ignore").decode()
    return " ".join("".join(c if c.isalnum() else " " for c in ascii_text).split())[:_MOST_TEXT]


def crc16(content: bytes) -> int:
    """Return the CRC-16/CCITT-FALSE: polynomial 0x1021, start 0xFFFF.

    >>> hex(crc16(b"123456789"))
    '0x29b1'
    """
    crc = 0xFFFF
    for byte in content:
        crc ^= byte << 8
        for _ in range(8):
            crc = (crc << 1) ^ 0x1021 if crc & 0x8000 else crc << 1
        crc &= 0xFFFF
    return crc


def qr_svg(payload: str, label: str) -> str:
    """Draw a payload as an SVG element with an accessible name, black on white in any colour scheme."""
    code = segno.make(payload, error="m", micro=False)
    svg: str = code.svg_inline(
        border=_QUIET_ZONE, dark="#000", light="#fff", omitsize=True, title=label, svgclass="qr"
    )
    return svg.replace("<svg ", '<svg role="img" ', 1)
