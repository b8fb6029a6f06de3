"""Options of verbs that make a model."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

import click

from bookrec.offline.training.presets import DEFAULT_PRESET, PRESETS

Command = TypeVar("Command", bound=Callable[..., object])


def preset_option(help_line: str) -> Callable[[Command], Command]:
    """Make the option ``--preset``, whose choices are the registered presets."""
    return click.option(
        "--preset",
        type=click.Choice(list(PRESETS)),
        default=DEFAULT_PRESET,
        show_default=True,
        help=help_line,
    )


list_weights_option = click.option(
    "--list-weights/--no-list-weights",
    "weigh_lists",
    default=True,
    show_default=True,
    help="Weigh liking, popularity and exposure in the order of lists, as far as liked held-out books "
    "allow; without it, the model's own logits order them.",
)
