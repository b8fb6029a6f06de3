"""The owner's pages of experiments: form, figures, guard rails, end."""

from __future__ import annotations

import re
import shutil
import time

import pytest

from arm_snapshots import add_other
from bookrec.settings import Home
from bookrec.shop.events import Actor, Event, Impression, write_batch
from bookrec.shop.experiments.experiments import create_experiment, find_experiment
from bookrec.shop.experiments.tags import with_arms
from owner_pages import send
from selling import in_shop
from site_testing import Client, register, sign_in

PATH = "/owner/experiments"
DAY = 86_400
FORM = {"name": "mix", "a": "default", "b": "diverse", "c": "", "share": "50", "days": "7"}


def cells(page: str, outcome: str) -> list[list[str]]:
    """Texts of the rows of an outcome."""
    (body,) = (part for part in page.split("<tbody>") if f'colspan="7">{outcome}</th>' in part)
    rows = [
        [re.sub(r"<[^>]*>", "", cell).strip() for cell in re.findall(r"<td[^>]*>(.*?)</td>", row)]
        for row in re.findall(r"<tr>(.*?)</tr>", body, re.DOTALL)
    ]
    return [row for row in rows if row]


def happened(home: Home, name: str, readers: int, days: int, *, interleaved: bool = False) -> None:
    """Run an experiment of the past: readers of arm b open three of four lists, others one."""

    def run(connection) -> None:  # type: ignore[no-untyped-def]
        arms = {"a": {}, "b": {"diversity": "2"}}
        experiment = create_experiment(connection, name, arms, 100, 7, interleaved=interleaved)
        start = experiment.started_at - days * DAY
        for number in range(readers):
            user_id = f"x:{number}"
            connection.execute(
                "insert into account (user_id, username, username_folded, password_hash, created_at)"
                " values (?, ?, ?, 'x', 0)",
                (user_id, user_id, user_id),
            )
            better = interleaved or experiment.arm_of(user_id) == "b"
            at = start + number % 20 * DAY
            teams = ("b", "a", "a", "b", "a") if interleaved else ()
            shown = Impression(
                Actor(user_id), f"l{number}", "yours", "/", tuple("PQRST"), at, None, teams
            )
            (shown,) = with_arms(connection, [shown])
            write_batch(connection, [], [shown])
            if number % 4 < (3 if better else 1):
                click = Event(Actor(user_id), "click", at + 5, "P", list_id=f"l{number}")
                (click,) = with_arms(connection, [click])
                write_batch(connection, [click], [])
        connection.execute("update experiment set started_at = ?", (start,))

    in_shop(home, run)


def test_from_the_form_to_the_end(owner: Client, home: Home) -> None:
    assert "There was none yet." in owner.get(PATH).text
    answer = send(owner, PATH, **FORM)
    assert (answer.status_code, answer.headers["location"]) == (303, f"{PATH}/mix")
    page = owner.get(f"{PATH}/mix").text
    assert "mix of the shelf: step 2 of 4" in page
    assert "too few readers" in page
    listed = owner.get(PATH).text
    assert "“mix” runs. Stop it first" in listed
    assert 'name="share"' not in listed
    assert send(owner, f"{PATH}/mix/stop").status_code == 303
    assert send(owner, f"{PATH}/mix/stop").status_code == 303, "twice is once"
    experiment = in_shop(home, lambda c: find_experiment(c, "mix"))
    assert experiment is not None
    assert experiment.stopped_at is not None
    assert abs(experiment.stopped_at - time.time()) < 600
    assert "Stop the experiment" not in owner.get(f"{PATH}/mix").text
    assert owner.get(f"{PATH}/other").status_code == 404
    assert send(owner, f"{PATH}/other/stop").status_code == 404


@pytest.mark.parametrize(
    ("fields", "sentence"),
    [
        ({"name": "Mix it"}, "A name has small letters"),
        ({"share": "0"}, "from 1 to 100"),
        ({"days": "x"}, "from 1 to 90"),
        ({"kind": "interleave", "c": "alike"}, "exactly two arms"),
        ({"b": ""}, "The arms cannot be read."),
        ({"arms": "a=default,b=wild:1<b>"}, "&#39;wild:1&lt;b&gt;&#39; is neither one of"),
        ({"b": "snapshot:20200101T000000Z-00000000"}, "These lists cannot be an arm."),
    ],
)
def test_what_cannot_be_is_said_and_the_form_stays(
    owner: Client, fields: dict[str, str], sentence: str
) -> None:
    answer = send(owner, PATH, **{**FORM, **fields})
    assert answer.status_code == 400
    assert sentence in answer.text
    assert f'value="{FORM["share"] if "share" not in fields else fields["share"]}"' in answer.text


def test_names_are_used_once_and_one_runs_at_a_time(owner: Client) -> None:
    send(owner, PATH, **FORM)
    assert "Another experiment runs" in send(owner, PATH, **{**FORM, "name": "two"}).text
    send(owner, f"{PATH}/mix/stop")
    assert "of this name before" in send(owner, PATH, **FORM).text


def test_settings_in_words_stand_above_the_menus(owner: Client, home: Home) -> None:
    send(owner, PATH, **FORM, arms="old=default,new=stock:only+visit_weight:2,x=alike")
    experiment = in_shop(home, lambda c: find_experiment(c, "mix"))
    assert experiment is not None
    assert list(experiment.arms) == ["old", "new", "x"]
    page = owner.get(f"{PATH}/mix").text
    assert "only books in stock; weight of the visit: 2 (usually 4)" in page


def test_arms_are_compared_over_time(owner: Client, home: Home) -> None:
    happened(home, "past", 240, 40)
    page = owner.get(f"{PATH}/past").text
    (control, arm) = cells(page, "Opened a book from their own shelf")
    assert control[0] == "a"
    assert control[3:] == ["–", "–", "–", ""]
    assert arm[0] == "b"
    assert 40 < float(arm[3].strip("+%")) < 60
    assert arm[-1] == "clear: more"
    assert '<polygon class="plot-band"' in page
    # Twenty days end with readers; the first looks have fewer than fifty in an arm.
    assert 5 < page.count('class="plot-whisker"') < 20
    assert "A guard rail is broken" not in page


def test_mixed_lists_are_compared_by_preference(owner: Client, home: Home) -> None:
    happened(home, "duel", 80, 40, interleaved=True)
    page = owner.get(f"{PATH}/duel").text
    assert "80 counted, 0 under way" in page
    (control, arm) = cells(page, "Opened more books of this arm")
    assert control[:2] == ["a", "0 of 60"]
    assert arm[:4] == ["b", "60 of 60", "100.0%", "+50.0%"]
    assert arm[-1] == "clear: more"


def test_a_lost_snapshot_breaks_a_guard_rail(owner: Client, home: Home, snapshot_id: str) -> None:
    other = add_other(home.snapshots, snapshot_id)
    assert f'<option value="snapshot:{other}">' in owner.get(PATH).text
    send(owner, PATH, **{**FORM, "kind": "interleave", "b": f"snapshot:{other}"})
    page = owner.get(f"{PATH}/mix").text
    assert "1 book on these lists is not in the catalogue" in page
    assert "guard rail" not in page.lower()
    shutil.rmtree(home.snapshots / other)
    page = owner.get(f"{PATH}/mix").text
    assert "A guard rail is broken" in page
    assert "these lists are gone" in page


def test_only_operators_see_them(owner: Client, home: Home) -> None:
    send(owner, PATH, **FORM)
    owner.cookies.clear()
    register(owner, "binh")
    sign_in(owner, "binh")
    for path in (PATH, f"{PATH}/mix"):
        assert owner.get(path).status_code == 404
