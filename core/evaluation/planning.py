"""How many more queries would settle what these could not."""

from __future__ import annotations

import math
from statistics import NormalDist

from core.evaluation.resampling import CONFIDENCE

POWER = 0.8
ALPHA = round(1 - CONFIDENCE, 12)  # 1 - 0.95 is a little more than 0.05: a p of exactly 0.05 would be below it


def groups_to_settle(effect: float, spread: float, *, alpha: float = ALPHA, power: float = POWER,
                     two_sided: bool = True) -> int | None:
    """Return how many groups a test needs to find an effect as large as observed, with the given power.

    n = ((z of the test + z of the power) · spread / effect)², the normal approximation of the paired test.

    Args:
        effect: distance of the observed mean from where it would have to be told from (0, or a threshold).
        spread: standard deviation over groups.
        alpha: level of the test; a corrected test has a stricter one.

    Returns:
        None where the effect is 0: no number of queries tells it from there.
    """
    if not effect:
        return None
    level = 1 - alpha / (2 if two_sided else 1)
    distance = NormalDist().inv_cdf(level) + NormalDist().inv_cdf(power)
    return max(2, math.ceil((distance * spread / effect) ** 2))


def queries_to_settle(effect: float, spread: float, *, queries: int, groups: int, alpha: float = ALPHA) -> int | None:
    """Return how many queries more would settle it, at as many queries a group as there are now.

    Returns:
        0 where there are enough already, None where the effect is 0.
    """
    needed = groups_to_settle(effect, spread, alpha=alpha)
    return None if needed is None else max(0, math.ceil((needed - groups) * queries / groups))
