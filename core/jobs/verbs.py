"""Which verbs can be jobs. Imports nothing: the command line reads it before anything else."""

from __future__ import annotations

from collections.abc import Sequence

TAKES_ENGINE = {"embed": True, "evaluate": True, "runs": True, "bench": True, "import": False, "poc": True, "models download": False,
                "labels pool": True, "report": False, "backup": False}
"""Whether a verb, or one action of it, computes with models; those that do take turns."""

_ANEW = ("bench", "report", "backup")


def found(arguments: Sequence[str]) -> str | None:
    """Return which of the verbs a command line begins with, None where it cannot be a job."""
    return next((name for name in (" ".join(arguments[:2]), *arguments[:1]) if name in TAKES_ENGINE), None)


def goes_on(arguments: Sequence[str]) -> bool:
    """Return whether a second run goes on where the first one stopped; one that does not begins at the beginning."""
    return found(arguments) not in _ANEW
