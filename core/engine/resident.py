"""One model in memory: what it takes there, since when, and who used it last."""

from __future__ import annotations

import time
from collections.abc import Hashable
from dataclasses import dataclass, field

from core.engine.messages import ModelStatus, Purpose
from core.engine.slots import Model


@dataclass(slots=True)
class Resident:
    """A model, the state of its files when it was loaded, and its figures; bytes are None where nobody can tell."""

    model: Model
    stamp: Hashable
    weights_bytes: int | None
    counted_bytes: int
    """Against the budget; 0 on the CPU."""
    load_s: float
    temporary: bool
    notes: tuple[str, ...]
    planned_bytes: int
    allocated_bytes: int | None
    load_peak_bytes: int | None
    work_peak_bytes: int | None = None
    calls: int = 0
    last_for: Purpose | None = None
    last_used: float = field(default_factory=time.monotonic)

    def status(self, *, now: float) -> ModelStatus:
        """Return how it is at a moment of the monotonic clock."""
        return ModelStatus(
            model=self.model.info,
            weights_bytes=self.weights_bytes,
            calls=self.calls,
            idle_s=now - self.last_used,
            load_s=self.load_s,
            temporary=self.temporary,
            planned_bytes=self.planned_bytes,
            allocated_bytes=self.allocated_bytes,
            load_peak_bytes=self.load_peak_bytes,
            work_peak_bytes=self.work_peak_bytes,
            last_for=self.last_for,
        )
