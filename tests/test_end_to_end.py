"""The whole path, by the commands an operator types, on the sample data, and the site over it."""

from __future__ import annotations

import contextlib
import os
import re
import subprocess
import sys
import time
from collections.abc import Iterator

import httpx
import pandas as pd
import pytest

from bookrec.offline.data.dataset import Dataset, load_dataset
from bookrec.offline.data.sample.books import genres_by_isbn, subgenres_by_isbn
from bookrec.offline.retrieval.two_tower_settings import TwoTowerSettings
from bookrec.settings import Home
from bookrec.snapshot import current_snapshot, open_database
from command_line import bookrec, bookrec_here
from new_readers import NewReader, best_known_of, registration
from site_testing import Server, start_server
from smaller_training import train_smaller

pytestmark = [pytest.mark.slow, pytest.mark.longest]


@pytest.fixture
def site(sample_home_copy: Home) -> Iterator[Server]:
    """A real server over a copy of the trained sample data."""
    server = start_server(sample_home_copy)
    yield server
    server.close()


@pytest.fixture
def new_reader(site: Server) -> Iterator[NewReader]:
    """`registration` at `site`."""
    with registration(site.address) as register:
        yield register


def test_likes_of_two_genres_give_two_shelves(new_reader: NewReader) -> None:
    genres = genres_by_isbn()
    shelves = {}
    for subgenre in ("gothic", "golden-age"):
        likes = best_known_of(subgenre, 5)
        reader = new_reader(f"reader-{subgenre}", likes)
        source, shelf = reader.shelf()
        assert source == "live"
        assert not set(shelf) & set(likes)
        liked_genres = genres[likes[0]]
        of_the_genre = sum(bool(genres[isbn] & liked_genres) for isbn in shelf)
        assert of_the_genre > 10, f"{subgenre}: {of_the_genre} of 20"
        shelves[subgenre] = set(shelf)
    shared = shelves["gothic"] & shelves["golden-age"]
    assert len(shared) <= 10


def test_a_live_list_is_the_list_that_the_batch_side_gives(
    new_reader: NewReader, sample_home: Home
) -> None:
    """New readers with the ages and ratings of readers of the data set get those readers' lists."""
    dataset = load_dataset(sample_home)
    for number, (age, ratings, expected) in enumerate(readers_who_rated_all(dataset, sample_home)):
        reader = new_reader(f"double-{number}", [], age)
        for isbn, rating in ratings.items():
            reader.client.put(f"/api/v1/me/ratings/{isbn}", json={"rating": rating})
        source, items = reader.items(20)
        assert source == "live"
        assert [item["book"]["isbn"] for item in items] == [isbn for isbn, _ in expected]
        scores = [score for _, score in expected]
        assert [item["score"] for item in items] == pytest.approx(scores, abs=1e-6)


def readers_who_rated_all(
    dataset: Dataset, home: Home
) -> list[tuple[int | None, dict[str, int], list[tuple[str, float]]]]:
    """Age, rating of every own book, and the first twenty of the published list, of readers with few
    books, with more and with many, all of them rated."""
    rows = dataset.interactions.groupby("reader_idx")["rating"].agg(["size", "min"])
    rated = rows[(rows["min"] > 0) & (rows["size"] >= 3)].sort_values("size", kind="stable").index
    found = []
    with contextlib.closing(open_database(current_snapshot(home.snapshots))) as snapshot:
        for reader in map(int, (rated[0], rated[len(rated) // 2], rated[-1])):
            own = dataset.interactions[dataset.interactions["reader_idx"] == reader]
            isbns = dataset.books["isbn"].iloc[own["book_idx"]]
            age = dataset.readers["age"].iloc[reader]
            listed = snapshot.execute(
                "select isbn, score from user_top join book using (book_id) "
                "where reader_id = ? and rank <= 20 order by rank",
                (reader + 1,),
            ).fetchall()
            ratings = dict(zip(isbns, map(int, own["rating"]), strict=True))
            found.append((None if pd.isna(age) else int(age), ratings, [tuple(r) for r in listed]))
    return found


def test_a_reader_of_whom_nothing_is_known_gets_popular_books(
    site: Server, new_reader: NewReader
) -> None:
    source, shelf = new_reader("nobody", []).shelf(100)
    assert source == "popular"
    popular = httpx.get(f"{site.address}/api/v1/books/popular", params={"limit": 100}).json()
    assert shelf == [item["book"]["isbn"] for item in popular["items"]]


def test_beside_dracula_stand_books_of_its_kind(site: Server) -> None:
    found = httpx.get(f"{site.address}/api/v1/books", params={"q": "dracula stoker"}).json()
    isbn = found["items"][0]["isbn"]
    answer = httpx.get(f"{site.address}/api/v1/books/{isbn}/similar", params={"limit": 10}).json()
    assert answer["source"] == "precomputed"
    genres, wanted = genres_by_isbn(), genres_by_isbn()[isbn]
    alike = [
        item["book"]["title"] for item in answer["items"] if genres[item["book"]["isbn"]] & wanted
    ]
    assert len(alike) >= 7, [item["book"]["title"] for item in answer["items"]]
    assert "gothic" in subgenres_by_isbn()[isbn]


def test_similar_books_share_a_sub_genre_and_are_not_the_bestsellers(sample_home: Home) -> None:
    """Without a background the bestsellers have 14 % of the places, and 94 % share a sub-genre."""
    with contextlib.closing(open_database(current_snapshot(sample_home.snapshots))) as snapshot:
        places = snapshot.execute(
            "select a.isbn, b.isbn from similar_top s join book a using (book_id) "
            "join book b on b.book_id = s.similar_book_id where rank <= 12"
        ).fetchall()
        popular = "select isbn from book order by reader_count desc, book_id limit 20"
        bestsellers = {isbn for (isbn,) in snapshot.execute(popular)}
    slugs = subgenres_by_isbn()
    alike = sum(bool(set(slugs[a]) & set(slugs[b])) for a, b in places)
    assert alike > 0.97 * len(places)
    assert sum(b in bestsellers for _, b in places) < 0.06 * len(places)


def test_the_night_makes_yesterdays_reader_precomputed(
    new_reader: NewReader, sample_home_copy: Home
) -> None:
    likes = best_known_of("russian", 3)
    reader = new_reader("new-reader", likes)
    source, shelf = reader.shelf()
    assert source == "live"
    rated = shelf[0]
    assert reader.client.put(f"/api/v1/me/ratings/{rated}", json={"rating": 9}).status_code == 200
    assert rated not in reader.shelf()[1]

    said = bookrec(sample_home_copy, "nightly")
    assert list(dict.fromkeys(line.split()[1] for line in said.splitlines())) == [
        "shop:",
        "dataset:",
        "model:",
        "score:",
        "shelf:",
        "prune:",
    ]
    table = [line.split()[2:] for line in said.splitlines() if line.split()[1] == "shelf:"]
    assert table[0][-2:] == ["new", "published"]
    assert table[1][:-2] == ["badly", "rated", "places"]
    assert all(figure.endswith("%") for figure in table[1][-2:])
    assert "1 new readers" in said
    time.sleep(1.2)  # a worker looks at what is published at most once a second
    source, shelf = reader.shelf(50)
    assert source == "precomputed"
    assert not set(shelf) & {rated, *likes}

    before = (sample_home_copy.snapshots / "current").read_text()
    assert "nothing new" in bookrec(sample_home_copy, "nightly")
    assert (sample_home_copy.snapshots / "current").read_text() == before


def test_a_failed_night_leaves_the_old_snapshot(sample_home_copy: Home) -> None:
    before = (sample_home_copy.snapshots / "current").read_text()
    (sample_home_copy.models / "current").write_text("gone\n")
    failed = subprocess.run(
        [sys.executable, "-m", "bookrec", "--home", str(sample_home_copy.root), "nightly"],
        capture_output=True,
        text=True,
        check=False,
    )
    assert failed.returncode == 1
    assert "There is no model 'gone'" in failed.stderr
    assert "Traceback" not in failed.stderr
    assert (sample_home_copy.snapshots / "current").read_text() == before


def test_published_scores_equal_keras_for_the_default_preset(sample_home: Home) -> None:
    assert_verified(bookrec_here(sample_home, "snapshots", "verify", "--pairs", "4000"))


def test_published_scores_equal_keras_for_the_classic_preset(sample_home_copy: Home) -> None:
    towers = TwoTowerSettings(side_by_side_whole=1, epochs=1, steps=100)
    train_smaller(sample_home_copy, "--preset", "classic", "--epochs", "2", towers=towers)
    # Two epochs are too few for lists that differ, and the subject is their scores.
    bookrec_here(sample_home_copy, "score", "--workers", "0", "--accept")
    assert_verified(bookrec_here(sample_home_copy, "snapshots", "verify", "--pairs", "4000"))
    server = start_server(sample_home_copy)
    try:
        with registration(server.address) as register:
            source, shelf = register("folded-in", best_known_of("gothic", 5)).shelf()
            assert source == "live"
            assert shelf != register("another", best_known_of("nordic-noir", 5)).shelf()[1]
    finally:
        server.close()


def assert_verified(said: str) -> None:
    found = re.search(
        r"([\d,]+) published scores .* at most (\S+), logits by (\S+) x .* ([\d.]+)% saturated",
        said,
    )
    assert found, said
    assert int(found[1].replace(",", "")) >= 1000
    assert float(found[2]) <= 1e-5
    assert float(found[3]) <= 1e-5
    assert float(found[4]) < 1


def test_the_site_ranks_for_a_new_reader_without_the_batch_side(
    sample_home_copy: Home, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Every module that the web process imports is listed by Python itself, on stderr."""
    monkeypatch.setenv("PYTHONPROFILEIMPORTTIME", "1")
    server = start_server(sample_home_copy)
    try:
        with registration(server.address) as register:
            assert register("anna", best_known_of("gothic", 3)).shelf()[0] == "live"
    finally:
        os.environ.pop("PYTHONPROFILEIMPORTTIME")
        server.stop()
    lines = server.output().splitlines()
    server.close()
    imported = {line.rsplit("|", 1)[-1].strip() for line in lines if "import time:" in line}
    assert {"litestar", "numpy", "bookrec.inference.recommender"} <= imported
    heavy = {
        name
        for name in imported
        if re.match(r"(tensorflow|keras|pandas|scipy|bookrec\.offline)(\.|$)", name)
    }
    assert not heavy
