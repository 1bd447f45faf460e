"""Reading and capping the GPU's memory: PyTorch's allocator from within, the driver (NVML) from without.

The allocator knows tensors (allocated) and what it has taken from the card for them (reserved); it does not know CUDA's own
share nor other processes. The driver knows whole processes and the whole card. Figures nobody can give are None.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from typing import Any, TypeVar

from core.engine.messages import Memory

log = logging.getLogger(__name__)
Result = TypeVar("Result")
LEAST_CONTEXT, USUAL_CONTEXT, MOST_CONTEXT = 128 * 2**20, 512 * 2**20, 1536 * 2**20


class Gauge:
    """One process's view of one card. Used by the compute thread; :meth:`reading` by any."""

    def __init__(self, *, cuda: Any = None, driver: Any = None) -> None:
        """``cuda`` is torch.cuda, ``driver`` a :class:`Driver`; both are looked for in :meth:`prepare` where None."""
        self._cuda, self._driver = cuda, driver
        self._total: int | None = None
        self._budget: int | None = None
        self._peaks = [0, 0]
        self.context = USUAL_CONTEXT

    def prepare(self, budget: int) -> None:
        """Find the card and cap this process at ``budget`` bytes (0: the whole card), so that a budget is kept, not observed."""
        cuda = self._cuda
        if cuda is None:
            import torch

            cuda = torch.cuda
        if not cuda.is_available():
            self._cuda = None
            return
        self._cuda = cuda
        properties = cuda.get_device_properties(cuda.current_device())
        self._total = int(properties.total_memory)
        if self._driver is None:
            self._driver = Driver(str(getattr(properties, "uuid", "")))
        self.context = self._measured_context()
        if budget:
            self._budget = min(budget, self._total)
            # Only the allocator obeys the cap: what CUDA takes beside it comes off first. It insists on a float.
            cuda.set_per_process_memory_fraction(float(max(0.0, self._budget - self.context) / self._total))
        log.info("card of %.2f GiB, budget %s, CUDA itself takes %.2f GiB", self._total / 2**30, self._budget, self.context / 2**30)

    @property
    def budget(self) -> int | None:
        """What this process may take of the card, CUDA's own share included; None without a card."""
        return self._total if self._budget is None else self._budget

    def watched(self, action: Callable[[], Result]) -> tuple[Result, int | None, int | None]:
        """Run an action; return its result, how much more is allocated after it, and how far the use rose in between."""
        if not self._ready:
            return action(), None, None
        before = self._cuda.memory_allocated()
        self._keep_peaks()
        result = action()
        return result, self._cuda.memory_allocated() - before, self._cuda.max_memory_allocated() - before

    def reset_peaks(self) -> None:
        """Let the peaks begin anew."""
        if self._ready:
            self._cuda.reset_peak_memory_stats()
        self._peaks = [0, 0]

    def reading(self) -> Memory | None:
        """Return all figures, None without a card."""
        if not self._ready:
            return None
        process, used, total = self._driver.usage() if self._driver else (None, None, None)
        return Memory(
            budget=self.budget,
            capped=self._budget is not None,
            context=self.context,
            allocated=self._cuda.memory_allocated(),
            reserved=self._cuda.memory_reserved(),
            peak_allocated=max(self._peaks[0], self._cuda.max_memory_allocated()),
            peak_reserved=max(self._peaks[1], self._cuda.max_memory_reserved()),
            process=process,
            device_used=used,
            device_total=total if total is not None else self._total,
            allocator_ooms=self._cuda.memory_stats().get("num_ooms"),
        )

    @property
    def _ready(self) -> bool:
        return self._cuda is not None and self._total is not None and self._cuda.is_initialized()

    def _keep_peaks(self) -> None:
        """Remember the overall peaks before the allocator's are set back for one action."""
        self._peaks = [max(self._peaks[0], self._cuda.max_memory_allocated()), max(self._peaks[1], self._cuda.max_memory_reserved())]
        self._cuda.reset_peak_memory_stats()

    def _measured_context(self) -> int:
        """Return what CUDA takes once it works: of this process by the driver, else how much fuller the card has become."""
        _, before, _ = self._driver.usage()
        try:
            _wake(self._cuda)
        except Exception:
            log.warning("the card could not be tried out", exc_info=True)
            return USUAL_CONTEXT
        process, after, _ = self._driver.usage()
        reserved = self._cuda.memory_reserved()
        if process is not None:
            found = process - reserved
        elif before is not None and after is not None:
            found = after - before - reserved
        else:
            return USUAL_CONTEXT
        # Beyond these bounds it is another process that came or went meanwhile.
        return found if LEAST_CONTEXT <= found <= MOST_CONTEXT else USUAL_CONTEXT


def _wake(cuda: Any) -> None:
    """Multiply two small matrices: context, kernels and the matrix library are in place after it."""
    import torch

    ones = torch.ones((16, 16), dtype=torch.float16, device="cuda")
    (ones @ ones).sum().item()
    cuda.synchronize()


class Driver:
    """The card as NVIDIA's driver sees it, by its UUID: numbers of cards differ between CUDA and the driver."""

    def __init__(self, uuid: str, *, nvml: Any = None) -> None:
        self._nvml: Any = None
        try:
            if nvml is None:
                import pynvml as nvml
            nvml.nvmlInit()
            self._card = nvml.nvmlDeviceGetHandleByUUID(uuid if uuid.startswith("GPU-") else f"GPU-{uuid}")
            self._nvml = nvml
        except Exception:
            log.info("the driver gives no figures", exc_info=True)

    def usage(self) -> tuple[int | None, int | None, int | None]:
        """Return bytes of this process, of all processes, and of the card.

        The first is None where the driver does not tell it (Windows' own driver model) or knows this process by another
        number (a container).
        """
        import os

        if self._nvml is None:
            return None, None, None
        try:
            whole = self._nvml.nvmlDeviceGetMemoryInfo(self._card)
            mine = [each.usedGpuMemory for each in self._nvml.nvmlDeviceGetComputeRunningProcesses(self._card)
                    if each.pid == os.getpid()]
        except Exception:
            log.info("the driver gave no figures", exc_info=True)
            return None, None, None
        return (mine[0] if mine else None), int(whole.used), int(whole.total)
