"""Team draft: by hand, its coins, and its fairness."""

from __future__ import annotations

from collections import Counter
from itertools import cycle, islice

from bookrec.shop.experiments.team_draft import coins, team_draft


def mixed(first: str, second: str, throws: list[bool], limit: int = 9) -> str:
    pairs = team_draft((first, second), str, cycle(throws), limit)
    return " ".join(f"{item}{'-' if team is None else team}" for team, item in pairs)


def test_the_draft_by_hand():
    # The first list begins both rounds, and B, which both have, goes to the one whose turn it is.
    assert mixed("ABCD", "BDEF", [True], 4) == "A0 B1 C0 D1"
    assert mixed("ABCD", "BDEF", [False], 4) == "B1 A0 D1 C0"
    assert mixed("ABCD", "BDEF", [True, False], 4) == "A0 B1 D1 C0"
    # The first list has nothing left after D: what follows counts for nobody.
    assert mixed("ABCD", "BDEFG", [True], 9) == "A0 B1 C0 D1 E- F- G-"
    assert mixed("", "AB", [True]) == "A- B-"
    assert mixed("AB", "AB", [True]) == "A0 B1"


def test_coins_are_those_of_a_reader_and_a_day():
    def first(secret: str, user_id: str, day: int) -> list[bool]:
        return list(islice(coins(secret, user_id, day), 300))

    today = first("key", "shop:1", 20_000)
    assert first("key", "shop:1", 20_000) == today
    others = [("key", "shop:1", 20_001), ("key", "shop:2", 20_000), ("no", "shop:1", 20_000)]
    for other in others:
        assert 80 < sum(a != b for a, b in zip(today, first(*other), strict=True)) < 220
    heads = sum(sum(first("key", f"shop:{n}", 20_000)[:64]) for n in range(500))
    assert abs(heads - 16_000) < 400


def test_equal_lists_share_every_place_evenly():
    teams: Counter[tuple[int, int | None]] = Counter()
    for number in range(2_000):
        throws = coins("key", f"shop:{number}", 20_000)
        for place, (team, _) in enumerate(team_draft(("ABCDE", "ABCDE"), str, throws, 5)):
            teams[place, team] += 1
    for place in range(5):
        assert abs(teams[place, 0] - 1_000) < 120
        assert teams[place, 0] + teams[place, 1] == 2_000 - teams[place, None]
