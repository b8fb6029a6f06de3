"""Registry of list makers, in the order of the reports. A maker is imported when it is fitted."""

from __future__ import annotations

from pkgutil import resolve_name
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    # The command line lists makers without SciPy.
    from bookrec.offline.evaluation.sessions.makers.maker import SessionMaker

_MAKERS = "bookrec.offline.evaluation.sessions.makers"

MAKERS: Final = {
    "popular": f"{_MAKERS}.popular:POPULAR",
    "popular-of-the-day": f"{_MAKERS}.popular:POPULAR_OF_THE_DAY",
    "static": f"{_MAKERS}.fold_in:STATIC",
    "static-recent": f"{_MAKERS}.fold_in:STATIC_RECENT",
    "fold-in": f"{_MAKERS}.fold_in:FOLD_IN",
    "item-knn": f"{_MAKERS}.item_knn:ITEM_KNN",
    "vs-knn": f"{_MAKERS}.vs_knn:VS_KNN",
    "blended-similar": f"{_MAKERS}.blended:BLENDED_SIMILAR",
    "blended": f"{_MAKERS}.blended:BLENDED",
    "gru4rec": f"{_MAKERS}.gru4rec:GRU4REC",
}
"""Name of each list maker → ``module:attribute`` of its `SessionMaker`."""

OPTIONAL: Final = frozenset({"gru4rec"})
"""Makers that only run if they are named: they train a network."""


def maker_named(name: str) -> SessionMaker:
    """Import a list maker of the registry."""
    maker: SessionMaker = resolve_name(MAKERS[name])
    return maker


def chosen_makers(text: str) -> list[str]:
    """Parse a comma-separated list of names; ``all`` leaves out the `OPTIONAL` ones.

    Raises:
        KeyError: a name is not in the registry; its argument is a sentence for the user.
    """
    names = [name.strip() for name in text.split(",") if name.strip() not in ("", "none")]
    if "all" in names:
        usual = [name for name in MAKERS if name not in OPTIONAL]
        names = [*usual, *(name for name in names if name != "all")]
    for name in names:
        if name not in MAKERS:
            raise KeyError(f"there is no list maker {name!r}; known are {', '.join(MAKERS)}.")
    return [name for name in MAKERS if name in names]
