"""``bookrec shop report``: the shop today as text or JSON."""

from __future__ import annotations

from dataclasses import asdict

import click
import msgspec

from bookrec.settings import Home
from bookrec.shop.connections import opened
from bookrec.shop.owner.business import Business, read_business
from bookrec.shop.owner.nightly_log import NightlyRun, read_runs
from bookrec.shop.selling.currencies import major_units

_MOST_SEARCHES = 10


@click.command()
@click.option(
    "--days", type=click.IntRange(1, 365), default=7, show_default=True, help="Days to sum up."
)
@click.option("--json", "as_json", is_flag=True, help="Print JSON, with the figures of each day.")
@click.pass_obj
def report(home: Home, days: int, as_json: bool) -> None:
    """Report orders, revenue, new readers, failed searches, sources of lists and the last night.

    \b
    Example:
      bookrec shop report
      bookrec shop report --days 30 --json
    """
    from bookrec.web.owner.shown_books import searches_without_hits

    with opened(home.shop_database) as connection:
        business = read_business(connection, days)
        searches = searches_without_hits(connection, days, _MOST_SEARCHES)
    runs = read_runs(home.nightly_log, 1)
    if as_json:
        content = asdict(business) | {
            "searches": [{"query": query, "searches": count} for query, count in searches],
            "night": asdict(runs[0]) if runs else None,
        }
        click.echo(msgspec.json.format(msgspec.json.encode(content), indent=2).decode())
        return
    for line in _lines(business, searches, runs):
        click.echo(line)


def _lines(
    business: Business, searches: list[tuple[str, int]], runs: list[NightlyRun]
) -> list[str]:
    count = len(business.days)
    lines = [f"{'':22}{'today':>16}{f'{count} days':>18}"]
    if business.sample:
        lines.insert(0, "This business is made up by the demo.")
    lines.append(_row("orders", business.orders))
    for currency, amounts in business.revenue.items():
        today, total = _amount(amounts[-1], currency), _amount(sum(amounts), currency)
        lines.append(f"{'revenue':22}{today:>16}{total:>18}")
    lines.append(_row("new readers", business.new_readers))
    lines += [_row(f"lists: {source}", counts) for source, counts in business.sources.items()]
    lines.append(_row("data downloads", business.downloads))
    lines.append(_row("accounts deleted", business.deletions))
    if searches:
        lines.append("Looked for and not found:")
        lines += [f"  {times:>4}  {query}" for query, times in searches]
    if runs:
        last = runs[0]
        what = last.snapshot_id or last.reason
        lines.append(
            f"Last night {last.started_at}: {last.outcome.replace('_', ' ')} {what}".rstrip()
        )
    return lines


def _row(name: str, numbers: list[int]) -> str:
    return f"{name:22}{numbers[-1]:>16,}{sum(numbers):>18,}"


def _amount(minor: int, currency: str) -> str:
    return f"{major_units(minor, currency):,} {currency}"
