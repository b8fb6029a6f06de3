"""Final check of a value that was read: plain, without cycles, of limited depth and size."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import fields, is_dataclass
from typing import Final

import numpy as np

from bookrec.offline.external.pickles.machine.limits import Limits
from bookrec.offline.external.pickles.objects.records import RECORDS
from bookrec.offline.external.pickles.objects.values import (
    Discarded,
    Draft,
    Name,
    PickleValue,
    Refusal,
    damaged,
)
from bookrec.offline.external.pickles.objects.word_vectors import VectorsElsewhere

_SCALARS: Final = frozenset({type(None), bool, int, float, str, bytes, range})


class _Container:
    """A container under inspection: its children, and the height and elements counted so far."""

    __slots__ = ("children", "elements", "height", "value")

    def __init__(self, value: PickleValue, children: Iterable[PickleValue]) -> None:
        self.value = value
        self.children: Iterator[PickleValue] = iter(children)
        self.height = 1
        # A number in an array takes little memory, but printed it costs as much as any element.
        numbers = value.size // 64 if isinstance(value, np.ndarray) else 0
        self.elements = 1 + numbers


def check_plain(root: PickleValue, limits: Limits) -> None:
    """Check that ``root`` holds only plain values, arrays and records.

    A shared part is inspected once, but counted at each occurrence. So a few hundred bytes that stand
    for 2**100 elements are refused before they are printed or compared.

    Raises:
        Refusal: it holds another object, a cycle, too many elements or too deep a nesting.
    """
    finished: dict[int, _Container] = {}
    open_ids: set[int] = set()
    path: list[_Container] = []

    def enter(value: PickleValue) -> None:
        path.append(_Container(value, _children(value)))
        open_ids.add(id(value))

    def count(parent: _Container, height: int, elements: int) -> None:
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
        container = path[-1]
        for child in container.children:
            if _is_scalar(child):
                container.elements += 1
            elif id(child) in open_ids:
                raise Refusal("holds a container that holds itself", "save it without the cycle")
            elif id(child) in finished:
                count(container, finished[id(child)].height, finished[id(child)].elements)
            else:
                enter(child)
                count(container, 0, 0)
                break
        else:
            path.pop()
            open_ids.discard(id(container.value))
            finished[id(container.value)] = container
            if path:
                count(path[-1], container.height, container.elements)


def _is_scalar(value: PickleValue) -> bool:
    return type(value) in _SCALARS or isinstance(value, np.generic)


def _children(value: PickleValue) -> Iterable[PickleValue]:
    """Values in a container; keys and members of sets are scalars, which `as_key` has checked."""
    children: Iterable[PickleValue] = ()
    if type(value) in (list, tuple, set, frozenset):
        children = value
    elif type(value) is dict:
        children = value.values()
    elif isinstance(value, np.ndarray):
        children = value.flat if value.dtype.hasobject else ()
    elif type(value) in RECORDS and is_dataclass(value):
        children = [getattr(value, field.name) for field in fields(value)]
    else:
        raise _refused(value)
    return children


def _refused(value: PickleValue) -> Refusal:
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
