"""Checks of encoders: used, of the right size, and never somebody else's code for the unknown."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from bookrec.offline.external.artifacts.age_labels import is_unknown_label
from bookrec.offline.external.artifacts.encoder import label_text
from bookrec.offline.models.bundle.checked_input import CheckedInput
from bookrec.offline.models.checks.finding import Finding, Level
from bookrec.offline.models.checks.subject import Subject

_FEW = 0.5
"""Below this share of known values, something is amiss."""

_MAP_AGAIN = "mend the mapping and run 'bookrec artifacts import' again"


def check_encoders_used(subject: Subject) -> Iterator[Finding]:
    """An encoder that is missing, or that knows nothing of what it is given.

    Then every reader or book is sent as the same unknown, and the ranking is the same for everybody.
    """
    for one in subject.inputs:
        if one.rows is not None and one.labels is None and one.column != "age":
            yield Finding(
                "encoder used",
                "warning",
                f"{one.name}: {one.column} goes into an embedding of {one.rows:,} rows as it is, "
                f"without an encoder; {_share(one)} are within it.",
                f"name the encoder it was trained with: {_MAP_AGAIN}.",
            )
        if one.labels is None:
            continue
        known = float(one.known.mean()) if len(one.known) else 0.0
        level: Level = "ok" if known >= _FEW else "warning"
        if not one.known.any():
            level = "error"
        if one.is_identity and level == "warning":
            level = "ok"  # how many are known is a check of its own
        yield Finding(
            "encoder used",
            level,
            f"{one.name}: the encoder of {one.column} knows {_share(one)}.",
            ""
            if level == "ok"
            else f"it is an encoder of other data, or spells {one.column} otherwise; {_MAP_AGAIN}, or "
            "import the data it was fitted to.",
            {"known": int(one.known.sum()), "of": len(one.known)},
        )


def _share(one: CheckedInput) -> str:
    return f"{int(one.known.sum()):,} of {len(one.known):,} {one.things}"


def check_encoder_sizes(subject: Subject) -> Iterator[Finding]:
    """An encoder with more or fewer codes than its embedding has rows: not trained together."""
    for one in subject.inputs:
        if one.codes is None or one.rows is None:
            continue
        spare = one.rows - one.size
        level: Level = "error" if spare < 0 else "ok" if spare <= 1 else "warning"
        text = f"{one.name}: {one.size:,} codes, an embedding of {one.rows:,} rows"
        fix = ""
        if level == "error":
            text += f"; {-spare:,} codes have none."
        elif level == "warning":
            text += f"; {spare:,} rows belong to no code."
        else:
            text += "."
        if level != "ok":
            fix = f"take the encoder that the model was trained with; {_MAP_AGAIN}."
        figures = {"codes": one.size, "rows": one.rows}
        yield Finding("encoder size", level, text, fix, figures)


def check_unknown_codes(subject: Subject) -> Iterator[Finding]:
    """What is not known must not be sent as something that is."""
    for one in subject.inputs:
        if one.labels is None or one.codes is None:
            continue
        taken = _label_of(one, one.unknown_code)
        if taken is None or is_unknown_label(taken) or (one.column == "year" and taken in _NO_YEAR):
            yield Finding("unknown", "ok", f"{one.name}: what is not known is {_how(one, taken)}.")
            continue
        missing = int((~one.known).sum())
        level: Level = "error" if one.is_identity else "warning"
        yield Finding(
            "unknown",
            level,
            f"{one.name}: what is not known is sent as code {one.unknown_code}, which is "
            f"{taken!r}: {missing:,} of {len(one.known):,} {one.things} of this data set.",
            f'write unknown = "mean" for this input, or the class that means unknown; {_MAP_AGAIN}.',
            {"unknown_as": taken, "missing": missing},
        )


_NO_YEAR = ("0", "-1")


def _label_of(one: CheckedInput, code: int | None) -> str | None:
    """The label that has a code."""
    assert one.labels is not None
    assert one.codes is not None
    if code is None:
        return None
    places = (one.codes == code).nonzero()[0]
    return label_text(one.labels[int(places[0])]) if len(places) else None


def _how(one: CheckedInput, taken: str | None) -> str:
    if taken is not None:
        return f"its own class {taken!r}"
    return {
        "reserved": "a code of its own",
        "code": "a code that nothing else has",
        "class": "a class of its own",
        "mean": "the mean of all that is",
        "leave out": "not ranked",
        "zeros": "zeros",
        "none": "nothing special",
    }[one.unknown]


def check_id_types(subject: Subject) -> Iterator[Finding]:
    """Ids of another type than the data's, and one id under two types (``"276725"``, ``276725``)."""
    for one in subject.inputs:
        if one.labels is None or not one.is_identity:
            continue
        twice = [key for key, count in Counter(map(label_text, one.labels)).items() if count > 1]
        types = sorted({_type_name(label) for label in one.labels})
        listed = " and ".join(types)
        if twice:
            yield Finding(
                "id types",
                "error",
                f"{one.name}: {len(twice):,} ids have two codes because they were encoded as "
                f"{listed}, {twice[0]!r} among them: half of what was learnt of each is lost.",
                "convert the column to one type before fitting the encoder, and train again.",
                {"ids_with_two_codes": len(twice)},
            )
        elif types != ["text"]:
            yield Finding(
                "id types",
                "ok",
                f"{one.name}: the encoder has ids as {listed}, the data set as text; they are "
                f"compared by value, and {_share(one)} are known.",
                figures={"types": types},
            )
        else:
            yield Finding("id types", "ok", f"{one.name}: ids are text on both sides.")


def _type_name(label: object) -> str:
    if isinstance(label, str):
        return "text"
    return "decimal number" if isinstance(label, float) else "whole number"
