"""The machine's memory from outside the engine: every card as the driver (NVML) sees it, and the RAM.

Read without torch: a process that looks on must not take memory of the card. What a card does not tell is None.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psutil

log = logging.getLogger(__name__)
_GROUP = Path("/sys/fs/cgroup")


@dataclass(frozen=True, slots=True)
class Card:
    """One look at a card. Memory in bytes, temperature in °C, power in W, utilisation in percent."""

    uuid: str
    name: str
    used: int | None
    total: int | None
    utilisation: int | None
    temperature: int | None
    power: float | None
    processes: dict[int, int | None]
    """Bytes by process id; None where the driver does not tell."""


@dataclass(frozen=True, slots=True)
class Ram:
    """The memory of the machine, or of the container this runs in where that has a limit. Bytes."""

    used: int
    total: int


class Cards:
    """All cards of the machine; none where there is no driver, which is asked for once."""

    def __init__(self, *, nvml: Any = None) -> None:
        self._nvml, self._handles = nvml, []
        try:
            if nvml is None:
                import pynvml

                self._nvml = pynvml
            self._nvml.nvmlInit()
            self._handles = [self._nvml.nvmlDeviceGetHandleByIndex(index) for index in range(self._nvml.nvmlDeviceGetCount())]
        except Exception:
            log.info("no card is seen", exc_info=True)

    def read(self) -> tuple[Card, ...]:
        """Look at each card once."""
        return tuple(self._card(handle) for handle in self._handles)

    def _card(self, handle: Any) -> Card:
        nvml = self._nvml
        memory = _told(lambda: nvml.nvmlDeviceGetMemoryInfo(handle))
        power = _told(lambda: nvml.nvmlDeviceGetPowerUsage(handle))
        return Card(
            uuid=str(_told(lambda: nvml.nvmlDeviceGetUUID(handle)) or ""),
            name=str(_told(lambda: nvml.nvmlDeviceGetName(handle)) or "GPU"),
            used=memory and int(memory.used),
            total=memory and int(memory.total),
            utilisation=_told(lambda: int(nvml.nvmlDeviceGetUtilizationRates(handle).gpu)),
            temperature=_told(lambda: int(nvml.nvmlDeviceGetTemperature(handle, nvml.NVML_TEMPERATURE_GPU))),
            power=None if power is None else power / 1000,
            processes={each.pid: each.usedGpuMemory for each in _told(lambda: nvml.nvmlDeviceGetComputeRunningProcesses(handle)) or ()},
        )


def ram() -> Ram:
    """Read the RAM; a container's own limit goes before the machine's. Files that were merely read count as free."""
    whole = psutil.virtual_memory()
    try:
        limit = int((_GROUP / "memory.max").read_text())
        used = int((_GROUP / "memory.current").read_text())
        cached = next((int(line.split()[1]) for line in (_GROUP / "memory.stat").read_text().splitlines()
                       if line.startswith("inactive_file ")), 0)
    except (OSError, ValueError):  # no container, or one without a limit ("max")
        return Ram(whole.total - whole.available, whole.total)
    total = min(limit, whole.total)
    free = min(whole.available, max(0, limit - used + cached))
    return Ram(max(0, total - free), total)


def _told(ask: Callable[[], Any]) -> Any:
    try:
        return ask()
    except Exception:  # a card need not tell everything
        log.debug("a figure of the card is not told", exc_info=True)
        return None
