"""The last look at what was read: plain values and records, of bounded depth and size, no cycles."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import fields
from typing import Any, Final

import numpy as np

from bookrec.offline.external.pickles.format.limits import Limits
from bookrec.offline.external.pickles.format.values import Discarded, Draft, Name, Refusal, damaged
from bookrec.offline.external.pickles.objects.records import RECORDS
from bookrec.offline.external.pickles.objects.word_vectors import VectorsElsewhere

_SCALARS: Final = frozenset({type(None), bool, int, float, str, bytes, range})


class _Visit:
    """A container being looked through: what it holds, and what was found of that so far."""

    __slots__ = ("children", "elements", "height", "value")

    def __init__(self, value: Any, children: Iterable[Any]) -> None:
        self.value = value
        self.children: Iterator[Any] = iter(children)
        self.height = 1
        # Numbers in an array cost little until they are written out, but then as much as any.
        numbers = value.size // 64 if isinstance(value, np.ndarray) else 0
        self.elements = 1 + numbers


def check_plain(root: Any, limits: Limits) -> None:
    """Make sure that ``root`` holds nothing but plain values, arrays and records.

    Shared parts are looked at once but counted each time they come, so a few hundred bytes that
    stand for 2**100 elements are refused before anybody prints or compares them.

    Raises:
        Refusal: it holds something else, itself, or too much.
    """
    finished: dict[int, _Visit] = {}
    open_ids: set[int] = set()
    path: list[_Visit] = []

    def enter(value: Any) -> None:
        path.append(_Visit(value, _children(value)))
        open_ids.add(id(value))

    def count(parent: _Visit, height: int, elements: int) -> None:
        parent.height = max(parent.height, height + 1)
        parent.elements += elements
        if len(path) + height > limits.depth:
            raise Refusal(
                f"has containers nested more than {limits.depth} deep", "save it in flatter form"
            )
        if parent.elements > limits.elements:
            raise Refusal(
                f"stands for more than {limits.elements:,} elements",
                "save its parts in files of their own",
            )

    if _is_scalar(root):
        return
    enter(root)
    while path:
        visit = path[-1]
        for child in visit.children:
            if _is_scalar(child):
                visit.elements += 1
            elif id(child) in open_ids:
                raise Refusal("holds a container that holds itself", "save it without the cycle")
            elif id(child) in finished:
                count(visit, finished[id(child)].height, finished[id(child)].elements)
            else:
                enter(child)
                count(visit, 0, 0)
                break
        else:
            path.pop()
            open_ids.discard(id(visit.value))
            finished[id(visit.value)] = visit
            if path:
                count(path[-1], visit.height, visit.elements)


def _is_scalar(value: Any) -> bool:
    return type(value) in _SCALARS or isinstance(value, np.generic)


def _children(value: Any) -> Iterable[Any]:
    """What a container holds (keys and members of sets are scalars, the machine saw to it)."""
    kind = type(value)
    if kind in (list, tuple, set, frozenset):
        return value
    if kind is dict:
        return value.values()
    if isinstance(value, np.ndarray):
        return value.flat if value.dtype.hasobject else ()
    if kind in RECORDS:
        return [getattr(value, field.name) for field in fields(value)]
    raise _refused(value)


def _refused(value: Any) -> Refusal:
    if isinstance(value, Draft):
        return damaged(f"{value.subject} in it is never completed")
    if isinstance(value, VectorsElsewhere):
        return Refusal(
            f"holds word vectors that lie in another file ({value.attribute})",
            "save the model's word vectors in a file of their own, with model.wv.save(...)",
        )
    if isinstance(value, (Name, Discarded)):
        what = str(value) if isinstance(value, Name) else value.subject
        return Refusal(f"holds {what}, which is of no use by itself", "save the file without it")
    return Refusal(f"holds a bare {type(value).__name__}", "save the file without it")
