"""An exported site on a plain server of files, with the live site behind it on another port."""

from __future__ import annotations

import contextlib
import os
import threading
from collections.abc import Iterator
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from unittest.mock import patch

from bookrec.settings import Home, templates_directory
from bookrec.web.export_site.export import ExportPlan, ExportReport, export_site


class _Quiet(SimpleHTTPRequestHandler):
    def log_message(self, *arguments: object) -> None:
        """Say nothing."""


@contextlib.contextmanager
def file_server(directory: Path) -> Iterator[str]:
    """Serve a directory as ``python -m http.server`` does; yields the address."""
    directory.mkdir(parents=True, exist_ok=True)
    server = ThreadingHTTPServer(("127.0.0.1", 0), partial(_Quiet, directory=str(directory)))
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}"
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def export(home: Home, directory: Path, base_url: str = "", api_url: str = "") -> ExportReport:
    """Export in this process."""
    return export_site(
        ExportPlan(
            home=home,
            directory=directory,
            templates=templates_directory(),
            base_url=base_url,
            api_url=api_url,
            remote_covers=False,
            workers=1,
        )
    )


def calling_from(*origins: str) -> contextlib.AbstractContextManager[object]:
    """Let servers that start now be called by pages of origins."""
    return patch.dict(os.environ, {"BOOKREC_CORS": " ".join(origins)})
