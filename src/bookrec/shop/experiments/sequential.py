"""Sequential test of two proportions that may be looked at every day.

The mixture sequential probability ratio test with a normal mixture (Robbins, "Statistical methods
related to the law of the iterated logarithm", Ann. Math. Stat. 1970; Johari, Koomen, Pekelis, Walsh,
"Peeking at A/B tests", KDD 2017). With the difference d of two proportions, its variance v and the
variance t² of the mixture, the likelihood ratio against "no difference" is

    L = sqrt(v / (v + t²)) · exp(t² d² / (2 v (v + t²)))

and ``min 1/L`` over all looks so far is a p-value at each of them: if there is no difference, it ever
falls below α with a probability of at most α. The interval holds all differences with L below 1/α.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from math import exp, inf, log, sqrt
from typing import Final

ALPHA: Final = 0.05
LEAST_READERS: Final = 50
"""Readers of each arm before anything is said: the variance is estimated."""
_MIXTURE: Final = 0.05
"""Standard deviation t of the mixture: a difference that would be worth finding, in proportions."""


@dataclass(frozen=True)
class Proportion:
    """Readers of an arm, and how many of them did something."""

    readers: int
    hits: int

    @property
    def share(self) -> float:
        """Share of the readers; 0 without one."""
        return self.hits / self.readers if self.readers else 0.0


@dataclass(frozen=True)
class SequentialResult:
    """Comparison of an arm with the control at one look."""

    difference: float
    low: float
    """Bounds of the interval, which is valid at every look."""
    high: float
    p_value: float


def compare(control: Proportion, arm: Proportion) -> SequentialResult:
    """Compare two proportions at one look; with too few readers nothing is known."""
    difference = arm.share - control.share
    if min(control.readers, arm.readers) < LEAST_READERS:
        return SequentialResult(difference, -inf, inf, 1.0)
    variance = _variance(control, arm)
    mixed = variance + _MIXTURE**2
    ratio = 0.5 * log(variance / mixed) + _MIXTURE**2 * difference**2 / (2 * variance * mixed)
    half = sqrt(2 * variance * mixed / _MIXTURE**2 * (0.5 * log(mixed / variance) - log(ALPHA)))
    return SequentialResult(
        difference, difference - half, difference + half, min(1.0, exp(-min(ratio, 700.0)))
    )


def over_all_looks(looks: Iterable[tuple[Proportion, Proportion]]) -> float:
    """Return the p-value after several looks at (control, arm): the smallest so far."""
    return min((compare(*look).p_value for look in looks), default=1.0)


def _variance(control: Proportion, arm: Proportion) -> float:
    """Variance of the difference, of the pooled share with one hit and one miss added.

    Under "no difference" both arms have one share; the addition keeps the variance above 0.
    """
    readers = control.readers + arm.readers
    share = (control.hits + arm.hits + 1) / (readers + 2)
    return share * (1 - share) * (1 / control.readers + 1 / arm.readers)
