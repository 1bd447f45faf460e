"""What systems are called and in which order they stand, wherever an evaluation is shown."""

from __future__ import annotations

import re

from core.errors import NotFoundError
from core.evaluation.scenarios import BASELINE, TUNED
from core.search import systems, variants

_NUMBERS = re.compile(r"\d+(?:\.\d+)?")


def label(system: str) -> str:
    """Return what pages call a system, the tuned one included: ``A · Qwen3-VL``.

    Raises:
        NotFoundError: this release has no such system or variant.
    """
    return f"{variants.find(BASELINE).label} (가중치 조정)" if system == TUNED else variants.find(system).label


def title(system: str) -> str:
    """Return the same for whatever was measured under a name; one that this release does not know is called by it."""
    try:
        return label(system)
    except NotFoundError:
        return system


def order(system: str) -> tuple[int, int, tuple[float, ...], str]:
    """Return what sorts systems as the plan lists them: A to E, the keyword baseline, others; variants behind by their numbers."""
    base, _, suffixes = system.partition("@")
    known = list(systems.SYSTEMS)
    place = known.index(base) if base in known else len(known)
    numbers = tuple(float(number) for number in _NUMBERS.findall(suffixes))
    return place, 0 if not suffixes else 1 if system == TUNED else 2, numbers, system
