"""``bookrec export-site``: the public half of the site as files."""

from __future__ import annotations

import time
from pathlib import Path

import click

from bookrec.errors import BookrecError
from bookrec.settings import Home
from bookrec.web.export_site.export import ExportPlan, export_site, usable_cores
from bookrec.web.kit.site_settings import from_environment, site_address


@click.command("export-site")
@click.argument("directory", type=click.Path(file_okay=False, path_type=Path))
@click.option(
    "--base-url",
    default="",
    help="Public address of DIRECTORY, for canonical links, sitemap and feed.",
)
@click.option(
    "--api-url",
    default="",
    help="Address of 'bookrec serve', which answers sign-in, shelves and search.",
)
@click.option(
    "--workers",
    type=click.IntRange(1, 64),
    default=None,
    help="Processes that render pages (default: one per core).",
)
@click.pass_obj
def export_site_command(
    home: Home, directory: Path, base_url: str, api_url: str, workers: int | None
) -> None:
    """Write every public page, in every language of the shop, as files for a plain web server.

    A later run renders and writes only what changed, and removes pages of books that are gone. Until
    it is complete the old site stays as it is. Without --api-url nobody can sign in, and search uses
    the index among the files; with it, the server needs BOOKREC_CORS to name the site's origin.

    \b
    Example:
      bookrec export-site /var/www/shop --base-url https://www.example.org \\
          --api-url https://shop.example.org
    """
    settings = from_environment()
    addresses = {"--base-url": base_url, "--api-url": api_url}
    for option, address in addresses.items():
        try:
            addresses[option] = site_address(address)
        except BookrecError as error:
            raise click.BadParameter(str(error), param_hint=option) from error
    if not base_url:
        click.echo(
            "Without --base-url there are no canonical links, no sitemap and no feed.", err=True
        )
    started = time.monotonic()
    report = export_site(
        ExportPlan(
            home=home,
            directory=directory.resolve(),
            templates=settings.templates,
            base_url=addresses["--base-url"],
            api_url=addresses["--api-url"],
            remote_covers=settings.remote_covers,
            workers=workers or usable_cores(),
        )
    )
    seconds = time.monotonic() - started
    click.echo(
        f"{report.books:,} books, {report.files:,} files in {directory}: {report.written:,} written, "
        f"{report.removed:,} removed, the others unchanged ({report.rendered:,} made, {seconds:.0f} s)"
    )
