"""The card's memory: a cap that is enforced, and three figures that must not be taken for one another.

*allocated* is what tensors take, *reserved* what the allocator holds for them, and *process* what the driver counts: the
reserved memory plus the CUDA context and whatever libraries take past the allocator.
"""

from __future__ import annotations

import logging
import os
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

log = logging.getLogger(__name__)
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
    """Reads the memory of this process; on a CPU only its resident set."""

    def __init__(self, device: str) -> None:
        self.device = device
        self._free_before: int | None = None
        """Bytes on the card that nobody had taken before this process came; None where the driver does not say."""

    def start(self, *, budget_gib: float) -> Budget | None:
        """Create the CUDA context, warm the libraries up and set the allocator's hard cap; None on a CPU."""
        if self.device != "cuda":
            return None
        import torch

        self._free_before = _free_bytes()
        _warm_up()
        total = torch.cuda.get_device_properties(torch.cuda.current_device()).total_memory
        outside = self.outside()
        wanted = int(budget_gib * GIB)
        cap = min(wanted, total) - outside
        torch.cuda.set_per_process_memory_fraction(float(max(0.0, min(1.0, cap / total))))
        return Budget(wanted, outside, cap)

    def reset_peak(self) -> None:
        """Begin a new peak."""
        if self.device == "cuda":
            import torch

            torch.cuda.reset_peak_memory_stats()

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
                 "peak_process", "driver_process", "oom", "alloc_retries")
        if self.device != "cuda":
            return dict.fromkeys(names)
        import torch

        stats = torch.cuda.memory_stats()
        outside, reserved, peak = self.outside(), self.reserved(), torch.cuda.max_memory_reserved()
        of_driver = _driver_process_bytes()
        return {
            "weights": None if weights is None else weights / GB,
            "allocated": self.allocated() / GB,
            "reserved": reserved / GB,
            "peak_allocated": torch.cuda.max_memory_allocated() / GB,
            "peak_reserved": peak / GB,
            "outside_allocator": outside / GB,
            "process": (reserved + outside) / GB,
            "peak_process": (peak + outside) / GB,
            "driver_process": None if of_driver is None else of_driver / GB,
            "oom": stats.get("num_ooms", 0),
            "alloc_retries": stats.get("num_alloc_retries", 0),
        }

    def outside(self) -> int:
        """Return the bytes this process has on the card past the allocator: context, kernels, libraries."""
        if self.device != "cuda":
            return 0
        import torch

        free, total = torch.cuda.mem_get_info()
        before = total if self._free_before is None else self._free_before
        return max(0, before - free - torch.cuda.memory_reserved())


def _warm_up() -> None:
    """Create the context and load cuBLAS, which comes with the first product."""
    import torch

    square = torch.randn(256, 256, device="cuda", dtype=torch.float16)
    (square @ square).sum().item()


def _ask_driver(question: Callable[[Any], int | None]) -> int | None:
    """Ask NVML, which may be missing, forbidden or of another opinion; then there is no answer."""
    try:
        import pynvml

        pynvml.nvmlInit()
        return question(pynvml)
    except Exception:
        log.info("NVML did not answer", exc_info=True)
        return None


def _free_bytes() -> int | None:
    """Return the free memory of the card torch will use, asked of the driver because torch would first make a context."""
    seen = (os.environ.get("CUDA_VISIBLE_DEVICES") or "0").split(",")[0]

    def question(nvml: Any) -> int:
        card = nvml.nvmlDeviceGetHandleByIndex(int(seen)) if seen.isdigit() else nvml.nvmlDeviceGetHandleByUUID(seen)
        return int(nvml.nvmlDeviceGetMemoryInfo(card).free)

    return _ask_driver(question)


def _driver_process_bytes() -> int | None:
    def question(nvml: Any) -> int | None:
        for place in range(nvml.nvmlDeviceGetCount()):
            for process in nvml.nvmlDeviceGetComputeRunningProcesses(nvml.nvmlDeviceGetHandleByIndex(place)):
                if process.pid == os.getpid():
                    return process.usedGpuMemory
        return None  # in a container the driver counts by the host's process ids

    return _ask_driver(question)
