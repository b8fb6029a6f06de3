"""Titles taken apart, each expectation written by hand."""

from __future__ import annotations

import pytest

from bookrec.offline.data.works.titles import read_title
from bookrec.offline.data.works.words import letters, numbers


@pytest.mark.parametrize(
    ("title", "words"),
    [
        ("The Lovely Bones: A Novel", "lovely bones"),
        ("Wind in the Willows, The", "wind in the willows"),
        ("A Suitable Boy : Novel, A", "suitable boy"),
        ("Der Vorleser", "der vorleser"),
        ("La sombra del viento", "sombra del viento"),
        ("Die Another Day", "die another day"),
        ("War &amp; Peace [Unabridged]", "war and peace"),
        ("Shopgirl Unabridged", "shopgirl"),
        ("The Tea Planter's Bride/Cassette", "tea planters bride"),
        ("Moby-Dick; or, The Whale", "moby dick"),
        ("Frankenstein, Or, the Modern Prometheus: The 1818 Text", "frankenstein"),
        ("Medico, El", "el medico"),
        ("Listening/a Psychiatrist Speaks", "listening a psychiatrist speaks"),
        ("Babel/Tower", "babel tower"),
        ("Beach Music (Bantam (Paperback))", "beach music"),
        ("Cut off in a bracket (Oprah's Bo", "cut off in a bracket"),
        ("Neuromancer. Roman.", "neuromancer"),
        ("Dr. Zhivago", "dr zhivago"),
        ("HOTEL NEW HAMPSHIRE : HOTEL NEW HAMPSHIRE", "hotel new hampshire"),
        ("World War Two", "world war 2"),
        ("Star Wars: Episode I", "star wars episode 1"),
        ("Malcolm X", "malcolm x"),
        ("Emma 0141439580", "emma"),
        ("(Untitled)", "untitled"),
        ("!", ""),
    ],
)
def test_the_words_of_a_title(title: str, words: str):
    assert " ".join(read_title(title).words) == words


def test_head_and_subtitle_are_apart():
    title = read_title("Eat the Rich: A Treatise on Economics")
    assert title.head == ("eat", "the", "rich")
    assert title.tail == ("a", "treatise", "on", "economics")


@pytest.mark.parametrize(
    ("title", "author", "words"),
    [
        (
            "Edgar Allan Poe: Complete Tales and Poems",
            "Poe, Edgar Allan",
            "complete tales and poems",
        ),
        ("The Complete Tales of Edgar Allan Poe", "Edgar Allan Poe", "complete tales"),
        ("Mary Kay : The Way", "Mary Kay Ash", "mary kay way"),
        ("Bill Bryson's African Diary", "BILL BRYSON", "african diary"),
        ("The Iliad of Homer", "Homer", "iliad"),
        ("The Illustrated Man", "Ray Bradbury", "illustrated man"),
        ("The Tragedy of King Lear", "William Shakespeare", "king lear"),
        ("Iacocca: An Autobiography", "Lee Iacocca", "iacocca"),
    ],
)
def test_the_author_is_no_part_of_a_title(title: str, author: str, words: str):
    assert " ".join(read_title(title, author).words) == words


@pytest.mark.parametrize(
    ("title", "kind"),
    [
        ("Little House (9 Books, Boxed Set)", "box"),
        ("Anne of Green Gables: Three Volumes in One", "box"),
        ("Harry Potter and the Chamber of Secrets Postcard Book", "derived"),
        ("Hamlet (CliffsNotes)", "derived"),
        ("Hamlet (Cliffs Notes)", "derived"),
        ("The Boxer", ""),
    ],
)
def test_sets_and_derived_works_are_marked(title: str, kind: str):
    assert read_title(title).kind == kind


def test_brackets_number_volumes():
    assert read_title("Dune (Dune Chronicles, Book 1) (Vol. III)").volumes == (
        ("dune chronicles", "1"),
        ("", "3"),
    )
    assert read_title("Emma (Penguin Classics)").volumes == ()


def test_letters_ignore_spaces_and_fillers_and_numbers_are_sorted():
    assert letters(("the", "bread", "winner")) == letters(("breadwinner",)) == "breadwinner"
    assert letters(("the", "and")) == "theand"
    assert numbers(("12", "ways", "3rd")) == ("12", "3")
