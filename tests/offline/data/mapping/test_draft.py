"""Drafted mappings of whole sources."""

from bookrec.offline.data.mapping.draft import draft_mapping
from raw_tables import source_table

BOOKS = source_table(
    "ISBN Title Author Rating", ("0141439513", "Emma", "J. Austen", "4.1"), name="books.csv"
)
SALES = source_table("Order Customer ISBN Qty", ("B1", "c4", "0141439513", "2"), name="sales.csv")
RATINGS = source_table("User ISBN Rating", ("4", "0141439513", "8"), name="ratings.csv")


def test_tables_get_a_use_and_rows_a_meaning():
    draft = draft_mapping([BOOKS, SALES, RATINGS])
    assert [table.use for table in draft.tables] == ["books", "purchases", "ratings"]
    assert [table.mapping.rows for table in draft.tables] == ["", "purchases", "ratings"]
    assert (draft.questions, draft.known, draft.mapping.layout) == ([], None, "shop")


def test_a_mean_rating_in_a_list_of_books_is_nobodys():
    columns = draft_mapping([BOOKS, RATINGS]).tables[0].mapping.columns
    assert columns == {"ISBN": "book_id", "Title": "title", "Author": "author", "Rating": ""}


def test_one_joined_table_is_interactions_and_books():
    joined = source_table(
        "Customer ISBN Title Price", ("c4", "0141439513", "Emma", "9"), name="all.csv"
    )
    (table,) = draft_mapping([joined]).tables
    assert table.use == "purchases and books"


def test_stock_is_about_books_of_another_table():
    stock = source_table("ISBN Stock", ("0141439513", "5"), name="stock.csv")
    assert draft_mapping([BOOKS, RATINGS, stock]).tables[2].use == "prices and stock"


def test_what_is_missing_is_asked():
    (question,) = draft_mapping([BOOKS]).questions
    assert "lists books, and no table says who read or bought them" in question
    (question,) = draft_mapping([source_table("Ngày Ca", ("2024-01-02", "sáng"))]).questions
    assert "no table says which reader has which book" in question
    (question,) = draft_mapping([RATINGS]).questions
    assert "no table has the titles" in question


def test_a_column_that_could_be_the_rating_is_asked_about():
    rows = [(str(n), "0141439513", str(n % 5 + 1)) for n in range(40)]
    table = source_table("User ISBN wert", *rows, name="r.csv")
    draft = draft_mapping([BOOKS, table])
    assert draft.mapping.tables[1].columns["wert"] == "?"
    (question,) = draft.questions
    assert question.startswith("column 'wert' of r.csv is still")


def test_a_header_that_occurs_twice_is_named_by_its_number():
    twice = source_table("ISBN ISBN Title", ("0141439513", "9780141439518", "Emma"))
    columns = draft_mapping([twice, RATINGS]).tables[0].mapping.columns
    assert columns == {"#1": "book_id", "#2": "book_id", "Title": "title"}


def test_a_named_source_alone_counts():
    bx = source_table("User-ID ISBN Book-Rating", ("4", "0141439513", "8"), name="r.csv")
    movies = source_table("movieId title genres", ("3", "Heat (1995)", "Crime"), name="m.csv")
    stars = source_table("userId movieId rating timestamp", ("4", "3", "4.5", "1742169600"))
    tables = [bx, movies, stars]
    assert draft_mapping(tables).mapping.layout == "book-crossing"
    assert draft_mapping(tables, "movielens-csv").mapping.layout == "movielens-csv"
    assert draft_mapping([BOOKS], "movielens-csv").mapping.layout == "shop"
