"""Containers that pickles build by a call instead of an opcode."""

from __future__ import annotations

from collections.abc import Callable

from bookrec.offline.external.pickles.objects.values import (
    Arguments,
    Name,
    PickleValue,
    as_key,
    damaged,
    same,
)


def encoded(arguments: Arguments) -> bytes:
    """``_codecs.encode(text, "latin1")``: bytes in protocols 0 to 2."""
    if len(arguments) != 2 or type(arguments[0]) is not str or not same(arguments[1], "latin1"):
        raise damaged("it has bytes that are not written as pickle writes them")
    try:
        return arguments[0].encode("latin1")
    except UnicodeEncodeError as error:
        raise damaged("it has bytes that are not written as pickle writes them") from error


def plain_bytes(arguments: Arguments) -> bytes:
    """``bytes()``, ``bytearray(b"...")``, and ``bytearray("text", "latin-1")`` of protocol 2."""
    if not arguments:
        return b""
    if len(arguments) == 2 and same(arguments[1], "latin-1"):
        return encoded((arguments[0], "latin1"))
    if len(arguments) == 1 and type(arguments[0]) is bytes:
        return arguments[0]
    raise damaged("it has bytes that are not written as pickle writes them")


def members(kind: Callable[[list[PickleValue]], PickleValue]) -> Callable[[Arguments], PickleValue]:
    """``set([...])`` and ``frozenset([...])`` of protocols 0 to 3."""

    def make(arguments: Arguments) -> PickleValue:
        if len(arguments) != 1 or type(arguments[0]) is not list:
            raise damaged("it has a set that is not made of a list")
        return kind([as_key(item) for item in arguments[0]])

    return make


def ordered_dict(arguments: Arguments) -> dict[PickleValue, PickleValue]:
    """``OrderedDict()``, whose items follow; protocols 0 and 1 pass a list of pairs instead."""
    if not arguments:
        return {}
    if len(arguments) != 1 or type(arguments[0]) is not list:
        raise damaged("it has a dict that is not made of pairs")
    pairs = arguments[0]
    if not all(type(p) in (list, tuple) and len(p) == 2 for p in pairs):
        raise damaged("it has a dict that is not made of pairs")
    return {as_key(key): value for key, value in pairs}


def default_dict(arguments: Arguments) -> dict[PickleValue, PickleValue]:
    """``defaultdict(factory)``, whose items follow; becomes a plain dict, without factory."""
    if len(arguments) > 1 or not all(a is None or type(a) is Name for a in arguments):
        raise damaged("it has a defaultdict with values for arguments")
    return {}


def counter(arguments: Arguments) -> dict[PickleValue, PickleValue]:
    """``Counter({...})``; becomes a plain dict."""
    if len(arguments) > 1 or not all(type(a) is dict for a in arguments):
        raise damaged("it has a Counter that is not made of a dict")
    return dict(*arguments)


def slice_of(arguments: Arguments) -> slice:
    """``slice(start, stop, step)``: column positions of a data frame's block."""
    if len(arguments) != 3 or not all(a is None or type(a) is int for a in arguments):
        raise damaged(f"it has a slice of {len(arguments)} parts")
    return slice(*arguments)
