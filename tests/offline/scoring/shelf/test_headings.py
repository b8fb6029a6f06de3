"""Headings of books, worked out by hand."""

from __future__ import annotations

import pytest

from bookrec.offline.scoring.shelf.headings import headings


def heading_of(title: str, author: str = "Ann Writer") -> str:
    return headings([(1, title, author)])[1]


@pytest.mark.parametrize(
    ("title", "author", "heading"),
    [
        ("The Lovely Bones: A Novel", "Alice Sebold", "lovelybones|sebold"),
        ("Lovely Bones", "Sebold, Alice", "lovelybones|sebold"),
        ("L.A. Dead [Large Print]", "Stuart Woods Jr.", "ladead|woods"),
        ("Señor (1)", "García Márquez, Gabriel", "senor|marquez"),
        ("A", "Andy Warhol", "a|warhol"),
        ("(Untitled)", "Ann Writer", "untitled|writer"),
        ("Anthem", "Ayn Rand", "anthem|rand"),
        ("Theory", "Jr.", "theory|jr"),
        ("Ophelia", "Mary Pipher Ph.D.", "ophelia|pipher"),
        ("Ophelia", "Pipher, M. D.", "ophelia|pipher"),
    ],
)
def test_a_heading_is_the_head_of_the_title_and_the_last_name(
    title: str, author: str, heading: str
):
    assert heading_of(title, author) == heading


def test_different_numbers_keep_the_volumes_of_a_heading_apart():
    author = "Ann Writer"
    books = [(1, "Saga (Book 1)", author), (2, "Saga (Book 2)", author), (3, "Saga", author)]
    assert headings(books) == {1: "saga|writer|1", 2: "saga|writer|2", 3: "saga|writer|"}
    assert headings(books[1:]) == {2: "saga|writer", 3: "saga|writer"}


def test_numbers_in_letters_keep_volumes_apart_and_a_number_counts_once():
    volumes = [(1, "Mill Cycle: Volume I", "Ann Lund"), (2, "Mill Cycle: Volume II", "Ann Lund")]
    assert headings(volumes) == {1: "millcycle|lund|1", 2: "millcycle|lund|2"}
    editions = [(1, "Oath (Saga, 3)", "Ann Lund"), (2, "Oath: Book Three of the Saga", "Ann Lund")]
    again = [(3, "Oath : Book Three of the Saga (Saga, Book 3)", "Ann Lund")]
    assert len(set(headings(editions + again).values())) == 1


def test_two_subtitles_of_one_head_are_two_works():
    author = "Frank Mill"
    books = [(1, "Owlman: The Dark Mill Returns", author), (2, "Owlman: Year One (DC)", author)]
    assert headings(books) == {1: "owlman|mill|thedarkmillreturns", 2: "owlman|mill|yearone"}
    books += [(3, "Owlman", author), (4, "Owlman : YEAR ONE", author)]
    assert headings(books) == {
        1: "owlman|mill|thedarkmillreturns",
        2: "owlman|mill|yearone",
        3: "owlman|mill|",
        4: "owlman|mill|yearone",
    }


@pytest.mark.parametrize(
    "titles",
    [
        ("The Monk: A Tale of Murder, and the Making of a Book", "The Monk"),
        ("Ivor (Mill Chronicles, No 5)", "Ivor : The Mill Chronicles (Mill Chronicles)"),
        ("Ivor: More from the Mill", "Ivor (Mill)"),
        ("Ivor : New Fiction", "Ivor", "Ivor: A Story of the Mill", "Ivor: The Lund Edition"),
        ("Ivor: An Account of the Mill and the Mon", "Ivor: An Account of the Mill and the Monk"),
        ("Ivor : Complete and Unabridged", "Ivor"),
    ],
)
def test_true_doubles_share_a_heading(titles: tuple[str, ...]):
    keys = headings((place, title, "Ann Writer") for place, title in enumerate(titles))
    assert len(set(keys.values())) == 1


@pytest.mark.parametrize(
    "titles",
    [
        ("Ivor", "Ivor: Three Volumes in One", "Ivor: And Other Stories"),
        ("Ivor", "Ivor: A Commemorative Pop-up", "Ivor (Adapted for Young Readers)"),
        ("Mill: Two Complete Novels", "Mill: Three Complete Novels : Flour/Fire/Bread"),
        ("Mill: Master (Saga)", "Mill: Apprentice (Saga)", "Mill"),
    ],
)
def test_other_works_of_one_head_have_headings_of_their_own(titles: tuple[str, ...]):
    keys = headings((place, title, "Ann Writer") for place, title in enumerate(titles))
    assert len(set(keys.values())) == len(titles)


def test_a_book_without_title_or_author_has_no_heading():
    assert headings([(1, "", "Ann Writer"), (2, "Saga", ""), (3, "...", "Ann Writer")]) == {}
