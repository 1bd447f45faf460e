"""Models from the checkpoints on this machine."""

from __future__ import annotations

import gc
import logging
from collections.abc import Callable, Hashable
from typing import Any

from core.engine.gauge import Gauge
from core.engine.messages import Memory
from core.engine.slots import Model, Settled, Slot, Wanted
from core.models import planner, registry, sizes
from core.settings import settings

log = logging.getLogger(__name__)
_HOST_SHARE = 0.9
"""Of the free memory of the machine; a process that takes the last of it is killed without a word."""


class Checkpoints:
    """The engine's ordinary :class:`core.engine.slots.Source`."""

    def __init__(self, *, gauge: Gauge | None = None, host_memory: Callable[[], int] | None = None) -> None:
        """``gauge`` reads the GPU; ``host_memory`` tells how many bytes the machine has free."""
        self.device = ""
        self._gauge = gauge or Gauge()
        self._host_memory = host_memory or free_host_memory

    def prepare(self) -> None:
        """Import torch and set the allocator's hard cap, so that a budget is kept and not merely observed."""
        import torch

        from core.models import loading  # noqa: F401  (half a second better spent now than in the first call)

        self.device = torch.cuda.get_device_name() if torch.cuda.is_available() else "cpu"
        self._gauge.prepare(int(settings().gpu_budget_gb * 2**30))
        log.info("computing on %s", self.device)

    def settle(self, wanted: Wanted) -> Settled:
        """Decide as the loader will; ``auto`` on a card is the precision at which all systems' models stay in memory."""
        from core.models.precision import into, ladder, place, quantisable
        from core.models.qwen3_vl import budget

        record = registry.record(wanted.key)
        can_shrink = quantisable(record)
        placement = place(wanted.precision, settings().device, quantisable=can_shrink, preferred=wanted.preferred)
        precision, notes, lower = placement.precision, placement.notes, ()
        if wanted.precision == wanted.preferred == "auto":
            steps = ladder(placement.device, quantisable=can_shrink)
            if placement.device == "cuda":
                precision = planner.resident_precision(record, budget=self._gauge.budget, context=self._gauge.context)
            if precision != steps[0]:
                notes = (*notes, f"모든 시스템의 모델을 GPU 메모리에 함께 두려고 {steps[0]} 대신 {into(precision)} 불러왔습니다.")
            lower = steps[steps.index(precision) + 1 :]
        pixels = budget(record, wanted.max_pixels) if record.kind.startswith("qwen3-vl") else None
        return Settled(Slot(wanted.key, precision, pixels, placement.device), notes, lower)

    def stamp(self, key: str) -> Hashable:
        """Return name, size and time of the checkpoint's files: a retrained or downloaded model is noticed."""
        path = registry.record(key).path
        if not path.is_dir():
            return None
        found = ((entry.name, entry.stat()) for entry in sorted(path.iterdir()) if entry.is_file())
        return tuple((name, stat.st_size, stat.st_mtime_ns) for name, stat in found)

    def load(self, slot: Slot) -> Model:
        """Load through the models' one door.

        Raises:
            MemoryError: the machine has less memory free than the weights take. On a card the allocator says so itself.
        """
        from core.models.loading import load

        record = registry.record(slot.key)
        if slot.device == "cpu" and record.installed:
            needed = sizes.weights_bytes(record, slot.precision, device="cpu")
            if needed > self._host_memory() * _HOST_SHARE:
                raise MemoryError(f"{slot.key} takes {needed} bytes")
        return load(record, precision=slot.precision, device=slot.device, max_pixels=slot.max_pixels)

    def weights_bytes(self, model: Model) -> int | None:
        """Sum the torch modules a model holds."""
        import torch

        from core.models.quantised import module_bytes

        modules = [value for value in vars(model).values() if isinstance(value, torch.nn.Module)]
        return module_bytes(modules) if modules else None

    def expected_bytes(self, slot: Slot) -> int:
        """Plan the weights; models on the CPU do not count."""
        if slot.device == "cpu":
            return 0
        return sizes.weights_bytes(registry.record(slot.key), slot.precision, device=slot.device)

    def working_bytes(self, slot: Slot) -> int:
        """Plan a batch."""
        return sizes.working_bytes(registry.record(slot.key), slot.precision, max_pixels=slot.max_pixels, device=slot.device)

    def budget_bytes(self) -> int | None:
        """Return what CUDA's own share leaves of the set budget or the card; None without a card."""
        budget = self._gauge.budget
        return None if budget is None else budget - self._gauge.context

    def watched(self, action: Callable[[], Any]) -> tuple[Any, int | None, int | None]:
        """Run an action under the gauge."""
        return self._gauge.watched(action)

    def memory(self) -> Memory | None:
        """Read the gauge."""
        return self._gauge.reading()

    def reset_peaks(self) -> None:
        """Let the gauge's peaks begin anew."""
        self._gauge.reset_peaks()

    def release(self) -> None:
        """Collect what the dropped model leaves and empty the allocator's cache."""
        import torch

        gc.collect()
        if torch.cuda.is_initialized():
            torch.cuda.empty_cache()


def free_host_memory() -> int:
    """Return the bytes this process may still take: of the machine, and of the container it runs in."""
    from core.engine.cards import ram

    now = ram()
    return now.total - now.used
