"""Banks of Vietnam by short code, with the number (BIN) that NAPAS gives each for transfers."""

from __future__ import annotations

from typing import Final

BINS: Final = {
    "ABB": "970425",
    "ACB": "970416",
    "AGRIBANK": "970405",
    "BAB": "970409",
    "BIDV": "970418",
    "BVB": "970438",
    "EIB": "970431",
    "HDB": "970437",
    "KLB": "970452",
    "LPB": "970449",
    "MB": "970422",
    "MSB": "970426",
    "NAB": "970428",
    "NCB": "970419",
    "OCB": "970448",
    "PGB": "970430",
    "PVCB": "970412",
    "SCB": "970429",
    "SEAB": "970440",
    "SHB": "970443",
    "STB": "970403",
    "TCB": "970407",
    "TPB": "970423",
    "VAB": "970427",
    "VCB": "970436",
    "VIB": "970441",
    "VIETINBANK": "970415",
    "VPB": "970432",
}
"""Short code → BIN."""


def bank_bin(text: str) -> str | None:
    """Return the BIN of a bank's short code or of a BIN itself; None for anything else.

    >>> bank_bin("vcb"), bank_bin("970436"), bank_bin("my bank")
    ('970436', '970436', None)
    """
    code = text.strip().upper()
    if len(code) == 6 and code.isascii() and code.isdecimal():
        return code
    return BINS.get(code)


def bank_name(bin_: str) -> str:
    """Return the short code of a BIN; the BIN itself for a bank that `BINS` lacks."""
    return next((code for code, number in BINS.items() if number == bin_), bin_)
