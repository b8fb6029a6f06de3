"""Encoding of a text, by evidence over the whole of it; a text is decoded rightly or refused."""

from __future__ import annotations

import codecs
import unicodedata
from dataclasses import dataclass
from typing import Final

import numpy as np

from bookrec.errors import DataError
from bookrec.offline.data.files.delimited.byte_evidence import (
    foreign_evidence,
    vietnamese_evidence,
)

_MARKS: Final = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_STATE_IT: Final = 'state it in the mapping (encoding = "...") or save the file as UTF-8'
_SAMPLE_BYTES: Final = 1 << 23
"""Most bytes whose evidence is counted; all bytes are decoded."""
_DECISIVE: Final = 4
"""Times as much evidence as there is against it makes an encoding certain."""


@dataclass(frozen=True)
class Decoded:
    """Text of a file."""

    content: bytes
    """UTF-8 without a mark of byte order."""
    encoding: str
    """Python's name of the encoding."""
    note: str
    """Sentence on the evidence; empty for plain UTF-8."""


def decode(content: bytes, place: str, encoding: str | None = None) -> Decoded:
    """Decode a text file.

    Args:
        content: bytes of the whole file.
        place: path for messages.
        encoding: Python's name of the encoding, if a mapping states it.

    Raises:
        DataError: the bytes are not in the stated encoding, or are damaged, or two encodings are
            possible and give different texts.
    """
    if encoding is not None:
        return _stated(content, place, encoding)
    for mark, name in _MARKS:
        if content.startswith(mark):
            text = _strict(content, name, place)
            return _text(text, name, place, f"{name.upper()}, by its mark of byte order.")
    if (wide := _wide(content)) is not None:
        text = _strict(content, wide, place)
        return _text(text, wide, place, f"{wide.upper()} without a mark, by the bytes of zero.")
    _refuse_zeros(content, place)
    damage = _utf8_damage(content)
    if damage is None:
        return Decoded(content, "utf-8", "")
    return _single_byte(content, place, damage)


def _stated(content: bytes, place: str, encoding: str) -> Decoded:
    try:
        name = codecs.lookup(encoding).name
    except LookupError:
        raise DataError(
            f"{place}: the mapping states the encoding {encoding!r}, which Python does not know; "
            "write for example utf-8, windows-1258 or windows-1252."
        ) from None
    if name in {"utf-8", "utf-8-sig"}:
        content = content.removeprefix(codecs.BOM_UTF8)
    text = _strict(content, name, place)
    return _text(text, name, place, f"{name.upper()}, as the mapping states.")


def _strict(content: bytes, encoding: str, place: str) -> str:
    try:
        return content.decode(encoding)
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        raise DataError(
            f"{place}, line {line}: byte 0x{content[error.start]:02x} is not "
            f"{encoding.removesuffix('-sig').upper()} text; get the file again, or "
            f"{_STATE_IT}."
        ) from None


def _text(text: str, encoding: str, place: str, note: str) -> Decoded:
    if encoding == "cp1258":
        # windows-1258 writes tones as characters of their own.
        text = unicodedata.normalize("NFC", text)
    content = text.removeprefix("\ufeff").encode("utf-8", "surrogatepass")
    _refuse_zeros(content, place)
    return Decoded(content, encoding, note)


def _refuse_zeros(content: bytes, place: str) -> None:
    where = content.find(b"\0")
    if where >= 0:
        line = content.count(b"\n", 0, where) + 1
        raise DataError(
            f"{place}, line {line}: it holds bytes of zero (NUL), which no text has; the file is "
            "damaged or of another kind, get it again."
        )


def _wide(content: bytes) -> str | None:
    """Tell UTF-16 without a mark by bytes of zero at odd or at even places."""
    if not content or len(content) % 2:
        return None
    pairs = np.frombuffer(content[: 1 << 20], dtype=np.uint8).reshape(-1, 2) == 0
    even, odd = pairs.mean(axis=0)
    if odd > 0.5 and even < 0.02:
        return "utf-16-le"
    return "utf-16-be" if even > 0.5 and odd < 0.02 else None


def _utf8_damage(content: bytes) -> int | None:
    """Return the offset of the first byte that is not UTF-8; None if there is none."""
    start, step = 0, 1 << 26
    decoder = codecs.getincrementaldecoder("utf-8")()
    while start < len(content):
        chunk = content[start : start + step]
        pending = len(decoder.getstate()[0])
        try:
            decoder.decode(chunk, final=start + step >= len(content))
        except UnicodeDecodeError as error:
            return start - pending + error.start
        start += step
    return None


def _single_byte(content: bytes, place: str, damage: int) -> Decoded:
    """Decode a text of one byte a character: windows-1258, windows-1252 or ISO-8859-1."""
    sample = _sample(content)
    foreign = foreign_evidence(sample)
    if foreign:
        line = content.count(b"\n", 0, damage) + 1
        raise DataError(
            f"{place}, line {line}: byte 0x{content[damage]:02x} is not UTF-8 text, and {foreign}; "
            f"{_STATE_IT}."
        )
    western, vietnamese = (_possible(content, name) for name in ("cp1252", "cp1258"))
    if western is None and vietnamese is None:
        raise DataError(
            f"{place} is text of neither UTF-8 nor windows-1258 nor windows-1252: each lacks some "
            f"of its bytes; {_STATE_IT}."
        )
    if western is not None and western == vietnamese:
        return _text(western, "cp1252", place, _western_note(content))
    seen, against = vietnamese_evidence(sample)
    if not seen + against:
        seen, against = vietnamese_evidence(content)
    if vietnamese is not None and seen and seen >= _DECISIVE * against:
        note = f"windows-1258: {seen} letters or tones are placed as Vietnamese places them."
        return _text(vietnamese, "cp1258", place, note)
    if western is not None and (vietnamese is None or against >= max(1, _DECISIVE * seen)):
        return _text(western, "cp1252", place, _western_note(content))
    raise DataError(
        f"{place} may be windows-1258 or windows-1252, which give different texts "
        f"({_difference(western, vietnamese)}); {_STATE_IT}."
    )


def _sample(content: bytes) -> bytes:
    """Return pieces from all over a large text, whole lines each; a small text is returned whole."""
    if len(content) <= _SAMPLE_BYTES:
        return content
    size, pieces = _SAMPLE_BYTES // 16, []
    for start in range(0, len(content) - size, (len(content) - size) // 15):
        begin = content.find(b"\n", start) + 1 if start else 0
        pieces.append(content[begin : content.rfind(b"\n", begin, start + size) + 1])
    return b"".join(pieces) or content


def _possible(content: bytes, encoding: str) -> str | None:
    try:
        text = content.decode(encoding)
    except UnicodeDecodeError:
        return None
    return unicodedata.normalize("NFC", text) if encoding == "cp1258" else text


def _western_note(content: bytes) -> str:
    array = np.frombuffer(content, dtype=np.uint8)
    if ((array >= 0x80) & (array < 0xA0)).any():
        return "windows-1252: some bytes are control characters in ISO-8859-1."
    return "windows-1252 or ISO-8859-1, which give the same text here."


def _difference(western: str | None, vietnamese: str | None) -> str:
    for left, right in zip(
        (western or "").splitlines(), (vietnamese or "").splitlines(), strict=False
    ):
        if left != right:
            at = next((i for i, (a, b) in enumerate(zip(left, right, strict=False)) if a != b), 0)
            begin = max(at - 12, 0)
            return f"{right[begin : at + 12]!r} or {left[begin : at + 12]!r}"
    return "one of them lacks some bytes of it"
