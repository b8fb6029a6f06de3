"""Own data of a reader: all rows that the shop's database holds of them, and their deletion."""

from __future__ import annotations

from typing import Final

from bookrec.json_types import JsonObject
from bookrec.shop.owner.day_counts import COUNT_ONE, DELETION, today
from bookrec.shop.personal_tables import TABLES, deletion_statements
from bookrec.web.accounts.accounts import Account
from bookrec.web.store.database import ShopDatabase
from bookrec.web.store.rows import SqlValue

_NOT_HERE: Final = (
    "Interactions in the files that the shop imports, and lists made of them, are not part of this "
    "database. Lists made of ratings on this site change with the next nightly job."
)


async def personal_rows(database: ShopDatabase, account: Account) -> JsonObject:
    """Return the reader's rows of every table of the registry, without hashes of secrets.

    Times are whole seconds since 1970, UTC.
    """
    tables: JsonObject = {}
    for table in TABLES:
        key = _key(account, table.reader_column)
        columns = [
            row[0]
            for row in await database.rows("select name from pragma_table_info(?)", (table.name,))
            if row[0] not in table.secret
        ]
        rows = await database.rows(
            f"select {', '.join(columns)} from {table.name} where {table.condition}",  # noqa: S608
            (key,),
        )
        tables[table.name] = [dict(zip(columns, row, strict=True)) for row in rows]
    return {"user_id": account.user_id, "tables": tables, "elsewhere": _NOT_HERE}


async def delete_reader(database: ShopDatabase, account: Account) -> None:
    """Delete the account and all rows of its reader, in one transaction.

    Rows that must stay, such as orders, lose the reader (`PersonalTable.cleared`).
    """
    async with database.write() as transaction:
        for statement, key in deletion_statements():
            await transaction.execute(statement, (_key(account, key),))
        await transaction.execute(COUNT_ONE, (today(), DELETION, ""))


def _key(account: Account, column: str) -> SqlValue:
    return account.user_id if column == "user_id" else account.account_id
