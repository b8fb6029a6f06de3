"""An export of a small shop: complete, linked, incremental; what changed and nothing else."""

from __future__ import annotations

import re
import shutil
import sqlite3
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from bookrec.errors import BookrecError, NoSnapshot
from bookrec.files import read_pointer
from bookrec.settings import Home
from bookrec.web.export_site.export import check_distinct
from bookrec.web.export_site.files.publish import STATE, ExportRefused
from exported_site import export
from selling import DUNE, EMMA, offer, settings
from small_snapshot import BOOKS, SCRIPT_ISBN

BASE, API = "https://www.example.org", "https://shop.example.org"
LINK = re.compile(r' (?:href|src|action)="(/[^"]*)"')


@pytest.fixture(scope="module")
def shop(published_snapshot: Path, tmp_path_factory: pytest.TempPathFactory) -> Home:
    home = Home(tmp_path_factory.mktemp("export") / "home")
    shutil.copytree(published_snapshot, home.snapshots)
    offer(home, **{f"i{EMMA}": (85_000, 50), f"i{DUNE}": (120_000, 0)})
    return home


@pytest.fixture(scope="module")
def site(shop: Home, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An export with an API; do not change it."""
    directory = tmp_path_factory.mktemp("site") / "www"
    export(shop, directory, BASE, API)
    return directory


@pytest.fixture
def copy(site: Path, tmp_path: Path) -> Path:
    """A copy of the export, with its times."""
    return Path(shutil.copytree(site, tmp_path / "www"))


@pytest.fixture
def home(shop: Home, tmp_path: Path) -> Home:
    """A copy of the shop, to change."""
    return Home(Path(shutil.copytree(shop.root, tmp_path / "home")))


def contents(site: Path) -> dict[str, tuple[bytes, int]]:
    """Bytes and time of every public file."""
    return {
        path.relative_to(site).as_posix(): (path.read_bytes(), path.stat().st_mtime_ns)
        for path in sorted(site.rglob("*"))
        if path.is_file() and STATE not in path.relative_to(site).parts
    }


def changed(before: dict[str, tuple[bytes, int]], after: dict[str, tuple[bytes, int]]) -> set[str]:
    return {file for file in after if file not in before or before[file] != after[file]}


def change_snapshot(home: Home, *statements: str) -> None:
    snapshot_id = read_pointer(home.snapshots)
    assert snapshot_id
    with sqlite3.connect(home.snapshots / snapshot_id / "snapshot.sqlite") as connection:
        for statement in statements:
            connection.execute(statement)
    connection.close()


def test_every_book_has_a_page_in_both_languages_and_a_cover(site: Path) -> None:
    for folder in ("books", "vi/books"):
        assert len(list((site / folder).glob("*.html"))) == len(BOOKS) + 1
    assert len(list((site / "covers").glob("*.svg"))) == len(BOOKS)
    for file in (
        "index.html",
        "404.html",
        "search.html",
        "login.html",
        "new.xml",
        "books/index.html",
    ):
        assert (site / file).is_file()
        assert file == "new.xml" or (site / "vi" / file).is_file()
    for file in ("sitemap.xml", "robots.txt", "static/files.js", "authors/stephenking.html"):
        assert (site / file).is_file()


@pytest.mark.parametrize("api", [API, ""])
def test_no_link_is_dead(shop: Home, site: Path, tmp_path: Path, api: str) -> None:
    if not api:
        site = tmp_path / "alone"
        export(shop, site)
    links = {
        (page.relative_to(site).as_posix(), link)
        for page in site.rglob("*.html")
        for link in LINK.findall(page.read_text(encoding="utf-8"))
    }
    assert len(links) > 1_000
    dead = set()
    for page, link in links:
        path = urlsplit(link).path
        target = site / path.removeprefix("/")
        if not (target / "index.html" if path.endswith("/") else target).is_file():
            dead.add((page, link))
    assert dead == set()


def test_a_title_with_markup_stays_text(site: Path) -> None:
    page = (site / "books" / f"{SCRIPT_ISBN}.html").read_text(encoding="utf-8")
    assert "<script>alert" not in page
    assert page.count("</script>") == page.count("<script ")


def test_a_second_export_makes_nothing(shop: Home, copy: Path) -> None:
    before = contents(copy)
    report = export(shop, copy, BASE, API)
    assert (report.rendered, report.written, report.removed) == (0, 0, 0)
    assert contents(copy) == before


def test_a_changed_price_changes_the_pages_that_show_it(home: Home, copy: Path) -> None:
    before = contents(copy)
    offer(home, **{f"i{EMMA}": (99_000, 50)})
    export(home, copy, BASE, API)
    new = changed(before, contents(copy))
    assert f"books/{EMMA}.html" in new
    assert f"vi/books/{EMMA}.html" in new
    pages = {file for file in new if file.endswith(".html")}
    assert all("99" in (copy / file).read_text(encoding="utf-8") for file in pages)
    assert len(pages) < len(list(copy.rglob("*.html"))) / 2
    assert not any(file.startswith(("covers/", "search/", "static/")) for file in new)
    assert b"99000" in (copy / "books" / f"{EMMA}.html").read_bytes()  # the offer's data


def test_a_removed_book_disappears_and_a_new_one_arrives(home: Home, copy: Path) -> None:
    before = contents(copy)
    change_snapshot(
        home,
        f"update book set isbn = '9999999999', title = 'Dune, found again' where isbn = '{DUNE}'",
    )
    report = export(home, copy, BASE, API)
    gone = before.keys() - contents(copy).keys()
    assert {file for file in gone if not file.startswith("search/")} == {
        f"covers/{DUNE}.svg",
        *(f"{folder}books/{DUNE}.html" for folder in ("", "de/", "vi/")),
    }
    assert report.removed == len(gone)
    assert not (copy / "books" / f"{DUNE}.html").exists()
    assert (copy / "vi" / "books" / "9999999999.html").is_file()
    everything = "".join(p.read_text(encoding="utf-8") for p in copy.rglob("*.html"))
    assert DUNE not in everything
    feed = (copy / "new.xml").read_text(encoding="utf-8")
    assert feed.index("Dune, found again") < feed.index("<pubDate>")
    assert feed.count("<pubDate>") == 1
    assert "9999999999.html" in (copy / "sitemaps" / "en-books-1.xml").read_text()


def test_a_deleted_file_comes_back(shop: Home, copy: Path) -> None:
    (copy / "books" / f"{EMMA}.html").unlink()
    (copy / "vi" / "index.html").write_text("cut")
    report = export(shop, copy, BASE, API)
    assert report.written == 2
    assert "Emma" in (copy / "books" / f"{EMMA}.html").read_text(encoding="utf-8")


def test_a_setting_of_the_shop_changes_every_page_and_no_cover(home: Home, copy: Path) -> None:
    settings(home, name="Sách & Trà", languages="vi")
    before = contents(copy)
    report = export(home, copy, BASE, API)
    assert not (copy / "vi").exists()
    assert report.removed > 0
    page = (copy / "books" / f"{EMMA}.html").read_text(encoding="utf-8")
    assert '<html lang="vi">' in page
    assert "Sách &amp; Trà" in page
    assert "hreflang" not in page
    new = changed(before, contents(copy))
    assert not any(file.startswith("covers/") for file in new)


def test_faults_leave_the_old_site_whole(
    home: Home, copy: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = contents(copy)
    offer(home, **{f"i{EMMA}": (99_000, 50)})

    def stop(*arguments: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr("bookrec.web.export_site.export.make_sitemap", stop)
        with pytest.raises(KeyboardInterrupt):
            export(home, copy, BASE, API)
    assert contents(copy) == before
    assert export(home, copy, BASE, API).written > 0


def test_refusals(home: Home, tmp_path: Path) -> None:
    (tmp_path / "full").mkdir()
    (tmp_path / "full" / "thesis.txt").write_text("years of work")
    with pytest.raises(ExportRefused):
        export(home, tmp_path / "full")
    with pytest.raises(NoSnapshot):
        export(Home(tmp_path / "empty"), tmp_path / "new")
    assert not (tmp_path / "new").exists()


def test_files_that_differ_by_case_alone_are_refused() -> None:
    check_distinct(["books/a.html", "books/b.html"])
    with pytest.raises(BookrecError, match="case does not count"):
        check_distinct(["books/a.html", "books/A.html"])
