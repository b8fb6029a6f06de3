"""Well-known sources: each is recognised by rows as it writes them, and read right."""

import pytest

from bookrec.offline.data.import_data import ImportOptions, read_data
from bookrec.offline.data.mapping.fields import FIELDS, ROW_KINDS
from bookrec.offline.data.mapping.known import known_sources
from bookrec.offline.data.mapping.known_names import KNOWN_DIRECTORY, known_names

GENRES = "|".join("0" * 19)
LIKES = {
    "calibre-catalog": (
        {
            "nga.csv": "author_sort,authors,isbn,library_name,pubdate,rating,tags,title,title_sort,"
            "uuid\n"
            '"Austen, Jane",Jane Austen,9780141439518,Sách,2002-12-31,8,Cổ điển,Emma,Emma,u1\n'
            '"Kafka, Franz",Franz Kafka,,Sách,1999-01-01,,,Vụ án,Vụ án,u2\n',
        },
        [("nga", "0141439513", 8), ("nga", "Vụ án", 0)],
    ),
    "libib-export": (
        {
            "nga.csv": "item_type,title,creators,ean_isbn13,upc_isbn10,rating,status,completed\n"
            "book,Emma,Jane Austen,9780141439518,0141439513,4.5,Completed,2024-02-03\n"
            "book,Vụ án,Franz Kafka,,080442957X,,Not Begun,\n",
        },
        [("nga", "0141439513", 9)],
    ),
    "openreads-export": (
        {
            "nga.csv": "title,author,status,deleted,rating,finish_date,isbn,olid,my_review\n"
            "Emma,Jane Austen,finished,false,3.5,2024-02-03T00:00:00.000,0141439513,OL1M,\n"
            "Vụ án,Franz Kafka,planned,false,,,080442957X,OL2M,\n"
            "Tắt đèn,Ngô Tất Tố,finished,true,5.0,2024-03-03T00:00:00.000,,OL3M,\n",
        },
        [("nga", "0141439513", 7)],
    ),
    "book-crossing": (
        {
            "BX-Book-Ratings.csv": '"User-ID";"ISBN";"Book-Rating"\n"31";"080442957X";"8"\n',
            "BX-Books.csv": '"ISBN";"Book-Title";"Book-Author"\n"080442957X";"Vụ án";"F. Kafka"\n',
        },
        [("31", "080442957X", 8)],
    ),
    "goodbooks-10k": (
        {
            "books.csv": "book_id,isbn,authors,original_publication_year,title,work_ratings_count\n"
            "3,080442957X,F. Kafka,1925.0,Vụ án,70\n5,,Homer,-750.0,Odyssey,61\n",
            "ratings.csv": "user_id,book_id,rating\n8,3,4\n8,5,2\n",
            "to_read.csv": "user_id,book_id\n9,3\n",
        },
        [("8", "080442957X", 4), ("8", "gb:5", 2)],
    ),
    "movielens-100k": (
        {
            "u.data": "6\t20\t3\t881250949\n6\t3\t5\t891717742\n",
            "u.item": f"3|Heat (1995)|01-Jan-1995||http://u|{GENRES}\n"
            f"20|Misérables, Les (1998)|01-Jan-1998||http://u|{GENRES}\n",
            "u.user": "6|24|M|technician|85711\n",
            "u1.base": "6\t20\t3\t881250949\n",
        },
        [("6", "ml:20", 3), ("6", "ml:3", 5)],
    ),
    "movielens-1m": (
        {
            "ratings.dat": "6::20::3::978300760\n7::3::5::978302109\n"
            + "".join(f"{reader}::3::4::978302109\n" for reader in range(11, 31)),
            "movies.dat": "3::Heat (1995)::Action|Crime\n20::Misérables, Les (1998)::Drama\n",
            "users.dat": "6::F::25::10::48067\n7::M::56::16::70072\n",
        },
        [(str(reader), "ml:3", 4) for reader in range(11, 31)]
        + [("6", "ml:20", 3), ("7", "ml:3", 5)],
    ),
    "movielens-csv": (
        {
            "ratings.csv": "userId,movieId,rating,timestamp\n6,20,3.5,1112486027\n7,3,5.0,1112484676\n",
            "movies.csv": "movieId,title,genres\n3,Heat (1995),Action|Crime\n"
            '20,"Misérables, Les (1998)",Drama\n',
            "tags.csv": "userId,movieId,tag,timestamp\n6,20,sad,1137206825\n",
            "links.csv": "movieId,imdbId,tmdbId\n3,0113277,949\n",
        },
        [("6", "ml:20", 7), ("7", "ml:3", 10)],
    ),
    "goodreads-user-ratings": (
        {
            "user_rating_0_to_1000.csv": "ID,Name,Rating\n1,Emma,really liked it\n"
            "1,Vụ án,it was ok\n4,Rating,This user doesn't have any rating\n5,Emma,it was amazing\n",
        },
        [("1", "Emma", 4), ("1", "Vụ án", 2), ("5", "Emma", 5)],
    ),
    "goodreads-export": (
        {
            "nga_export.csv": "Book Id,Title,Author,ISBN,ISBN13,My Rating,Average Rating,Publisher,"
            "Year Published,Date Read,Date Added,Exclusive Shelf\n"
            '6969,Emma,Jane Austen,"=""0141439513""","=""9780141439518""",4,4.03,Penguin,2003,'
            "2024/03/17,2024/01/05,read\n"
            '7084,Vụ án,Franz Kafka,"=""080442957X""","=""9780804429573""",0,3.9,X,1998,'
            ",2024/01/05,to-read\n"
            '9001,Không mã,Ai,"=""""","=""""",5,3.9,X,1998,2024/05/01,2024/01/05,read\n',
        },
        [("nga_export", "0141439513", 4), ("nga_export", "Không mã", 5)],
    ),
    "shopify-orders": (
        {
            "orders_export.csv": "Name,Email,Financial Status,Created at,Lineitem quantity,"
            "Lineitem name,Lineitem price,Lineitem sku\n"
            "#1001,cô Ba,paid,2025-03-17 10:00:00 +0700,2,Emma,92000,0141439513\n"
            "#1001,,,2025-03-17 10:00:00 +0700,1,Vụ án,61000,080442957X\n"
            "#1002,chú Tư,paid,2025-03-18 10:00:00 +0700,1,Emma,92000,0141439513\n",
        },
        [("chú Tư", "0141439513", 0), ("cô Ba", "0141439513", 0), ("cô Ba", "080442957X", 0)],
    ),
    "storygraph-export": (
        {
            "lan.csv": "Title,Authors,ISBN/UID,Format,Read Status,Last Date Read,Star Rating\n"
            "Emma,Jane Austen,9780141439518,print,read,2024/03/17,4.5\n"
            "Vụ án,Franz Kafka,9780804429573,print,to-read,,\n",
        },
        [("lan", "0141439513", 9)],
    ),
    "librarything-export": (
        {
            "thu.tsv": "Book Id\tTitle\tPrimary Author\tRating\tISBN\tDate Read\tCollections\n"
            "880001\tEmma\tAusten, Jane\t3.5\t[0141439513]\t2024-03-17\tYour library\n"
            "880002\tVụ án\tKafka, Franz\t\t[080442957X]\t\t\n"
            "880003\tTắt đèn\tNgô, Tất Tố\t\t\t\tWishlist\n",
        },
        [("thu", "0141439513", 7), ("thu", "080442957X", 0)],
    ),
    "ucsd-goodreads": (
        {
            "interactions.json": '{"user_id": "8842281e", "book_id": "24375664", "is_read": true, '
            '"rating": 5, "date_updated": "Fri Aug 25 13:55:02 -0700 2017"}\n'
            '{"user_id": "8842281e", "book_id": "18245960", "is_read": false, "rating": 0, '
            '"date_updated": "Wed Mar 22 11:37:04 -0700 2017"}\n',
            "books.json": '{"isbn": "0141439513", "isbn13": "9780141439518", "book_id": "24375664", '
            '"title": "Emma", "title_without_series": "Emma", "publication_year": "2003"}\n'
            '{"isbn": "", "isbn13": "", "book_id": "18245960", "title": "Vụ án", '
            '"title_without_series": "Vụ án", "publication_year": ""}\n',
        },
        [("8842281e", "0141439513", 5)],
    ),
    "amazon-reviews": (
        {
            "Books_rating.csv": "Id,Title,Price,User_id,profileName,review/helpfulness,review/score,"
            "review/time,review/summary,review/text\n"
            "0141439513,Emma,,A3UH4,J,7/7,4.0,940636800,Good,Long text\n"
            "080442957X,Vụ án,,A1ZQ1,K,0/0,2.0,1095724800,Bad,Long text\n",
        },
        [("A1ZQ1", "080442957X", 2), ("A3UH4", "0141439513", 4)],
    ),
}


def read_like(directory, name):
    for file, text in LIKES[name][0].items():
        (directory / file).write_text(text, encoding="utf-8")
    return read_data(directory, ImportOptions(accept_loss=True)).dataset


def interactions(dataset):
    """(reader, book, rating); the title stands for an id made of it."""
    rows = dataset.interactions
    users = dataset.readers["user_id"].iloc[rows["reader_idx"]]
    books = dataset.books["isbn"].where(
        ~dataset.books["isbn"].str.startswith("made:"), dataset.books["title"]
    )
    return sorted(zip(users, books.iloc[rows["book_idx"]], rows["rating"].tolist(), strict=True))


def test_every_source_has_a_like():
    assert set(LIKES) == set(known_names()) == set(known_sources())
    assert [path.suffix for path in KNOWN_DIRECTORY.iterdir()] == [".toml"] * len(LIKES)


@pytest.mark.parametrize("name", LIKES)
def test_a_like_is_recognised_and_read(tmp_path, name):
    dataset = read_like(tmp_path, name)
    assert dataset.manifest["layout"] == name
    assert dataset.dataset_id.startswith(f"{known_sources()[name].prefix}-")
    assert dataset.manifest["citation"] == known_sources()[name].citation
    assert interactions(dataset) == LIKES[name][1]


@pytest.mark.parametrize("name", LIKES)
def test_fields_and_rows_of_a_source_are_known_ones(name):
    source = known_sources()[name]
    assert any(table.needed for table in source.tables) or name == "amazon-reviews"
    for table in source.tables:
        assert set(table.columns.values()) <= set(FIELDS)
        assert table.rows in ("", *ROW_KINDS)
        assert bool(table.headers) != bool(table.first_line)


def test_an_export_is_one_reader_and_what_is_to_be_read_is_left_out(tmp_path):
    dataset = read_like(tmp_path, "goodreads-export")
    assert dataset.readers["user_id"].tolist() == ["nga_export"]
    (account,) = (a for a in dataset.manifest["files"].values() if "left_out" in a["rejected"])
    assert account["rejected"] == {"left_out": 1}
    assert dataset.books["title"].tolist() == ["Emma", "Không mã"]


def test_years_of_movies_leave_the_titles(tmp_path):
    dataset = read_like(tmp_path, "movielens-1m")
    assert dataset.books[["title", "year"]].to_numpy().tolist() == [
        ["Misérables, Les", 1998],
        ["Heat", 1995],
    ]
    assert dataset.readers["age"].tolist()[:2] == [25, 56]
