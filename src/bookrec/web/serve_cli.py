"""``bookrec serve``: the site on granian, with one or more worker processes."""

from __future__ import annotations

import contextlib
import errno
import os
import resource
import socket

import click

from bookrec.errors import BookrecError, SnapshotError
from bookrec.settings import Home
from bookrec.shop.schema import migrate
from bookrec.snapshot import current_snapshot

_MOST_CONNECTIONS = 8_000
_OTHER_FILES = 192
_BACKLOG = 2_048
_HEADERS_MS = 10_000
"""Milliseconds in which the headers of a request arrive."""


@click.command()
@click.option("--host", default="127.0.0.1", show_default=True, help="Address to listen on.")
@click.option(
    "--port",
    type=click.IntRange(0, 65535),
    default=8000,
    show_default=True,
    help="Port to listen on; 0 takes a free one.",
)
@click.option(
    "--workers",
    type=click.IntRange(1, 64),
    default=1,
    show_default=True,
    help="Worker processes.",
)
@click.pass_obj
def serve(home: Home, host: str, port: int, workers: int) -> None:
    """Serve the site until Ctrl-C or SIGTERM.

    It follows the published snapshot: no restart is needed after 'bookrec score' or 'bookrec nightly'.
    Settings: BOOKREC_REMOTE_COVERS=1 shows covers from other hosts, BOOKREC_SECURE_COOKIES=1 marks
    cookies Secure behind a proxy that ends TLS, BOOKREC_BEHIND_PROXY=1 tells clients apart by the
    last address of the proxy's X-Forwarded-For, BOOKREC_COMPRESSION=0 leaves compression to the
    proxy, BOOKREC_CORS=https://www.example.org lets the pages of that origin call the API
    (docs/export-site.md). A proxy must pass the Host header on. BOOKREC_SITE is the site's address in
    e-mail and for search engines, BOOKREC_SMTP and BOOKREC_MAIL_FROM set up e-mail
    (docs/accounts.md). The log goes to stderr, one line of key=value pairs per event.

    \b
    Example:
      bookrec serve --port 8080 --workers 2
    """
    run_site(home, host, port, workers)


def run_site(home: Home, host: str, port: int, workers: int) -> None:
    """Serve the site of a home directory until Ctrl-C or SIGTERM.

    Raises:
        BookrecError: the address cannot be listened on.
        ShopError: the shop's database was written by a newer bookrec.
    """
    # Imported here: the command's help must not wait for the server.
    from granian import Granian
    from granian.constants import Interfaces
    from granian.http import HTTP1Settings

    from bookrec.web.kit.log import logging_config

    port = free_port(host, port)
    migrate(home.shop_database)
    with contextlib.suppress(KeyboardInterrupt):
        # Worker processes read the home directory from the environment.
        os.environ["BOOKREC_HOME"] = str(home.root)
        server = Granian(
            "bookrec.web.app:application",
            factory=True,
            interface=Interfaces.ASGI,
            address=host,
            port=port,
            workers=workers,
            websockets=False,
            log_level="warning",  # type: ignore[arg-type]
            log_dictconfig=logging_config(),
            respawn_failed_workers=True,
            # Connections that say nothing must not keep others out.
            backpressure=_most_connections(),
            backlog=_BACKLOG,
            http1_settings=HTTP1Settings(header_read_timeout=_HEADERS_MS),
            workers_kill_timeout=10,
        )
        server.on_startup(lambda: _print_address(home, host, port))
        server.serve()


def _most_connections() -> int:
    """Connections that a worker serves at once: as many as it may have files, less some for itself."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = _MOST_CONNECTIONS + _OTHER_FILES
    if soft != resource.RLIM_INFINITY and soft < wanted:
        most = wanted if hard == resource.RLIM_INFINITY else min(hard, wanted)
        # Workers inherit it.
        resource.setrlimit(resource.RLIMIT_NOFILE, (max(soft, most), hard))
        soft = max(soft, most)
        return max(64, min(_MOST_CONNECTIONS, soft - _OTHER_FILES))
    return _MOST_CONNECTIONS


def _print_address(home: Home, host: str, port: int) -> None:
    shown = f"[{host}]" if ":" in host else host
    click.echo(f"Serving http://{shown}:{port}/ (stop with Ctrl-C)")
    try:
        click.echo(f"Snapshot {current_snapshot(home.snapshots).name}")
    except SnapshotError as error:
        click.echo(f"Pages answer 503 for now: {error}", err=True)


def free_port(host: str, port: int) -> int:
    """Return the port to listen on; for 0 one that is free at this moment.

    Raises:
        BookrecError: the port is in use, or the address is not one of this machine.
    """
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    try:
        with socket.socket(family) as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind((host, port))
            chosen: int = probe.getsockname()[1]
            return chosen
    except OSError as error:
        if error.errno == errno.EADDRINUSE:
            raise BookrecError(
                f"Port {port} of {host} is in use; choose another with --port."
            ) from error
        raise BookrecError(
            f"Cannot listen on {host} port {port}: {error.strerror or error}; "
            "choose another with --host and --port."
        ) from error
