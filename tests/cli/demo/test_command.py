"""``bookrec demo`` with scripts as its verbs: what happens first, the site meanwhile, a second demo."""

from __future__ import annotations

import re
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import httpx
import pytest
from click.testing import CliRunner

from bookrec.cli.main import cli
from bookrec.settings import Home
from bookrec.snapshot import list_snapshots
from requirements import REPOSITORY

DRIVER = REPOSITORY / "tests" / "support" / "demo_of_scripts.py"


class Demo:
    """A running demo of scripts in a directory."""

    def __init__(self, root: Path, number: int) -> None:
        self.root, self.output_file = root, root / f"output-{number}"
        with self.output_file.open("w") as output:
            self.process = subprocess.Popen(
                [sys.executable, str(DRIVER), "--home", str(root), "demo", "--port", "0"],
                stdout=output,
                stderr=subprocess.STDOUT,
            )

    @property
    def output(self) -> str:
        return self.output_file.read_text(encoding="utf-8")

    def wait_for(self, text: str) -> str:
        """Wait until a text has been printed; return everything printed."""
        give_up_at = time.monotonic() + 120
        while text not in self.output:
            assert self.process.poll() is None, self.output
            assert time.monotonic() < give_up_at, self.output
            time.sleep(0.05)
        return self.output

    @property
    def address(self) -> str:
        match = re.search(r"The site +(http://127\.0\.0\.1:\d+)/", self.output)
        assert match, self.output
        return match[1]

    def sign_in(self) -> httpx.Client:
        """A client of the reader whose password was printed."""
        password = re.search(r"password  (\S+)", self.output)
        assert password, self.output
        answer = httpx.post(
            f"{self.address}/api/v1/session", json={"username": "demo", "password": password[1]}
        )
        assert answer.status_code == 201, answer.text
        headers = {"authorization": f"Bearer {answer.json()['token']}"}
        return httpx.Client(base_url=self.address, headers=headers)

    def stop(self) -> int:
        self.process.send_signal(signal.SIGTERM)
        return self.process.wait(timeout=60)


@pytest.fixture
def start_demo(tmp_path: Path) -> Iterator[Callable[[], Demo]]:
    """Starts demos in one directory; they are stopped at the end of the test."""
    demos: list[Demo] = []

    def start() -> Demo:
        demos.append(Demo(tmp_path, len(demos)))
        return demos[-1]

    yield start
    for demo in demos:
        if demo.process.poll() is None:
            demo.stop()


@pytest.mark.slow
def test_the_site_answers_while_the_demo_trains_and_a_second_demo_starts_from_it(
    start_demo: Callable[[], Demo], tmp_path: Path
) -> None:
    demo = start_demo()
    demo.wait_for("Register as a new reader")
    demo.wait_for("stage  3 of 4")
    popular = httpx.get(f"{demo.address}/api/v1/books/popular", params={"limit": 5}).json()
    assert len(popular["items"]) == 5
    first = popular["items"][0]["book"]["isbn"]
    assert f'href="/books/{first}"' in httpx.get(f"{demo.address}/").text
    with demo.sign_in() as reader:
        shelf = reader.get("/api/v1/me/recommendations").json()
        assert shelf["source"] == "popular"
        rated = shelf["items"][0]["book"]["isbn"]
        assert reader.put(f"/api/v1/me/ratings/{rated}", json={"rating": 9}).status_code == 200
        assert "Built in" not in demo.output, "nothing is trained yet"
        (tmp_path / "go").touch()
        demo.wait_for("Stop           Ctrl-C")
        time.sleep(1.1)  # a worker looks at what is published at most once a second
        shelf = reader.get("/api/v1/me/recommendations").json()
        assert shelf["source"] == "precomputed"
    output = demo.output
    assert output.index("about") < output.index("stage  1 of 4") < output.index("The site  ")
    assert output.index("The site  ") < output.index("stage  3 of 4") < output.index("Built in")
    assert demo.stop() == 0
    with pytest.raises(httpx.TransportError):
        httpx.get(demo.address)
    home = Home(tmp_path / "demo")
    assert len(list_snapshots(home.snapshots)) == 1, "the first snapshot is removed"
    assert "Traceback" not in (home.root / "site.log").read_text()

    second = start_demo()
    second.wait_for("Stop           Ctrl-C")
    assert "is built already" in second.output
    assert "stage " not in second.output
    with second.sign_in() as reader:
        ratings = reader.get("/api/v1/me/ratings").json()
        assert [item["book"]["isbn"] for item in ratings["items"] if item["rating"] == 9][:1] == [
            rated
        ]
    assert second.stop() == 0


@pytest.mark.slow
def test_a_stopped_demo_goes_on_and_leaves_no_process(
    start_demo: Callable[[], Demo], tmp_path: Path
) -> None:
    demo = start_demo()
    demo.wait_for("stage  3 of 4")
    children = Path(f"/proc/{demo.process.pid}/task/{demo.process.pid}/children").read_text()
    assert len(children.split()) == 2, "the site and the training"
    assert demo.stop() == 1
    assert "Stopped" in demo.output
    assert not any(Path(f"/proc/{pid}").exists() for pid in children.split())

    (tmp_path / "go").touch()
    second = start_demo()
    output = second.wait_for("Stop           Ctrl-C")
    assert "stage  1 of 3" in output
    assert "publishing the catalogue" not in output
    assert second.stop() == 0


def test_a_port_in_use_is_a_sentence_before_anything_is_written(tmp_path: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        refused = subprocess.run(
            [sys.executable, "-m", "bookrec", "--home", str(tmp_path), "demo", "--port", str(port)],
            capture_output=True,
            text=True,
            check=False,
        )
    assert refused.returncode == 1
    assert refused.stderr.startswith(f"Error: Port {port} of 127.0.0.1 is in use")
    assert f"make demo PORT={port + 1}" in refused.stderr
    assert refused.stdout == ""
    assert list(tmp_path.iterdir()) == []


def test_make_looks_at_the_port_before_it_installs_anything() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        command = ["make", "--no-print-directory", "demo", "STAMP=/nowhere/installed"]
        refused = subprocess.run(
            [*command, f"PORT={port}", f"PYTHON={sys.executable}"],
            cwd=REPOSITORY,
            capture_output=True,
            text=True,
            check=False,
        )
    assert refused.returncode == 2
    assert refused.stderr.startswith(f"Port {port} of 127.0.0.1 is in use")
    assert f"make demo PORT={port + 1}" in refused.stderr
    assert refused.stdout == ""


@pytest.mark.parametrize("options", [(), ("--fresh",)])
def test_a_directory_that_no_demo_made_stays(tmp_path: Path, options: tuple[str, ...]) -> None:
    (tmp_path / "demo").mkdir()
    (tmp_path / "demo" / "thesis.txt").write_text("years of work")
    command = ["--home", str(tmp_path), "demo", "--no-serve", *options]
    refused = CliRunner().invoke(cli, command)
    assert "was not made by 'bookrec demo'" in str(refused.exception)
    assert [path.name for path in (tmp_path / "demo").iterdir()] == ["thesis.txt"]
