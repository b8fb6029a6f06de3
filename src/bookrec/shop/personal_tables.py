"""Registry of the tables of ``var/shop.sqlite`` that hold rows of a reader.

A reader's download (`personal_rows`) and the deletion of an account (`deletion_statements`) read it. A
table with a column ``user_id`` or ``account_id`` that is missing here fails a test.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True)
class PersonalTable:
    """A table with rows of a reader."""

    name: str
    key: str
    """Column that names the reader, ``user_id`` or ``account_id``; with ``parent`` the column by which
    a row belongs to one of the parent's."""
    secret: frozenset[str] = frozenset()
    """Columns that a reader's download leaves out: hashes of passwords and tokens."""
    cleared: tuple[tuple[str, str], ...] = ()
    """SQL expressions by column with which deletion overwrites a row that stays; () removes it."""
    reason: str = ""
    """Reason why cleared rows stay; '' for a table whose rows are removed."""
    parent: str = ""
    """Table whose rows name the reader by ``user_id``; '' for a table that does so itself."""

    @property
    def reader_column(self) -> str:
        """Column whose value selects the reader's rows: ``user_id`` or ``account_id``."""
        return "user_id" if self.parent else self.key

    @property
    def condition(self) -> str:
        """SQL condition of the reader's rows, with one parameter."""
        if not self.parent:
            return f"{self.key} = ?"
        return f"{self.key} in (select {self.key} from {self.parent} where user_id = ?)"  # noqa: S608


_FINISHED: Final = "state in ('done', 'cancelled')"


def _if_finished(column: str, value: str) -> tuple[str, str]:
    # The shop still needs a name and an address for an order on its way.
    return column, f"case when {_FINISHED} then {value} else {column} end"


TABLES: Final = (
    PersonalTable("session", "account_id", frozenset({"token_hash"})),
    PersonalTable("reset_link", "account_id", frozenset({"token_hash"})),
    PersonalTable("claim", "user_id", frozenset({"token_hash"})),
    PersonalTable("outgoing_mail", "user_id", frozenset({"body"})),
    PersonalTable("shop_interaction", "user_id"),
    PersonalTable("shelf_book", "user_id"),
    PersonalTable("taste_correction", "user_id"),
    PersonalTable("imported_book", "user_id"),
    PersonalTable("history_import", "user_id"),
    PersonalTable("live_list", "user_id"),
    PersonalTable("live_list_state", "user_id"),
    PersonalTable("events", "user_id"),
    PersonalTable("impressions", "user_id"),
    PersonalTable("cart_line", "cart_id", parent="cart"),
    PersonalTable("stock_wait", "cart_id", parent="cart"),
    PersonalTable("cart", "user_id", frozenset({"token_hash"})),
    PersonalTable(
        "shop_order_line",
        "order_id",
        parent="shop_order",
        cleared=(("taken_up", "0"),),
        reason="books of an order",
    ),
    PersonalTable(
        "shop_order_state",
        "order_id",
        parent="shop_order",
        cleared=(("note", "''"),),
        reason="steps of an order",
    ),
    PersonalTable(
        "shop_order",
        "user_id",
        frozenset({"idempotency_key", "request_digest"}),
        cleared=(
            ("user_id", "null"),
            ("idempotency_key", "lower(hex(randomblob(16)))"),
            ("request_digest", "''"),
            _if_finished("name", "''"),
            _if_finished("phone", "'-'"),
            _if_finished("email", "''"),
            _if_finished("address", "case delivery when 'pickup' then '' else '-' end"),
            _if_finished("note", "''"),
        ),
        reason="the shop's books; an order on its way is delivered like a guest's",
    ),
    PersonalTable(
        "live_event",
        "member_id",
        parent="live_member",
        cleared=(("text", "''"),),
        reason="counts of a live session",
    ),
    PersonalTable(
        "live_member",
        "user_id",
        frozenset({"visitor"}),
        cleared=(("user_id", "null"),),
        reason="a number in the counts of a live session",
    ),
    PersonalTable(
        "live_session",
        "user_id",
        cleared=(("user_id", "null"),),
        reason="a session of the shop, with its audience",
    ),
    # Last: rows of other tables may refer to it.
    PersonalTable("account", "user_id", frozenset({"password_hash"})),
)
"""Every table with rows of a reader, in the order of deletion. Sign-in attempts name no account; they
end with their window."""


def deletion_statements() -> list[tuple[str, str]]:
    """Return the statements that delete a reader, in order, each with its `reader_column`."""
    return [(_deletion(table), table.reader_column) for table in TABLES]


def _deletion(table: PersonalTable) -> str:
    # Names of tables and columns come from the registry above.
    if not table.cleared:
        return f"delete from {table.name} where {table.condition}"  # noqa: S608
    values = ", ".join(f"{column} = {value}" for column, value in table.cleared)
    return f"update {table.name} set {values} where {table.condition}"  # noqa: S608
