"""Site of the demo, in a process of its own, so that it answers while the lists are made."""

from __future__ import annotations

import contextlib
import http.client
import subprocess
import time
from collections.abc import Iterator
from typing import Final

from bookrec.cli.demo.build import command_line
from bookrec.errors import BookrecError
from bookrec.settings import Home

HOST: Final = "127.0.0.1"
LOG_NAME: Final = "site.log"
"""File of the demo's home with the log of the site."""
_START_S: Final = 60.0
"""Seconds that a site may take to start on a busy machine."""


class DemoSite:
    """The server of the demo; it starts when it is first needed."""

    def __init__(self, home: Home, port: int) -> None:
        self.home, self.port = home, port
        self.process: subprocess.Popen[bytes] | None = None

    @property
    def address(self) -> str:
        """Address of the site, without a slash at its end."""
        return f"http://{HOST}:{self.port}"

    def start(self) -> None:
        """Start the server and wait until it answers.

        Raises:
            BookrecError: it ended, or did not answer in time.
        """
        if self.process is not None:
            return
        words = ["serve", "--host", HOST, "--port", str(self.port)]
        log_path = self.home.root / LOG_NAME
        with log_path.open("ab") as log:
            self.process = subprocess.Popen(  # noqa: S603
                command_line(self.home, words), stdout=log, stderr=subprocess.STDOUT
            )
        give_up_at = time.monotonic() + _START_S
        while not self._answers():
            if self.process.poll() is not None or time.monotonic() > give_up_at:
                raise BookrecError(
                    f"The site did not start on port {self.port}; see {log_path}, or choose another "
                    "port with --port."
                )
            time.sleep(0.1)

    def wait(self) -> None:
        """Wait until the server ends.

        Raises:
            BookrecError: it failed.
        """
        if self.process is not None and self.process.wait() > 0:
            raise BookrecError(f"The site stopped; see {self.home.root / LOG_NAME}.")

    def stop(self) -> None:
        """End the server if it runs."""
        if self.process is not None and self.process.poll() is None:
            self.process.terminate()
            self.process.wait()

    def _answers(self) -> bool:
        connection = http.client.HTTPConnection(HOST, self.port, timeout=5)
        try:
            connection.request("GET", "/health/live")
            return connection.getresponse().status == http.HTTPStatus.OK
        except OSError:
            return False
        finally:
            connection.close()


@contextlib.contextmanager
def demo_site(home: Home, port: int) -> Iterator[DemoSite]:
    """Make a site that ends with the block."""
    site = DemoSite(home, port)
    try:
        yield site
    finally:
        site.stop()
