"""Checks of encoders: use, size, replacement of unknown values, types of ids."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from bookrec.offline.external.artifacts.age_labels import is_unknown_label
from bookrec.offline.external.artifacts.encoder import label_text
from bookrec.offline.models.bundle.checked_input import CheckedInput
from bookrec.offline.models.checks.finding import Finding, Level
from bookrec.offline.models.checks.subject import Subject

_FEW = 0.5
"""Share of known values below which the finding is a warning."""

_MAP_AGAIN = "fix the mapping and run 'bookrec artifacts import' again"


def check_encoders_used(subject: Subject) -> Iterator[Finding]:
    """Find encoders that are missing or know none of the values.

    The model then gets the same unknown value for every reader or book, and ranks alike for all.
    """
    for feature in subject.inputs:
        if feature.rows is not None and feature.labels is None and feature.column != "age":
            yield Finding(
                "encoder used",
                "warning",
                f"{feature.name}: {feature.column} goes into an embedding of {feature.rows:,} rows as "
                f"it is, without an encoder; {_share(feature)} are within it.",
                f"name the encoder it was trained with: {_MAP_AGAIN}.",
            )
        if feature.labels is None:
            continue
        known = float(feature.known.mean()) if len(feature.known) else 0.0
        level: Level = "ok" if known >= _FEW else "warning"
        if not feature.known.any():
            level = "error"
        if feature.is_identity and level == "warning":
            level = "ok"  # the checks of coverage report the share
        yield Finding(
            "encoder used",
            level,
            f"{feature.name}: the encoder of {feature.column} knows {_share(feature)}.",
            ""
            if level == "ok"
            else f"it is an encoder of other data, or spells {feature.column} otherwise; "
            f"{_MAP_AGAIN}, or import the data it was fitted to.",
            {"known": int(feature.known.sum()), "of": len(feature.known)},
        )


def _share(feature: CheckedInput) -> str:
    return f"{int(feature.known.sum()):,} of {len(feature.known):,} {feature.things}"


def check_encoder_sizes(subject: Subject) -> Iterator[Finding]:
    """Compare the codes of each encoder with the rows of its embedding.

    They differ if encoder and model were not trained together.
    """
    for feature in subject.inputs:
        if feature.codes is None or feature.rows is None:
            continue
        spare = feature.rows - feature.size
        level: Level = "error" if spare < 0 else "ok" if spare <= 1 else "warning"
        text = f"{feature.name}: {feature.size:,} codes, an embedding of {feature.rows:,} rows"
        fix = ""
        if level == "error":
            text += f"; {-spare:,} codes have none."
        elif level == "warning":
            text += f"; {spare:,} rows belong to no code."
        else:
            text += "."
        if level != "ok":
            fix = f"take the encoder that the model was trained with; {_MAP_AGAIN}."
        figures = {"codes": feature.size, "rows": feature.rows}
        yield Finding("encoder size", level, text, fix, figures)


def check_unknown_codes(subject: Subject) -> Iterator[Finding]:
    """Check that no unknown value is replaced by the code of a known one."""
    for feature in subject.inputs:
        if feature.labels is None or feature.codes is None:
            continue
        label = _label_of(feature, feature.unknown_code)
        if (
            label is None
            or is_unknown_label(label)
            or (feature.column == "year" and label in _NO_YEAR)
        ):
            text = f"{feature.name}: what is not known is {_replacement(feature, label)}."
            yield Finding("unknown", "ok", text)
            continue
        missing = int((~feature.known).sum())
        level: Level = "error" if feature.is_identity else "warning"
        yield Finding(
            "unknown",
            level,
            f"{feature.name}: what is not known is sent as code {feature.unknown_code}, which is "
            f"{label!r}: {missing:,} of {len(feature.known):,} {feature.things} of this data set.",
            f'write unknown = "mean" for this input, or the class that means unknown; {_MAP_AGAIN}.',
            {"unknown_as": label, "missing": missing},
        )


_NO_YEAR = ("0", "-1")


def _label_of(feature: CheckedInput, code: int | None) -> str | None:
    """Return the label of a code; None if no label has it."""
    assert feature.labels is not None
    assert feature.codes is not None
    if code is None:
        return None
    places = (feature.codes == code).nonzero()[0]
    return label_text(feature.labels[int(places[0])]) if len(places) else None


def _replacement(feature: CheckedInput, label: str | None) -> str:
    """Describe the replacement of unknown values."""
    if label is not None:
        return f"its own class {label!r}"
    return {
        "reserved": "a code of its own",
        "code": "a code that nothing else has",
        "class": "a class of its own",
        "mean": "the mean of all that is",
        "leave out": "not ranked",
        "zeros": "zeros",
        "none": "nothing special",
    }[feature.unknown]


def check_id_types(subject: Subject) -> Iterator[Finding]:
    """Find ids of another type than the data set's, and ids under two types (``"8"`` and ``8``)."""
    for feature in subject.inputs:
        if feature.labels is None or not feature.is_identity:
            continue
        duplicates = [
            key for key, count in Counter(map(label_text, feature.labels)).items() if count > 1
        ]
        types = sorted({_type_name(label) for label in feature.labels})
        listed = " and ".join(types)
        if duplicates:
            yield Finding(
                "id types",
                "error",
                f"{feature.name}: {len(duplicates):,} ids have two codes because they were encoded as "
                f"{listed}, {duplicates[0]!r} among them: half of what was learnt of each is lost.",
                "convert the column to one type before fitting the encoder, and train again.",
                {"ids_with_two_codes": len(duplicates)},
            )
        elif types != ["text"]:
            yield Finding(
                "id types",
                "ok",
                f"{feature.name}: the encoder has ids as {listed}, the data set as text; they are "
                f"compared by value, and {_share(feature)} are known.",
                figures={"types": types},
            )
        else:
            yield Finding("id types", "ok", f"{feature.name}: ids are text on both sides.")


def _type_name(label: object) -> str:
    if isinstance(label, str):
        return "text"
    return "decimal number" if isinstance(label, float) else "whole number"
