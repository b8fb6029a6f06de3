"""Runs ``bookrec train`` with smaller settings than its own, where quality is not what is tested."""

from __future__ import annotations

from functools import partial
from typing import Any
from unittest.mock import patch

from click.testing import CliRunner

from bookrec.cli.main import cli
from bookrec.offline.runtime.tensorflow_start import start_tensorflow
from bookrec.settings import Home


def train_smaller(home: Home, *options: str, **settings: Any) -> None:
    """Run the command in this process; ``settings`` are fields of `TrainSettings`."""
    start_tensorflow()
    from bookrec.offline.training import train_settings

    smaller = partial(train_settings.TrainSettings, **settings)
    with patch.object(train_settings, "TrainSettings", smaller):
        result = CliRunner().invoke(cli, ["--home", str(home.root), "train", *options])
    assert result.exit_code == 0, result.output
