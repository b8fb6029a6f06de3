"""Encodings: read rightly or refused, never garbled."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bookrec.errors import DataError
from bookrec.offline.data.files.delimited.encodings import decode

VIETNAMESE = [
    "Đất rừng phương Nam",
    "Nguyễn Nhật Ánh",
    "Số đỏ",
    "Trẻ",
    "hà nội, việt nam",
    "Dế Mèn phiêu lưu ký",
    "NGUYỄN DU",
    "học",
    "Vũ Trọng Phụng",
    "Trăng",
    "thơ",
    "mưa",
    "Lưu Quang Vũ",
]
WESTERN = [
    "Die Säulen der Erde",
    "são paulo, brazil",
    "Émile Zola",
    "L’Œuvre – 5 € “prix”",
    "lisboa, não",
    "però",
    "può",
    "così",
    "Þórður",
    "coração",
    "maçã",
    "Böll",
    "peña",
    "studiò",
    "història",
    "Tõnu Õnnepalu",
    "ný",
]


def windows_1258(text):
    """Encode as Windows does: letters that the code page lacks become a letter and a tone."""
    out = b""
    for character in unicodedata.normalize("NFC", text):
        try:
            out += character.encode("cp1258")
            continue
        except UnicodeEncodeError:
            pass
        base, *marks = unicodedata.normalize("NFD", character)
        shapes = [mark for mark in marks if mark in "\u0302\u0306\u031b"]
        tones = [mark for mark in marks if mark not in shapes]
        letter = unicodedata.normalize("NFC", base + "".join(shapes))
        out += letter.encode("cp1258") + "".join(tones).encode("cp1258")
    return out


def read_or_none(content):
    try:
        return decode(content, "f.csv").content.decode()
    except DataError:
        return None


@given(st.lists(st.sampled_from(VIETNAMESE), min_size=1, max_size=8).map(", ".join))
def test_windows_1258_is_read_or_refused(text):
    assert read_or_none(windows_1258(text) + b"\n") in {text + "\n", None}


@given(st.lists(st.sampled_from(WESTERN), min_size=1, max_size=8).map(", ".join))
def test_windows_1252_is_read_or_refused(text):
    assert read_or_none(text.encode("cp1252") + b"\n") in {text + "\n", None}


def test_whole_catalogues_are_read():
    vietnamese, western = "\n".join(VIETNAMESE), "\n".join(WESTERN)
    decoded = decode(windows_1258(vietnamese), "f")
    assert (decoded.content.decode(), decoded.encoding) == (vietnamese, "cp1258")
    assert "windows-1258" in decoded.note
    assert decode(western.encode("cp1252"), "f").content.decode() == western


def test_bytes_that_are_controls_are_not_latin_1():
    assert decode("L’Œuvre".encode("cp1252"), "f").content.decode() == "L’Œuvre"
    assert "ISO-8859-1" in decode("Säulen".encode("latin-1"), "f").note


def test_a_mapping_decides():
    assert decode(b"th\xf5", "f", "windows-1258").content.decode() == "thơ"
    assert decode(b"th\xf5", "f", "windows-1252").content.decode() == "thõ"
    with pytest.raises(DataError, match="Python does not know"):
        decode(b"a", "f", "tcvn3")
    with pytest.raises(DataError, match="line 2: byte 0xff is not UTF-8"):
        decode(b"a\n\xff", "f", "utf-8")


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("Война и мир, Анна Каренина".encode("cp1251"), "script that is not Latin"),
        ("Die Säulen der Erde für Äpfel".encode("cp850"), "signs stand inside its words"),
        ("Café crème brûlée".encode("mac-roman"), "signs stand inside its words"),
        (("Nguyễn Nhật\n" * 30).encode() + b"ab\xe3c\n", "damaged at 1 bytes"),
        (b"Nguy\xaen Nh\xb5t, s\xb8ch hay", "signs stand inside its words"),
        (b"a\0b\n", "bytes of zero"),
        (b"\x81\x8d\n", "neither UTF-8"),
    ],
)
def test_other_texts_are_refused(content, message):
    with pytest.raises(DataError, match=message):
        decode(content, "f")


def test_the_place_of_a_choice_is_shown():
    with pytest.raises(DataError, match="'thơ' or 'thõ'"):
        decode(b"th\xf5\n", "f")


@given(st.text(st.characters(exclude_categories=("Cs",), exclude_characters="\0"), max_size=30))
def test_utf_8_is_always_read(text):
    assert decode(text.encode(), "f").content.decode() == text.removeprefix("\ufeff")
