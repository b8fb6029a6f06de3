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
    """Column that names the reader: ``user_id`` or ``account_id``."""
    secret: frozenset[str] = frozenset()
    """Columns that a reader's download leaves out: hashes of passwords and tokens."""
    cleared: tuple[tuple[str, str], ...] = ()
    """SQL expressions by column with which deletion overwrites a row that stays; () removes it."""
    reason: str = ""
    """Reason why cleared rows stay; '' for a table whose rows are removed."""


TABLES: Final = (
    PersonalTable("session", "account_id", frozenset({"token_hash"})),
    PersonalTable("reset_link", "account_id", frozenset({"token_hash"})),
    PersonalTable("claim", "user_id", frozenset({"token_hash"})),
    PersonalTable("outgoing_mail", "user_id", frozenset({"body"})),
    PersonalTable("shop_interaction", "user_id"),
    PersonalTable("shelf_book", "user_id"),
    PersonalTable("imported_book", "user_id"),
    PersonalTable("history_import", "user_id"),
    PersonalTable("live_list", "user_id"),
    PersonalTable("live_list_state", "user_id"),
    # Its lines and the books waited for go with it.
    PersonalTable("cart", "user_id", frozenset({"token_hash"})),
    PersonalTable(
        "shop_order",
        "user_id",
        frozenset({"idempotency_key", "request_digest"}),
        cleared=(
            ("user_id", "null"),
            ("name", "'-'"),
            ("phone", "'-'"),
            ("email", "''"),
            ("address", "iif(delivery = 'pickup', '', '-')"),
            ("note", "''"),
        ),
        reason="the shop's books count every sale",
    ),
    # Last: rows of other tables may refer to it.
    PersonalTable("account", "user_id", frozenset({"password_hash"})),
)
"""Every table with rows of a reader, in the order of deletion. Sign-in attempts name no account; they
end with their window."""


def deletion_statements() -> list[tuple[str, str]]:
    """Return the statements that delete a reader, in order, each with the column it selects by."""
    return [(_deletion(table), table.key) for table in TABLES]


def _deletion(table: PersonalTable) -> str:
    # Names of tables and columns come from the registry above.
    if not table.cleared:
        return f"delete from {table.name} where {table.key} = ?"  # noqa: S608
    values = ", ".join(f"{column} = {value}" for column, value in table.cleared)
    return f"update {table.name} set {values} where {table.key} = ?"  # noqa: S608
