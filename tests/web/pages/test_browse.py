"""Pages: every route, escaping, forms, languages, caching, headers."""

from __future__ import annotations

import re
from xml.etree import ElementTree

import pytest

from bookrec.settings import Home
from site_testing import PASSWORD, Client, form_token, open_client, register, sign_in
from small_snapshot import SCRIPT_ISBN

EMMA = "0141439580"


def post(client: Client, page: str, path: str, **fields: object):
    """Send a form that stands on a page."""
    return client.post(path, data={"csrf_token": form_token(client.get(page).text), **fields})


def signed_in(client: Client, username: str = "anna", **fields: object) -> None:
    register(client, username, **fields)
    assert sign_in(client, username).status_code == 303


def isbns_on(page: str) -> list[str]:
    """ISBNs of the books linked on a page, in order, without repeats."""
    return list(dict.fromkeys(re.findall(r'href="/books/([^"/?#]+)"', page)))


PUBLIC = [
    "/",
    "/books",
    "/books?q=emma",
    "/books?sort=title&page=2",
    f"/books/{EMMA}",
    "/books/ml:357",
    "/books/gb:12",
]
WITH_FORMS = ["/login", "/register", "/register?next=/books"]


@pytest.mark.parametrize("path", [*PUBLIC, *WITH_FORMS])
@pytest.mark.parametrize("language", ["en", "vi"])
def test_pages_answer_in_both_languages(visitor: Client, path: str, language: str) -> None:
    answer = visitor.get(path, headers={"accept-language": language})
    assert answer.status_code == 200
    assert answer.headers["content-type"] == "text/html; charset=utf-8"
    assert f'<html lang="{language}"' in answer.text


@pytest.mark.parametrize("path", [*PUBLIC, "/me", "/me?page=7"])
def test_pages_of_a_signed_in_reader(client: Client, path: str) -> None:
    signed_in(client, liked_isbns=["0345806786"])
    answer = client.get(path)
    assert answer.status_code == 200
    assert "anna" in answer.text
    assert answer.headers["cache-control"] == "private, no-store"
    assert "etag" not in answer.headers


@pytest.mark.parametrize(
    "path", ["/nothing", "/books/0000000000", "/covers/0.svg", "/static/no.css"]
)
def test_unknown_addresses_are_404_pages(visitor: Client, path: str) -> None:
    answer = visitor.get(path)
    assert answer.status_code == 404
    assert "text/html" in answer.headers["content-type"]


@pytest.mark.parametrize("path", ["/nothing", "/books/0000000000", "/books/0141439580/rating"])
def test_errors_are_told_in_the_readers_language(visitor: Client, path: str) -> None:
    page = visitor.get(path, headers={"accept-language": "vi"})
    assert page.status_code in (404, 405)
    assert '<html lang="vi">' in page.text
    main = page.text.partition("<main")[2].partition("</main>")[0]
    assert 'lang="en"' not in main
    assert not re.search("no page|no book|not allowed", main, re.IGNORECASE)


def test_a_404_page_knows_who_is_signed_in(client: Client) -> None:
    signed_in(client)
    assert "anna" in client.get("/nothing").text


def test_unknown_machine_addresses_are_problems(visitor: Client) -> None:
    for path in ("/api/v1/nothing", "/api/v2/books"):
        answer = visitor.get(path)
        assert answer.status_code == 404
        assert answer.headers["content-type"] == "application/problem+json"


def test_home_has_no_form_and_nothing_personal_for_anonymous_visitors(visitor: Client) -> None:
    page = visitor.get("/", headers={"sec-gpc": "1"}).text
    assert len(isbns_on(page)) >= 12
    assert 'method="post"' not in page
    assert "csrf_token" not in page
    asked = visitor.get("/").text
    assert re.findall(r'action="([^"]+)" method="post"', asked) == ["/consent"]
    assert re.findall(r'name="csrf_token" value="([^"]*)"', asked) == [""]


def test_titles_are_escaped_everywhere(client: Client) -> None:
    signed_in(client, liked_isbns=[SCRIPT_ISBN])
    client.get(f"/books/{SCRIPT_ISBN}")  # now it is among the recently opened
    for path in (
        f"/books/{SCRIPT_ISBN}",
        "/books?q=script",
        "/",
        "/me",
        "/books?q=%3Cscript%3Ealert(1)%3C/script%3E&author=%22%3E%3Cb%3E",
    ):
        page = client.get(path).text
        assert "<script>alert" not in page
        assert "<b>Bold" not in page
        assert '"><b>' not in page
    assert "&lt;script&gt;" in client.get(f"/books/{SCRIPT_ISBN}").text


def test_covers_are_well_formed_pictures(visitor: Client) -> None:
    for isbn in (EMMA, SCRIPT_ISBN, "ml:357", "6042086437"):
        answer = visitor.get(f"/covers/{isbn}.svg")
        assert answer.headers["content-type"].startswith("image/svg+xml")
        assert "immutable" in answer.headers["cache-control"]
        root = ElementTree.fromstring(answer.content)
        assert root.tag == "{http://www.w3.org/2000/svg}svg"
        assert not list(root.iter("{http://www.w3.org/2000/svg}script"))


def test_cover_addresses_on_pages_lead_to_covers(visitor: Client) -> None:
    cover = re.search(r'src="(/covers/[^"]+)"', visitor.get(f"/books/{EMMA}").text)
    assert cover
    assert visitor.get(cover[1]).status_code == 200


# --- forms --------------------------------------------------------------------------------------


def test_register_like_rate_and_take_back(client: Client) -> None:
    registered = post(
        client,
        "/register",
        "/register",
        username="Thu",
        password=PASSWORD,
        age="34",
        liked_isbns=["0345806786", "0743412281"],
        action="register",
        next="/me",
        q="",
    )
    assert (registered.status_code, registered.headers["location"]) == (303, "/me")
    shelf = client.get("/").text
    assert "1501142976" in shelf  # It
    rated = post(client, "/books/1501142976", "/books/1501142976/rating", rating="9", next="/")
    assert (rated.status_code, rated.headers["location"]) == (303, "/")
    me = client.get("/me").text
    seen = me[me.index('id="own"') :]
    assert set(isbns_on(seen)) == {"0345806786", "0743412281", "1501142976"}
    assert "/covers/1501142976.svg" in seen
    assert "/covers/1501142976.svg" not in me[: me.index('id="own"')]
    removed = post(client, "/me", "/books/1501142976/rating/delete", next="/me")
    assert removed.headers["location"] == "/me"
    me = client.get("/me").text
    assert "1501142976" not in isbns_on(me[me.index('id="own"') :])


def test_search_within_registration_keeps_what_was_ticked(client: Client) -> None:
    answer = post(
        client,
        "/register",
        "/register",
        username="thu",
        age="3x",
        action="search",
        q="dune",
        liked_isbns=[EMMA, "not-a-book"],
        password="",
    )
    assert answer.status_code == 200
    assert re.search(rf'value="{EMMA}"\s+checked', answer.text)
    assert 'value="0441172717"' in answer.text
    assert 'value="thu"' in answer.text
    assert "not-a-book" not in answer.text


def test_other_books_to_like_come_by_what_was_ticked(client: Client) -> None:
    first = client.get("/register").text
    offered = re.findall(r'name="liked_isbns" value="([^"]+)"', first)
    shown = re.findall(r'name="shown" value="([^"]+)"', first)
    assert offered == shown
    assert len(offered) > 20
    fields = {"action": "more", "liked_isbns": [offered[3]], "shown": shown[:12], "username": "thu"}
    answer = post(client, "/register", "/register", **fields)
    assert answer.status_code == 200
    more = re.findall(r'name="liked_isbns" value="([^"]+)"', answer.text)
    assert more[0] == offered[3]
    assert re.search(rf'value="{offered[3]}"\s+checked', answer.text)
    assert len(more) > 1
    assert not set(more[1:]) & set(offered[:12])
    assert 'value="thu"' in answer.text


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"username": "x"}, "3 to 40"),
        ({"password": "short"}, "too short"),
        ({"password": "password123"}, "Choose another"),
        ({"password": "y" * 300}, "too long"),
        ({"age": "1000"}, "5 to 100"),
        ({"age": "abc"}, "5 to 100"),
        ({"username": "TAKEN"}, "taken"),
    ],
)
def test_a_refused_registration_says_why(
    client: Client, change: dict[str, str], sentence: str
) -> None:
    register(client, "taken")
    fields = {"username": "thu", "password": PASSWORD, "age": "", "action": "register", **change}
    answer = post(client, "/register", "/register", **fields)
    assert answer.status_code == 400
    notice = re.search(r'role="alert">([^<]*)<', answer.text)
    assert notice
    assert sentence in notice[1]
    assert PASSWORD not in answer.text


def test_age_can_be_changed(client: Client) -> None:
    signed_in(client)
    assert post(client, "/me", "/me/age", age="15").headers["location"] == "/me"
    assert 'value="15"' in client.get("/me").text
    post(client, "/me", "/me/age", age="200")
    page = client.get("/me").text
    assert 'value="15"' in page
    assert "5 to 100" in page
    post(client, "/me", "/me/age", age="")
    assert 'value="15"' not in client.get("/me").text


def test_a_notice_is_shown_once(client: Client) -> None:
    signed_in(client)
    post(client, f"/books/{EMMA}", f"/books/{EMMA}/rating", rating="3")
    assert 'role="status"' in client.get(f"/books/{EMMA}").text
    assert 'role="status"' not in client.get(f"/books/{EMMA}").text


@pytest.mark.parametrize("rating", ["0", "11", "5.5", "", "five", "٣"])
def test_a_rating_out_of_range_is_refused(client: Client, rating: str) -> None:
    signed_in(client)
    answer = post(client, f"/books/{EMMA}", f"/books/{EMMA}/rating", rating=rating)
    assert answer.status_code == 400
    assert 'aria-pressed="true"' not in client.get(f"/books/{EMMA}").text


def test_sign_out_ends_the_session_and_the_page_is_cacheable_again(client: Client) -> None:
    signed_in(client)
    out = post(client, "/", "/logout")
    assert out.status_code == 303
    assert "signed out" in client.get("/").text
    assert "etag" in client.get("/").headers
    assert client.get("/me").headers["location"] == "/login?next=%2Fme"


def test_whoever_must_sign_in_comes_back(client: Client) -> None:
    register(client)
    assert client.get("/me?page=2").headers["location"] == "/login?next=%2Fme%3Fpage%3D2"
    late = client.post(f"/books/{EMMA}/rating", data={"rating": "5"})
    assert late.headers["location"] == f"/login?next=%2Fbooks%2F{EMMA}"


def test_recently_opened_is_for_signed_in_readers(client: Client) -> None:
    client.get(f"/books/{EMMA}")
    assert not client.cookies
    signed_in(client, liked_isbns=["0441172717"])
    for isbn in ("gb:12", "0999999990", "gb:12"):
        client.get(f"/books/{isbn}")
    page = client.get("/").text
    assert "/books/gb" in page
    assert "/books/0999999990" in page
    client.cookies.set("bookrec_recent", "<script>|../x|" + "|".join(["0999999990"] * 50))
    assert client.get("/").status_code == 200


@pytest.mark.parametrize(
    "query",
    [
        "?page=0",
        "?page=-1",
        "?page=99999999999999",
        "?page=x",
        "?year_from=abc",
        "?year_to=20000",
        "?sort=nonsense",
        "?q=%00",
        "?q=%FF",
        "?q=" + "a" * 5000,
        "?unknown=1",
        "?q=%22&author=%22",
    ],
)
def test_odd_queries_still_give_a_page(visitor: Client, query: str) -> None:
    assert visitor.get(f"/books{query}").status_code == 200


# --- language -----------------------------------------------------------------------------------


def test_choosing_a_language_is_remembered(client: Client) -> None:
    chosen = client.get("/books?q=emma&lang=vi&sort=title")
    assert chosen.status_code == 303
    assert chosen.headers["location"] == "/books?q=emma&sort=title"
    page = client.get("/books?q=emma", headers={"accept-language": "en"})
    assert '<html lang="vi"' in page.text
    assert client.get("/?lang=fr").status_code == 200


@pytest.mark.parametrize("path", ["/", "/books?q=emma", "/login"])
def test_the_language_of_links_leads_no_further_than_this_site(visitor: Client, path: str) -> None:
    joined = f"{path}{'&' if '?' in path else '?'}lang=vi"
    assert visitor.get(joined).headers["location"] == path
    assert visitor.get("//evil.example/?lang=vi").headers.get("location", "/").startswith("/")
    assert not visitor.get("//evil.example/?lang=vi").headers.get("location", "/").startswith("//")


# --- caching and headers ------------------------------------------------------------------------


@pytest.mark.parametrize("path", PUBLIC)
def test_anonymous_pages_are_cached_by_what_they_depend_on(visitor: Client, path: str) -> None:
    first = visitor.get(path)
    tag = first.headers["etag"]
    assert first.headers["cache-control"] == "public, max-age=0, must-revalidate"
    assert set(re.split(r",\s*", first.headers["vary"])) == {
        "Accept-Encoding",
        "Accept-Language",
        "Cookie",
        "DNT",
        "Sec-GPC",
    }
    assert "set-cookie" not in first.headers
    again = visitor.get(path, headers={"if-none-match": tag})
    assert (again.status_code, again.content) == (304, b"")
    assert again.headers["etag"] == tag
    vietnamese = visitor.get(path, headers={"if-none-match": tag, "accept-language": "vi"})
    assert (vietnamese.status_code, vietnamese.headers["etag"] == tag) == (200, False)


def test_the_tag_of_a_page_depends_on_the_setting_for_covers(home: Home, snapshot_id: str) -> None:
    with open_client(home) as client:
        tag = client.get("/books").headers["etag"]
    with open_client(home, remote_covers=True) as client:
        assert client.get("/books", headers={"if-none-match": tag}).status_code == 200


def test_a_signed_in_reader_never_gets_a_304(client: Client) -> None:
    tag = client.get("/").headers["etag"]
    signed_in(client)
    client.get("/")  # the notice
    assert client.get("/", headers={"if-none-match": tag}).status_code == 200


@pytest.mark.parametrize("path", WITH_FORMS)
def test_pages_with_forms_are_not_kept(visitor: Client, path: str) -> None:
    assert visitor.get(path).headers["cache-control"] == "private, no-store"


def test_pages_ask_no_other_host_for_anything(client: Client) -> None:
    signed_in(client)
    for path in ["/", "/books", f"/books/{EMMA}", "/me"]:
        page = client.get(path).text
        assert not re.search(r'(?:src|href|action)="(?:https?:)?//', page)
        assert " style=" not in page
        assert not re.search(r"<script(?![^>]*\bsrc=)", page)
        assert not re.search(r"\son\w+=", page)


def test_remote_covers_only_by_setting(home: Home, snapshot_id: str) -> None:
    with open_client(home, remote_covers=True) as client:
        answer = client.get(f"/books/{EMMA}")
        assert "img-src 'self' https:" in answer.headers["content-security-policy"]
        assert "https://covers.example.org/1.jpg" in answer.text


def test_cookies_are_protected(client: Client, home: Home) -> None:
    register(client)
    answer = sign_in(client)
    cookie = next(
        value for value in answer.headers.get_list("set-cookie") if "bookrec_session=" in value
    )
    assert "HttpOnly" in cookie
    assert re.search(r"samesite=lax", cookie, re.IGNORECASE)
    assert re.search(r"path=/(;|$)", cookie, re.IGNORECASE)
    assert "Secure" not in cookie
    with open_client(home, secure_cookies=True) as behind_tls:
        token = behind_tls.get("/login")
        assert "Secure" in token.headers["set-cookie"]
