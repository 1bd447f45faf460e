"""What each wish for a model comes down to, and how many precisions ``auto`` had to step down for want of memory."""

from __future__ import annotations

from typing import NamedTuple

from core.engine.slots import Settled, Source, Wanted
from core.models.precision import into


class _Step(NamedTuple):
    """A precision that ``auto`` had to step down to, and the sentence that says so."""

    precision: str
    note: str


class Ladder:
    """Remembers where every model stands, so that the same wish never gives two kinds of vectors."""

    def __init__(self, source: Source) -> None:
        self._source = source
        self._settled: dict[Wanted, Settled] = {}
        self._steps: dict[str, _Step] = {}

    def settle(self, wanted: Wanted) -> Settled:
        """Return what a wish comes down to: what the source decides, or the step below it where the model stands by now."""
        settled = self._settled.get(wanted)
        if settled is None:
            settled = self._source.settle(wanted)
            step = self._steps.get(wanted.key)
            if step is not None and step.precision in settled.lower:
                below = settled.lower[settled.lower.index(step.precision) + 1 :]
                settled = Settled(settled.slot._replace(precision=step.precision), (*settled.notes, step.note), below)
            self._settled[wanted] = settled
        return settled

    def step_down(self, settled: Settled) -> None:
        """Go to the next of ``settled.lower``, for every wish for this model, until :meth:`forget`."""
        key, precision = settled.slot.key, settled.lower[0]
        self._steps[key] = _Step(precision, f"메모리가 모자라 {settled.slot.precision} 대신 {into(precision)} 계산했습니다.")
        self._unsettle(key)

    def forget(self, key: str | None = None) -> None:
        """Let ``auto`` begin at the top again, of one model or of all."""
        for stepped in [each for each in self._steps if key in (None, each)]:
            del self._steps[stepped]
            self._unsettle(stepped)

    def _unsettle(self, key: str) -> None:
        self._settled = {wanted: settled for wanted, settled in self._settled.items() if wanted.key != key}
