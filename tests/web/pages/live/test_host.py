"""The host's page: numbers, the next books, the queue, the end; for operators only."""

from __future__ import annotations

import re

import pytest

from bookrec.settings import Home
from selling import DUNE, EMMA, offer
from site_testing import Client, register, sign_in

SHINING, CARRIE = "0345806786", "0743412281"


def section(page: str, name: str) -> str:
    match = re.search(rf'<section id="part-{name}".*?</section>', page, re.DOTALL)
    assert match
    return match[0]


def titles(part: str) -> list[str]:
    return re.findall(r'<a href="/books/[^"]+">([^<]+)</a>', part)


def test_only_operators_see_it(client: Client) -> None:
    assert client.get("/host").headers["location"] == "/login?next=%2Fhost"
    register(client, "anna")
    sign_in(client, "anna")
    for path in ("/host", "/host/1", "/host/1/report", "/host/1/stream"):
        assert client.get(path).status_code == 404, path


def test_a_session_needs_a_name_and_a_rule(session, client: Client) -> None:
    for name in (" ", "x" * 121):
        answer = session.host.post("/host", "/host", name=name, rule="fair")
        assert answer.status_code == 400
        assert "at most 120 characters" in answer.text
    assert session.host.post("/host", "/host", name="a", rule="loudest").status_code == 400
    assert "Friday &lt;evening&gt;" in session.host.get("/host").text
    assert session.host.get("/host/999").status_code == 404


def test_the_host_sees_who_is_here_and_what_to_show(session) -> None:
    first = session.host.get(session.path).text
    assert session.link in first
    assert "<svg" in first  # the link as a picture
    people = [session.member() for _ in range(3)]
    page = session.host.get(session.path).text
    assert "<strong>3</strong>" in section(page, "here")
    proposed = titles(section(page, "next"))
    assert len(proposed) == 8
    assert re.search(r"<strong>\d+\.\d%</strong> interested", section(page, "next"))
    assert "As a table" in section(page, "taste")

    shown = re.search(r'name="stage" value="([^"]+)"', section(page, "next"))
    assert shown
    assert session.act("stage", shown[1]).headers["location"] == session.path
    session.react(people[0], "like", shown[1])
    session.react(people[1], "dismiss", shown[1])
    session.react(people[2], "question", shown[1], text="Is it <long>?")
    page = session.host.get(session.path).text
    stage = section(page, "stage")
    assert titles(stage) == proposed[:1]
    assert "Liked by 1 · wanted by 0 · not for 1 · asked about by 1" in stage
    assert "Is it &lt;long&gt;?" in section(page, "questions")
    assert "<strong>1</strong>" in section(page, "here")
    assert "2 not yet" in section(page, "here")
    assert proposed[0] not in titles(section(page, "next"))


def test_the_queue_is_the_host_order(session) -> None:
    for isbn in (SHINING, DUNE, CARRIE):
        session.act("queue", isbn)
    session.act("up", CARRIE)
    page = session.host.get(session.path).text
    assert titles(section(page, "queue")) == ["The Shining", "Carrie", "Dune"]
    assert not {"The Shining", "Carrie", "Dune"} & set(titles(section(page, "next")))
    session.act("down", SHINING)
    session.act("remove", DUNE)
    session.act("stage", CARRIE)
    page = session.host.get(session.path).text
    assert titles(section(page, "queue")) == ["The Shining"]
    assert titles(section(page, "stage")) == ["Carrie"]


@pytest.mark.parametrize(
    ("fields", "status"),
    [({}, 400), ({"stage": DUNE, "queue": DUNE}, 400), ({"stage": "0000000000"}, 404)],
)
def test_a_form_that_says_nothing_clear_is_refused(session, fields, status) -> None:
    assert session.host.post(session.path, session.path, **fields).status_code == status


def test_what_has_no_stock_is_not_proposed(session, home: Home) -> None:
    offer(home, **{f"i{EMMA}": (85_000, 2), f"i{DUNE}": (120_000, 0)})
    page = session.host.get(session.path).text
    assert titles(section(page, "next")) == ["Emma"]
    assert "2 in stock" in section(page, "next")
    offer(home, **{f"i{EMMA}": (85_000, 0), f"i{DUNE}": (120_000, 0)})
    page = session.host.get(session.path).text
    assert "No book is left to propose" in section(page, "next")
    # The host may show it all the same.
    session.act("stage", DUNE)
    assert titles(section(session.host.get(session.path).text, "stage")) == ["Dune"]


def test_the_host_finds_any_book(session) -> None:
    page = session.host.get(f"{session.path}?q=maltese").text
    assert re.search(r'name="queue" value="0679722645"', page)
    assert "No book has these words" in session.host.get(f"{session.path}?q=zzzzqqq").text


def test_the_end_leads_to_the_report(session) -> None:
    member = session.member()
    session.act("stage", CARRIE)
    session.react(member, "like", CARRIE)
    answer = session.host.post(f"{session.path}/end", session.path)
    assert answer.headers["location"] == f"{session.path}/report"
    report = session.host.get(f"{session.path}/report").text
    assert re.search(r"Carrie</a></td>.*?<td class=\"number\">1</td>", report, re.DOTALL)
    assert "still open" not in report
    assert session.act("stage", DUNE).status_code == 409
    over = session.host.get(session.path).text
    assert 'name="stage"' not in over
    assert "data-stream" not in over
    assert member.get(session.link).text.count("The session is over") == 1
    assert "Carrie" in member.get(session.link).text
    assert session.react(member, "like", CARRIE).status_code == 303
    assert '<td class="number">2</td>' not in session.host.get(f"{session.path}/report").text
    assert 'action="/live' not in session.someone().get(session.link).text
