"""Compression: which answers, in which coding, and what caches are told."""

from __future__ import annotations

import gzip

import brotli
import httpx
import pytest

from bookrec.settings import Home
from bookrec.web.edge.compression import chosen_coding
from site_testing import Client, open_client, register, sign_in

TEXTS = ["/", "/books", "/api/v1/books", "/static/site.css", "/covers/0141439580.svg", "/schema"]


def raw(client: Client, path: str, accepted: str, **headers: str) -> httpx.Response:
    request = client.build_request(
        "GET", path, headers={"accept-encoding": accepted, "host": "testserver.local", **headers}
    )
    response = client.send(request, stream=True)
    response.raw_body = b"".join(response.iter_raw())  # type: ignore[attr-defined]
    return response


@pytest.mark.parametrize("path", TEXTS)
def test_texts_are_the_same_in_every_coding(visitor: Client, path: str) -> None:
    plain = raw(visitor, path, "identity")
    packed = {"br": raw(visitor, path, "gzip, br"), "gzip": raw(visitor, path, "gzip")}
    unpack = {"br": brotli.decompress, "gzip": gzip.decompress}
    assert "content-encoding" not in plain.headers
    for coding, answer in packed.items():
        body = answer.raw_body  # type: ignore[attr-defined]
        assert answer.headers["content-encoding"] == coding
        assert unpack[coding](body) == plain.raw_body  # type: ignore[attr-defined]
        assert len(body) < len(plain.raw_body) * 0.8  # type: ignore[attr-defined]
        assert int(answer.headers["content-length"]) == len(body)
    for answer in (plain, *packed.values()):
        assert "accept-encoding" in answer.headers["vary"].lower()


@pytest.mark.parametrize("path", ["/", "/api/v1/books"])
def test_each_coding_has_a_tag_and_is_asked_for_again_by_it(visitor: Client, path: str) -> None:
    tags = {
        coding: raw(visitor, path, coding).headers["etag"] for coding in ("identity", "br", "gzip")
    }
    assert len(set(tags.values())) == 3
    for coding, tag in tags.items():
        again = raw(visitor, path, coding, **{"if-none-match": tag})
        assert again.status_code == 304
        assert again.headers["etag"] == tag
        assert "accept-encoding" in again.headers["vary"].lower()
    changed = raw(visitor, path, "br", **{"if-none-match": '"another-br"'})
    assert changed.status_code == 200


def test_head_has_the_headers_of_get_and_no_body(visitor: Client) -> None:
    answer = visitor.head("/books", headers={"accept-encoding": "br"})
    assert answer.headers["content-encoding"] == "br"
    assert answer.content == b""


def test_pages_with_an_address_are_never_compressed(client: Client) -> None:
    register(client)
    sign_in(client)
    for path in ("/me/account", "/me/account/data"):
        answer = raw(client, path, "br, gzip")
        assert "content-encoding" not in answer.headers
        assert "no-transform" in answer.headers["cache-control"]
    assert raw(client, "/me", "br").headers["content-encoding"] == "br"


def test_a_form_token_is_another_text_each_time(client: Client) -> None:
    register(client)
    sign_in(client)
    pages = {client.get("/me").text for _ in range(3)}
    assert len(pages) == 3


def test_short_answers_and_redirects_are_left_alone(visitor: Client) -> None:
    for path in ("/health/live", "/me", "/api/v1/books/0000000000"):
        assert "content-encoding" not in raw(visitor, path, "br, gzip").headers


def test_the_setting_leaves_it_to_a_proxy(home: Home, snapshot_id: str) -> None:
    with open_client(home, compression=False) as client:
        assert "content-encoding" not in raw(client, "/books", "br, gzip").headers


@pytest.mark.parametrize(
    ("accepted", "coding"),
    [
        ("", ""),
        ("identity", ""),
        ("gzip", "gzip"),
        ("gzip, deflate, br, zstd", "br"),
        ("br;q=0.1, gzip;q=0.9", "gzip"),
        ("br;q=0, *", "gzip"),
        ("*;q=0", ""),
        ("gzip;q=x", ""),
        ("BR", "br"),
    ],
)
def test_the_client_chooses(accepted: str, coding: str) -> None:
    assert chosen_coding(accepted) == coding
