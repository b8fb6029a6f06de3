"""Groups of small catalogues, and of pairs of real titles labelled by hand (docs/works.md)."""

from __future__ import annotations

import random
from pathlib import Path

import pandas as pd
import pytest

from bookrec.offline.data.values.placeholders import blank_unknown
from bookrec.offline.data.works.grouping import group_works
from work_pairs import PAIRS, SECOND, THIRD, measure, read_pairs

KING, ROWLING = "Stephen King", "J. K. Rowling"


def same(*titles: str, author: str = KING) -> bool:
    return len(set(group_works((title, author) for title in titles))) == 1


def test_editions_are_one_work_and_unknown_authors_are_not():
    books = [
        ("Emma", "Jane Austen"),
        ("Dracula", "Bram Stoker"),
        ("Emma (Penguin Classics)", "Austen, Jane"),
        ("Emma", ""),
        ("Emma", ""),
        ("", "Jane Austen"),
        ("EMMA", "jane austen"),
        ("Emma", "Charlotte Brontë"),
        ("Jane Austen", "Emma"),
    ]
    assert group_works(books) == [0, 1, 0, 2, 3, 4, 0, 5, 6]


@pytest.mark.parametrize(
    "author",
    ["Unknown", "VARIOUS", "n/a", "Không rõ tác giả", "Nhiều tác giả", "-", ""],
)
def test_books_of_placeholder_authors_stay_works_of_their_own(author: str):
    """As the cleaning and the grouping do it together."""
    authors, _ = blank_unknown(pd.Series([author] * 3, dtype="str"), author=True)
    titles = ["Truyện ngắn chọn lọc", "Notebook", "Notebook"]
    assert group_works(zip(titles, authors, strict=True)) == [0, 1, 2]


@pytest.mark.parametrize(
    ("title", "other"),
    [
        ("Harry Potter Band 2", "Harry Potter Band 3"),
        ("Foundation", "Foundation and Empire"),
        ("Saga: Book 1", "Saga: Book 2"),
        ("GTO (Vol. 1)", "GTO (Vol. 2)"),
        ("Movie Guide 2002", "Movie Guide 2003"),
        ("Back to the Future, Part 2", "Back to the Future"),
        ("Dracula", "Dracula (Boxed Set)"),
        ("Dune", "Dune (Cliffs Notes)"),
        ("Collected Poems", "Collected Poems: Of Love and Loss in the War"),
        ("Chasm City (Revelation Space)", "Revelation Space"),
        ("Christmas Wish", "Christmas Wishes"),
        ("Mr. Bridge", "Mrs. Bridge"),
        ("Das Hotel New Hampshire", "Garp und die Welt"),
        ("Mill Farm: Three Volumes in One", "Mill Farm"),
        ("Mill Farm: And Other Stories", "Mill Farm"),
        ("The Mill of Farm Road: Rosa's New Friend", "The Mill of Farm Road"),
        ("Farm Road Guide: 2002 Edition", "Farm Road Guide: 2003 Edition"),
        ("Mill Wives: The Sequel", "Mill Wives"),
        ("Mill Wives: The Second Book of Mill Wives", "Mill Wives"),
        ("Soup for Dogs: 50 More Stories to Warm the Heart", "Soup for Dogs"),
        ("Mill: The Mill Trilogy, Volume II", "Mill"),
        ("Old Mill: The King Years Two", "Old Mill"),
        ("Old Mill: A Read-Aloud Storybook", "Old Mill"),
        ("Old Mill: String Quartets", "Old Mill"),
    ],
)
def test_other_works_stay_apart(title: str, other: str):
    assert not same(title, other)


@pytest.mark.parametrize(
    ("title", "other"),
    [
        ("The Stand", "Stand (Signet)"),
        ("Carrie [Audio Cassette]", "CARRIE - Large Print"),
        ("War & Remembrance", "WAR REMEMBRANCE"),
        ("The Bread Winner", "Breadwinner"),
        ("L'Étranger", "L' Etranger"),
        ("La sombra del viento", "Sombra del viento"),
        ("One L: An Insider's View of Harvard", "One L: An Insiders View of Harvard."),
        ("Texas Baby (Silhouette, No. 1141)", "Texas Baby (Greatest Love Stories #13)"),
        ("Star Wars Episode I: The Menace", "Star Wars Episode 1: The Menace"),
        ("Ivor the Miller (Mill Chronicles, No 5)", "Ivor the Miller : The Mill Chronicles (Mill)"),
        ("Mill Brides (No. 1 Ladies' Bakery)", "Mill Brides: More from the No. 1 Ladies' Bakery"),
        ("Oath: Book Two of the Mill Wars", "Oath (The Mill Wars, Book 2)"),
        ("Oath: The Second Book of the Mill", "Oath"),
        ("Oath: The Sequel to Ivor the Miller", "Oath"),
        ("Oath: New Fiction", "Oath"),
        ("Oath: Student Edition", "Oath: Complete and Unabridged"),
        ("Oath: Complete and Unexpurgated 1931 Lund Edition", "Oath"),
        ("Oath: A Greta Lund/Rosa Moor Novel", "Oath (Greta Lund & Rosa Moor Novels)"),
        ("Oath: An Ambiguous Promise", "Oath"),
        ("Oath: A Tale of Two Mills", "Oath"),
        (
            "The Miller and the Monk: A Tale of Flour, Fire, and the Making of Bread",
            "The Miller and the Monk",
        ),
        ("A 3rd Soup for Dogs: 50 More Stories to Warm the Heart", "A 3rd Soup for Dogs"),
        ("Mill Hours: 1871 to Present", "Mill Hours: 1871-Present"),
        ("The A.B.C. Mills", "ABC MILLS"),
        ("Clock (Christmas Box Trilogy)", "Clock"),
        ("Der Müller. Sonderausgabe.", "Der Müller"),
        ("Moulin(le) (Points) (French Edition)", "Le moulin"),
        ("Moulin bab n°542 (Babel)", "Moulin"),
        ("Mill: 2000 B.C.", "Mill"),
        ("Mill Hours: The Calamitous Fourteenth Century", "Mill Hours"),
        ("Mill Hours: An Informal History of the 1920's", "Mill Hours"),
        ("Mill Hours: Understanding Flour", "Mill Hours"),
        ("Mill Hours: Seventh Edition", "Mill Hours"),
        ("Mill Hours: With New and Updated Essays and a Revised Bibliography", "Mill Hours"),
        ("Mill Hours: Premio Planeta 1998", "Mill Hours"),
        ("Mill Hours: The King Way", "Mill Hours"),
        ("Mill Hours: The True Story of the Toughest--And Most Secretive Miller", "Mill Hours"),
        ("Mill: The Mill Trilogy, Volume I", "Mill"),
        ("Wandering: The Lund Narratives, Book 2 (2)", "Wandering: A Novel"),
        (
            "Weeding the Garden: How to Live Without Grass, Moss and Other",
            "Weeding the Garden: How to Live Without Grass, Moss and Other Pests",
        ),
    ],
)
def test_editions_come_together(title: str, other: str):
    assert same(title, other)


def test_a_long_title_needs_no_more_of_the_author_than_the_last_name():
    """Old catalogues often have the wrong given name."""
    books = [("Mill Boss", "Greta Lund"), ("MILL BOSS", "Rosa Lund")]
    assert group_works(books) == [0, 0]
    assert group_works([("Millers", author) for _, author in books]) == [0, 1]
    promise = "Tomorrow's Promise: Can the Miller Let Go?"
    assert group_works([("Tomorrow's Promise", "Kenneth Lund"), (promise, "Rosa Lund")]) == [0, 0]
    assert group_works([("More by Andy Lund", "Andy Lund"), ("More", "Andrew Lund")]) == [0, 0]


def test_a_subtitle_goes_only_where_the_author_has_no_series_of_that_name():
    magician, apprentice = "Magician", "Magician: The Long Way of the Apprentice"
    assert same(magician, apprentice)
    titles = [magician, apprentice, "Magician: The Master of the Winter War"]
    assert group_works((title, KING) for title in titles) == [0, 1, 2]


def test_a_subtitle_that_is_another_title_names_a_part():
    books = ["Dark Tower", "Dark Tower: The Drawing of the Three", "The Drawing of the Three"]
    assert len(set(group_works((title, KING) for title in books))) == 3


def test_a_series_of_the_author_is_no_subtitle_and_a_bracket_names_no_second_volume():
    titles = ["Red Mill (The Millers)", "Oath: The Millers", "Oath"]
    assert group_works((title, KING) for title in titles) == [0, 1, 1]
    assert group_works((title, KING) for title in titles[1:]) == [0, 1]
    volumes = ["Tall Lunds", "Tall Lunds (Calder, Justin)", "Tall Lunds: Calder, Justin"]
    volumes.append("Tall Lunds: Emmett, Burke")
    assert len(set(group_works((title, KING) for title in volumes))) == 3


def test_a_bare_title_joins_neither_of_two_volumes():
    titles = ["GTO", "GTO (Vol. 1)", "GTO (Vol. 2)", "GTO (GTO, Vol. 2)"]
    assert group_works((title, KING) for title in titles) == [0, 1, 2, 2]


@pytest.mark.parametrize(
    ("path", "n_pairs", "least_precision", "least_recall"),
    [(PAIRS, 300, 0.99, 0.9), (SECOND, 161, 0.98, 0.87), (THIRD, 176, 0.98, 0.87)],
)
def test_precision_and_recall_over_labelled_pairs(
    path: Path, n_pairs: int, least_precision: float, least_recall: float
):
    pairs = read_pairs(path)
    assert len(pairs) == n_pairs
    books = sorted({book for *both, _ in pairs for book in both})
    quality = measure(pairs, dict(zip(books, group_works(books), strict=True)))
    print(f"{path.name}: {n_pairs} pairs alone, {quality}")
    assert quality.precision >= least_precision
    assert quality.recall >= least_recall


def test_groups_do_not_depend_on_the_order_of_the_books():
    books = [book for *both, _ in read_pairs(PAIRS) for book in both]
    shuffled = random.Random(5).sample(books, len(books))

    def groups(order: list[tuple[str, str]]) -> set[frozenset[tuple[str, str]]]:
        members: dict[int, set[tuple[str, str]]] = {}
        for book, work in zip(order, group_works(order), strict=True):
            members.setdefault(work, set()).add(book)
        return {frozenset(group) for group in members.values()}

    assert groups(books) == groups(shuffled)
