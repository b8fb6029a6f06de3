"""Sequential sign test of a preference: do more readers prefer the one arm than the other?

Each reader of mixed lists prefers the arm of whose books they opened more; ties say nothing. If both
arms are equal, a preference is the throw of a coin. With w readers for the one arm and l for the other,
the likelihood ratio of "the share is p" against a mixture of shares with the density Beta(k, k) is

    L(p) = B(k + w, k + l) / B(k, k) / (p^w (1 - p)^l)

(Robbins, "Statistical methods related to the law of the iterated logarithm", Ann. Math. Stat. 1970,
with the conjugate mixture of a coin). It is a martingale under p, so by Ville's inequality it ever
exceeds 1/α with a probability of at most α, at any number of looks and readers. ``1/L(1/2)`` is a
p-value, and the shares with L below 1/α are an interval.
"""

from __future__ import annotations

from math import exp, lgamma, log
from typing import Final

from bookrec.shop.experiments.sequential import ALPHA, SequentialResult

_MIXTURE: Final = 20.0
"""k of the mixture: shares between .35 and .65 have most of its weight."""
_STEPS: Final = 60


def compare_preferences(for_control: int, for_arm: int) -> SequentialResult:
    """Compare the readers who prefer the control with those who prefer the arm, at one look.

    The difference is the share of the arm's among them, less a half.
    """
    readers = for_control + for_arm
    if not readers:
        return SequentialResult(0.0, -0.5, 0.5, 1.0)
    share = for_arm / readers
    return SequentialResult(
        share - 0.5,
        _bound(for_arm, for_control, share, 0.0) - 0.5,
        _bound(for_arm, for_control, share, 1.0) - 0.5,
        min(1.0, exp(-_log_ratio(for_arm, for_control, 0.5))),
    )


def _log_ratio(wins: int, losses: int, share: float) -> float:
    """Logarithm of L(share)."""
    mixed = _log_beta(_MIXTURE + wins, _MIXTURE + losses) - _log_beta(_MIXTURE, _MIXTURE)
    return mixed - wins * log(share) - losses * log(1 - share)


def _bound(wins: int, losses: int, share: float, end: float) -> float:
    """End of the interval between the measured share and 0 or 1, by bisection."""
    inside, outside = share, end
    for _ in range(_STEPS):
        middle = (inside + outside) / 2
        if 0 < middle < 1 and _log_ratio(wins, losses, middle) < -log(ALPHA):
            inside = middle
        else:
            outside = middle
    return inside


def _log_beta(a: float, b: float) -> float:
    return lgamma(a) + lgamma(b) - lgamma(a + b)
