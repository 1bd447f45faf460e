"""How the gates on speed, memory and stability stand: one line a gate, with the newest evidence that counts or why there is none."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from core.bench.looking import SOURCES
from core.evaluation.verdict import gates
from core.evaluation.verdict.body import Evidence
from core.evaluation.verdict.gates import Gate
from core.store.measurements import Measurement

Word = Literal["pass", "fail", "uncounted", "nothing"]


@dataclass(frozen=True, slots=True)
class Standing:
    """A gate and what is known of it."""

    gate: Gate
    evidence: Evidence

    @property
    def word(self) -> Word:
        """``uncounted``: there is a figure, but a verdict does not take it; ``nothing``: there is none."""
        if self.evidence.value is None:
            return "nothing"
        if self.evidence.lacking:
            return "uncounted"
        return "pass" if self.gate.holds(self.evidence.value) else "fail"

    @property
    def measurements(self) -> tuple[int, ...]:
        """The numbers of the measurements it rests on."""
        return tuple(int(proof.link["measurement"]) for proof in self.evidence.proofs if "measurement" in proof.link)


def standings(measured: Sequence[Measurement]) -> tuple[Standing, ...]:
    """Return the gates that benches speak to, in the file's order, exactly as the verdict sees them.

    Args:
        measured: of all kinds, in any order.
    """
    known = gates.load()
    return tuple(Standing(gate, SOURCES[gate.source](gate, known, measured)) for gate in known.gates if gate.source in SOURCES)
