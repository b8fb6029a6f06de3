"""Orders: stock, totals, keys, purchases, and what cancelling gives back."""

from __future__ import annotations

import multiprocessing
from pathlib import Path

import pytest

from bookrec.errors import ShopError
from bookrec.settings import Home
from bookrec.shop.connections import in_transaction, opened
from bookrec.shop.selling.order_states import cancel_as_buyer, list_orders, move_order, read_order
from bookrec.shop.selling.orders import (
    KeyReused,
    NotEnoughStock,
    OrderRequest,
    TotalChanged,
    place_order,
)
from bookrec.shop.selling.shop_settings import ShopSettings, read_settings
from selling import BUYER, in_shop, offer, request, settings, stock_of


@pytest.fixture
def home(tmp_path: Path) -> Home:
    home = Home(tmp_path)
    offer(home, iA=(85_000, 3), iB=(120_500, 1), iC=(50_000, None), iD=(None, 9))
    return home


def place(home: Home, order: OrderRequest, new: tuple[str, ...] = ()) -> str:
    return in_shop(home, lambda c: place_order(c, read_settings(c), order, new)).order_id


def interactions(home: Home) -> list[tuple[str, str, str, int | None]]:
    query = "select user_id, isbn, kind, rating from shop_interaction order by 1, 2"
    return in_shop(home, lambda c: c.execute(query).fetchall())


def test_an_order_takes_stock_and_keeps_what_was_agreed(home: Home) -> None:
    settings(home, delivery_fee="25.000")
    buyer = BUYER.__class__("An", "", "an@example.org", "delivery", "1 Main Road", "cash", "gift")
    order_id = place(
        home, OrderRequest(None, buyer, request({"A": 2, "C": 4}).books, "vi", seen_total=395_000)
    )
    offer(home, iA=(99_000, None))
    order = in_shop(home, lambda c: read_order(c, order_id))
    assert order is not None
    assert (order.number, order.goods, order.delivery_fee, order.total) == (
        1001,
        2 * 85_000 + 4 * 50_000,
        25_000,
        395_000,
    )
    assert [(line.isbn, line.price, line.quantity) for line in order.lines] == [
        ("A", 85_000, 2),
        ("C", 50_000, 4),
    ]
    assert [step.state for step in order.steps] == ["new"]
    assert (stock_of(home, "A"), stock_of(home, "C")) == (1, None)


@pytest.mark.parametrize(
    ("books", "sentence"),
    [
        ({"C": 1, "A": 4}, "Only 3 copies of 'Title A' are left"),
        ({"C": 1, "D": 1}, "'Title D' is sold out"),
        ({"C": 1, "nowhere": 1}, "'Title nowhere' is sold out"),
    ],
)
def test_an_order_beyond_the_stock_takes_nothing(
    home: Home, books: dict[str, int], sentence: str
) -> None:
    with pytest.raises(NotEnoughStock, match=sentence):
        place(home, request(books, "shop:1"), ("C",))
    assert in_shop(home, list_orders) == []
    assert stock_of(home, "A") == 3
    assert interactions(home) == []


def test_a_price_that_changed_is_not_taken_silently(home: Home) -> None:
    with pytest.raises(TotalChanged):
        place(home, request({"B": 1}, seen_total=120_499))
    assert stock_of(home, "B") == 1


def test_a_repeated_order_is_not_new(home: Home) -> None:
    order = request({"A": 1}, "shop:1", "k", content="x")
    first, second = (
        in_shop(home, lambda c: place_order(c, read_settings(c), order)) for _ in range(2)
    )
    assert first.is_new
    assert not second.is_new
    assert first.order_id == second.order_id


def test_a_key_orders_once_for_its_buyer(home: Home) -> None:
    first = place(home, request({"A": 1}, "shop:1", "k", content="x"))
    assert place(home, request({"A": 1}, "shop:1", "k", content="x")) == first
    assert place(home, request({"A": 1}, "shop:2", "k", content="x")) != first
    with pytest.raises(KeyReused):
        place(home, request({"A": 1}, "shop:1", "k", content="y"))
    assert stock_of(home, "A") == 1


def test_a_purchase_never_hides_a_rating_and_is_taken_back(home: Home) -> None:
    def rate(c):
        c.execute("insert into shop_interaction values ('shop:1', 'A', 'rating', 9, 1)")
        c.execute("insert into shop_interaction values ('shop:1', 'B', 'deleted', null, 1)")
        c.execute("insert into live_list_state values ('shop:1', 's', 1)")

    in_shop(home, rate)
    order_id = place(home, request({"A": 1, "B": 1, "C": 1}, "shop:1"), ("A", "B", "C"))
    bought = [
        ("shop:1", "A", "rating", 9),
        ("shop:1", "B", "purchase", None),
        ("shop:1", "C", "purchase", None),
    ]
    assert interactions(home) == bought
    assert in_shop(home, lambda c: c.execute("select * from live_list_state").fetchall()) == []
    in_shop(
        home,
        lambda c: c.execute(
            "update shop_interaction set kind = 'rating', rating = 4 where isbn = 'C'"
        ),
    )
    assert in_shop(home, lambda c: cancel_as_buyer(c, order_id))
    assert in_shop(home, lambda c: cancel_as_buyer(c, order_id)), "a second click is harmless"
    assert interactions(home) == [
        ("shop:1", "A", "rating", 9),
        ("shop:1", "B", "deleted", None),
        ("shop:1", "C", "rating", 4),
    ]
    assert [stock_of(home, isbn) for isbn in "ABC"] == [3, 1, None]


def test_a_purchase_stands_as_long_as_one_order_has_it(home: Home) -> None:
    first = place(home, request({"A": 1}, "shop:1"), ("A",))
    second = place(home, request({"A": 2}, "shop:1"))
    in_shop(home, lambda c: cancel_as_buyer(c, first))
    assert interactions(home) == [("shop:1", "A", "purchase", None)]
    in_shop(home, lambda c: cancel_as_buyer(c, second))
    assert interactions(home) == [("shop:1", "A", "deleted", None)]
    assert stock_of(home, "A") == 3


def test_the_shop_moves_orders_forward_only(home: Home) -> None:
    order_id = place(home, request({"A": 2}))
    move = lambda state: in_shop(home, lambda c: move_order(c, 1001, state, f"to {state}"))  # noqa: E731
    move("confirmed")
    assert not in_shop(home, lambda c: cancel_as_buyer(c, order_id)), "too late for the buyer"
    with pytest.raises(ShopError, match="can become: packed, ready, done, cancelled"):
        move("shipped")
    move("ready")
    with pytest.raises(ShopError, match="is ready"):
        move("packed")
    move("cancelled")
    assert stock_of(home, "A") == 3
    with pytest.raises(ShopError, match="nothing more"):
        move("done")
    with pytest.raises(ShopError, match="no order 7"):
        in_shop(home, lambda c: move_order(c, 7, "done"))
    order = in_shop(home, lambda c: read_order(c, order_id))
    assert order is not None
    assert [(step.state, step.actor, step.note) for step in order.steps] == [
        ("new", "buyer", ""),
        ("confirmed", "shop", "to confirmed"),
        ("ready", "shop", "to ready"),
        ("cancelled", "shop", "to cancelled"),
    ]


def buy_fifty(path: Path, worker: int) -> list[str]:
    """Fifty buyers of one copy each, in a process of their own."""
    outcomes = []
    with opened(path) as connection:
        for number in range(50):
            order = request({"A": 1}, f"shop:{worker}-{number}", key="k")
            try:
                in_transaction(
                    connection,
                    lambda c, order=order: place_order(c, ShopSettings(), order, ("A",)),
                )
                outcomes.append("ordered")
            except NotEnoughStock as error:
                outcomes.append(str(error))
    return outcomes


def test_two_hundred_buyers_of_the_last_ten_copies(home: Home) -> None:
    offer(home, iA=(85_000, 10))
    context = multiprocessing.get_context("spawn")
    with context.Pool(4) as pool:
        outcomes = pool.starmap(buy_fifty, [(home.shop_database, n) for n in range(4)])
    flat = [outcome for part in outcomes for outcome in part]
    assert flat.count("ordered") == 10
    assert set(flat) == {
        "ordered",
        "'Title A' is sold out; take it out of the cart and order again.",
    }
    assert len(flat) == 200
    assert stock_of(home, "A") == 0
    assert len({order.number for order in in_shop(home, list_orders)}) == 10
    assert len(interactions(home)) == 10
