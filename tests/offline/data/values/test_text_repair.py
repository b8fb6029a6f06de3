"""Text repair: what real files hold, and what must survive untouched."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bookrec.offline.data.values.text_repair import (
    DAMAGE_LEFT,
    DOUBLE_ENCODING,
    HTML_ENTITIES,
    LOST_BYTE,
    LOST_QUOTES,
    repair_text,
)


@pytest.mark.parametrize(
    ("text", "repaired", "rules"),
    [
        ("Simon &amp; Schuster", "Simon & Schuster", {HTML_ENTITIES}),
        ("&#304;zmir, n/a, turkey", "İzmir, n/a, turkey", {HTML_ENTITIES}),
        ("Rock &amp;amp; Roll", "Rock & Roll", {HTML_ENTITIES}),
        ("Heinrich BÃ¶ll", "Heinrich Böll", {DOUBLE_ENCODING}),
        ("La casa de los espÃ\xadritus", "La casa de los espíritus", {DOUBLE_ENCODING}),
        ("Plaza &amp; JanÃ©s", "Plaza & Janés", {HTML_ENTITIES, DOUBLE_ENCODING}),
        ("Die SÃ?Â¤ulen der Erde", "Die Säulen der Erde", {LOST_BYTE}),
        ("Contes Ã?Â\xa0 faire rougir", "Contes à faire rougir", {LOST_BYTE}),
        ("Lï¿½?Â¼bbe", "Lübbe", {LOST_BYTE}),
        ("L\ufffd?¼bbe", "Lübbe", {LOST_BYTE}),
        (r'århus, \n/a\", denmark"', 'århus, "n/a", denmark', {LOST_QUOTES}),
        (r'The Word \Desire\""', 'The Word "Desire"', {LOST_QUOTES}),
        (
            r'\The Twilight of the Idols (Classics S.)"',
            "The Twilight of the Idols (Classics S.)",
            {LOST_QUOTES},
        ),
        ("cernusco s\n, milan", "cernusco s , milan", set()),
        # Both halves of the letter are gone: left as it is, and counted.
        ("Die Ã?Â?berlebende", "Die Ã?Â?berlebende", {DAMAGE_LEFT}),
        ("Das groï¿½?ï¿½?e Buch", "Das gro\ufffd?\ufffd?e Buch", {DOUBLE_ENCODING, DAMAGE_LEFT}),
    ],
)
def test_known_damage(text, repaired, rules):
    assert repair_text(text) == (repaired, rules)


@pytest.mark.parametrize(
    "text",
    [
        "Đất rừng phương Nam",
        "Tôi thấy hoa vàng trên cỏ xanh",
        "MÃ TẤU",
        "Nguyễn Nhật Ánh",
        "SÃO PAULO",
        "Ärger mit Übermut",
        "À la recherche du temps perdu",
        "Søren Kierkegaard: Enten – Eller",
        "AT&T",
        "Q&A; and more",
        "Wild Wind\\A Wolf River Summer",
        'Say "Hello"',
        "Что делать?",
    ],
)
def test_correct_text_survives(text):
    assert repair_text(text) == (text, frozenset())


@given(st.one_of(st.text(max_size=40), st.text('&amp;#39Ã?Â¤ï¿½\ufffd\\" é', max_size=30)))
def test_repairing_twice_changes_nothing_more(text):
    once, _ = repair_text(text)
    assert repair_text(once)[0] == once


@given(st.text("abc déøłđạ", min_size=1, max_size=30))
def test_encoded_twice_and_repaired_is_the_text_or_is_left_whole(text):
    """Repair never makes something third of a text that was encoded twice."""
    bare = " ".join(text.split())
    twice = bare.encode().decode("latin-1")
    assert (
        repair_text(twice)[0] in {bare, " ".join(twice.split())}
        or DAMAGE_LEFT in repair_text(twice)[1]
    )


def test_marks_without_width_are_removed_and_joiners_stay():
    assert repair_text("\ufeffVụ\u200b án\u2060") == ("Vụ án", {"invisible_characters_removed"})
    assert repair_text("\ufeff")[0] == ""
    assert repair_text("می\u200cخواهم") == ("می\u200cخواهم", frozenset())
