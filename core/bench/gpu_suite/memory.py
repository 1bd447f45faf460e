"""The card's memory: a cap that is enforced, and three figures that must not be taken for one another.

*allocated* is what tensors take, *reserved* what the allocator holds for them, and *process* what the driver counts: the
reserved memory plus the CUDA context and whatever libraries take past the allocator.
"""

from __future__ import annotations

import os
from dataclasses import dataclass

from core.engine.gauge import Gauge as CardGauge

GIB = 2**30
GB = 10**9


@dataclass(frozen=True, slots=True)
class Budget:
    """A limit on one process's memory on the card, in bytes."""

    total: int
    outside_allocator: int
    """The context and the libraries; the cap leaves room for them."""
    allocator_cap: int

    def as_dict(self) -> dict[str, float | int]:
        """Return plain numbers for JSON."""
        return {"gib": self.total / GIB, "bytes": self.total, "outside_allocator_bytes": self.outside_allocator,
                "allocator_cap_bytes": self.allocator_cap}


class Gauge:
    """Reads the memory of this process; on a CPU only its resident set. The card is capped as the engine caps it."""

    def __init__(self, device: str) -> None:
        self.device = device
        self._card = CardGauge()
        self._room_at_start = 0
        """Bytes free or held by the allocator when the context was in place: what is gone since went past the allocator."""

    def start(self, *, budget_gib: float) -> Budget | None:
        """Create the CUDA context, load the matrix library and set the allocator's hard cap; None on a CPU."""
        if self.device != "cuda":
            return None
        import torch

        wanted = int(budget_gib * GIB)
        self._card.prepare(wanted)
        self._room_at_start = torch.cuda.mem_get_info()[0] + torch.cuda.memory_reserved()
        total = torch.cuda.get_device_properties(torch.cuda.current_device()).total_memory
        return Budget(wanted, self._card.context, min(wanted, total) - self._card.context)

    def reset_peak(self) -> None:
        """Begin a new peak."""
        self._card.reset_peaks()

    def release(self) -> None:
        """Collect what was dropped and give the allocator's cache back."""
        import gc

        gc.collect()
        if self.device == "cuda":
            import torch

            torch.cuda.empty_cache()

    def allocated(self) -> int:
        """Return the bytes of tensors on the card."""
        if self.device != "cuda":
            return 0
        import torch

        return torch.cuda.memory_allocated()

    def reserved(self) -> int:
        """Return the bytes the allocator holds."""
        if self.device != "cuda":
            return 0
        import torch

        return torch.cuda.memory_reserved()

    def rss_bytes(self) -> int:
        """Return the process's resident set."""
        import psutil

        return psutil.Process(os.getpid()).memory_info().rss

    def vram_gb(self, *, weights: int | None = None) -> dict[str, float | int | None]:
        """Return GB (10⁹ bytes, as the gate counts them); what was not measured is None, on a CPU all of it."""
        names = ("weights", "allocated", "reserved", "peak_allocated", "peak_reserved", "outside_allocator", "process",
                 "peak_process", "driver_process", "ooms_so_far", "alloc_retries_so_far")
        if self.device != "cuda":
            return dict.fromkeys(names)
        import torch

        now = self._card.reading()
        if now is None:
            raise RuntimeError("the card has not been prepared")
        outside = self.outside()
        figures = {
            "weights": weights, "allocated": now.allocated, "reserved": now.reserved, "peak_allocated": now.peak_allocated,
            "peak_reserved": now.peak_reserved, "outside_allocator": outside, "process": now.reserved + outside,
            "peak_process": now.peak_reserved + outside, "driver_process": now.process}
        return {name: None if value is None else value / GB for name, value in figures.items()} | {
            "ooms_so_far": now.allocator_ooms, "alloc_retries_so_far": torch.cuda.memory_stats().get("num_alloc_retries")}

    def outside(self) -> int:
        """Return the bytes this process has on the card past the allocator: context, kernels, libraries."""
        if self.device != "cuda":
            return 0
        import torch

        room = torch.cuda.mem_get_info()[0] + torch.cuda.memory_reserved()
        return max(0, self._card.context + self._room_at_start - room)
