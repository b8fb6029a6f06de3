"""Evidence in bytes: which languages place such bytes beside such letters."""

from __future__ import annotations

import re
from typing import Final

_UTF8_SEQUENCE: Final = re.compile(
    rb"[\xc2-\xdf][\x80-\xbf]|[\xe0-\xef][\x80-\xbf]{2}|[\xf0-\xf4][\x80-\xbf]{3}"
)
_HIGH: Final = re.compile(rb"[\x80-\xff]")
_LETTER: Final = rb"[A-Za-z\xc0-\xd6\xd8-\xf6\xf8-\xff]"

# windows-1258: CC grave, D2 hook, DE tilde, EC acute, F2 dot below; each follows its vowel.
_PLAIN: Final = rb"AEIOUYaeiouy"
_MODIFIED: Final = rb"\xc2\xc3\xca\xd4\xd5\xdd\xe2\xe3\xea\xf4\xf5\xfd"
_VIETNAMESE: Final = re.compile(
    rb"(?:"
    rb"[" + _MODIFIED + rb"][\xcc\xd2\xde\xec\xf2]"  # two accents in a row: no Western language
    rb"|[aeiouy][\xcc\xd2\xde]"  # in windows-1252, a capital inside a word
    rb"|[" + _PLAIN + rb"]\xec"
    rb"|[aoyAOY]\xf2"
    rb"|[" + _PLAIN + rb"]\xf2(?=[cnmptg])"
    rb"|\xfd\xf5|\xdd\xd5|\xdd\xf5"  # ươ
    rb"|(?<!" + _LETTER + rb")[\xd0\xf0](?=[" + _PLAIN + rb"\xc0-\xff])"  # đ begins a syllable
    rb"|\xe3(?=n|m|c|p|t)|\xc3(?=N|M|C|P|T)"  # ăn, ăm: Portuguese writes an, am there
    rb")"
)
_NOT_VIETNAMESE: Final = re.compile(
    rb"(?:"
    rb"[\xe3\xc3\xf5\xd5](?=[oeaOEA])"  # são, mãe, ações
    rb"|\xe3(?=s?(?![A-Za-z\x80-\xff]))"  # irmã, maçãs
    rb"|(?<=[b-df-hj-np-tv-xzB-DF-HJ-NP-TV-XZ])[\xcc\xd2\xde\xec\xf2]"  # a tone without a vowel
    rb"|(?<!" + _LETTER + rb")[\xcc\xd2\xde\xec\xf2\xfe](?=[A-Za-z])"
    rb"|(?<=[A-Za-z\xc0-\xff])[\xf0\xfe](?![\xf2\xec])"  # með, það
    rb"|[\xe4\xf6\xfc\xdf\xf1\xe7\xe5\xe6\xf8\xc4\xd6\xdc\xd1\xc7\xc5\xc6\xd8\xee\xef\xeb]"
    rb")"
)

# Bytes that are signs in windows-1252; inside words they show another encoding. Apostrophes,
# dashes, a full point, a soft hyphen and a middle dot may stand there.
_SIGN_IN_WORD: Final = re.compile(
    rb"(?<=[a-z\xdf-\xff])"
    rb"[\x80-\x84\x86-\x8a\x8c-\x8f\x90\x95\x98\x9b\x9d\x9f\xa1-\xac\xae-\xb1\xb5\xb6\xb8-\xbf]"
    rb"(?=[a-z])"
)
_LONG_RUN: Final = re.compile(rb"[\x80-\xff]{4,}")
_TCVN3: Final = re.compile(rb"\xae[a-z\x80-\xff]|[a-z][\xb5-\xb9\xbb-\xc6\xa8-\xad](?![A-Z])")
_VISCII: Final = re.compile(rb"[a-z][\xa4-\xae\xb5-\xbe\xd5-\xd8](?=[a-z]| |$)")
_VNI: Final = re.compile(rb"[aeouAEOU][\xe2\xe1\xe0\xe5\xe4\xe3\xf9\xf8\xfb\xf5\xef\xea\xe9\xe8]")
_VNI_CERTAIN: Final = 8
"""Fewer pairs of a vowel and a mark may be French or German words."""


def vietnamese_evidence(content: bytes) -> tuple[int, int]:
    """Count places that windows-1258 explains and windows-1252 does not, and the reverse."""
    rest = _UTF8_SEQUENCE.sub(b"?", content)
    return (
        sum(1 for _ in _VIETNAMESE.finditer(rest)),
        sum(1 for _ in _NOT_VIETNAMESE.finditer(rest)),
    )


def foreign_evidence(content: bytes) -> str:
    """Return a clause on why a text is in none of the encodings that are read; "" if it may be."""
    sequences = sum(1 for m in _UTF8_SEQUENCE.finditer(content) if m.group() != b"\xef\xbf\xbd")
    rest = _UTF8_SEQUENCE.sub(b"?", content)
    n_high = sum(1 for _ in _HIGH.finditer(rest))
    if sequences >= 20 and sequences >= 20 * n_high:
        return f"the rest is UTF-8, so the file is damaged at {n_high} bytes"
    signs = sum(1 for _ in _SIGN_IN_WORD.finditer(rest))
    runs = (m.group() for m in _LONG_RUN.finditer(content))
    in_runs = sum(len(run) for run in runs if _UTF8_SEQUENCE.sub(b"", run))
    if in_runs > 0.3 * n_high and in_runs > 8:
        return f"it is of a script that is not Latin{_guess(content)}"
    if signs and 10 * signs >= n_high:
        names = {"TCVN3": _TCVN3, "VISCII": _VISCII}
        counts = {name: len(pattern.findall(rest)) for name, pattern in names.items()}
        best = max(counts, key=lambda name: counts[name])
        if 2 * counts[best] >= n_high:
            return "signs stand inside its words, as in Vietnamese of TCVN3 (ABC) or VISCII"
        return f"signs stand inside its words, as no windows-1252 has{_guess(content)}"
    pairs = len(_VNI.findall(rest)) + len(re.findall(rb"(?<![A-Za-z])[\xf1\xd1][aeiou]", rest))
    if pairs >= _VNI_CERTAIN and 10 * pairs >= 9 * n_high:
        return "vowels are followed by marks as in Vietnamese of VNI"
    return ""


def _guess(content: bytes) -> str:
    """Ask charset-normalizer for a name, for the message only."""
    from charset_normalizer import from_bytes

    lines = [line for line in content[: 1 << 20].split(b"\n") if _HIGH.search(line)]
    best = from_bytes(b"\n".join(lines)[:20_000]).best()
    return "" if best is None else f" (charset-normalizer guesses {best.encoding})"
