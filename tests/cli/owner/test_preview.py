"""``bookrec shop preview``."""

from __future__ import annotations

from bookrec.settings import Home
from selling import EMMA, in_shop
from shop_commands import refusal, run


def test_a_preview_stores_nothing(home: Home) -> None:
    output = run(home, "preview", "--like", "Dune", "--like", EMMA).output
    assert output.startswith("Own list (live)\n   1  0.")
    assert "/ Frank Herbert" not in output.partition("\n\n")[0]
    counts = in_shop(home, lambda c: c.execute("select count(*) from live_list").fetchone()[0])
    assert counts == 0
    assert "There is no reader 'nobody'" in refusal(home, "preview", "--reader", "nobody")
    assert run(home, "preview").exit_code == 2
