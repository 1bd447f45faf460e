"""What a bench ran on: device, driver, clocks, versions, load. Read from outside the engine, without torch."""

from __future__ import annotations

import logging
import os
import platform
from collections.abc import Sequence
from dataclasses import asdict
from typing import Any

from core.bench.gpu_suite import machine
from core.engine.messages import EngineStatus
from core.models.contract import LoadedModel

log = logging.getLogger(__name__)


def device(status: EngineStatus, models: Sequence[LoadedModel]) -> str:
    """Return the device's name as gates match it: the card's, the processor's, or the remote servers'."""
    remote = sorted({model.device for model in models if model.device.startswith("remote")})
    if remote:
        return ", ".join(remote)
    return status.device if status.device not in ("", "cpu") else f"CPU {machine.cpu_name()}"


def read(status: EngineStatus, models: Sequence[LoadedModel]) -> dict[str, Any]:
    """Return everything a figure may depend on, as plain JSON; what nobody tells is None."""
    name = device(status, models)
    memory = status.memory
    return {
        "device": name,
        "models": [asdict(model) | {"notes": list(model.notes)} for model in models],
        "versions": machine.versions(),
        "python": platform.python_version(),
        "system": platform.platform(),
        "cpu": machine.cpu_name(),
        "cores": len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count(),
        "driver": machine.driver() if memory is not None else None,
        "budget_bytes": memory.budget if memory is not None else None,
        "budget_enforced": memory.capped if memory is not None else None,
        "memory_bytes": memory.device_total if memory is not None else None,
        "resident": sorted(each.model.key for each in status.loaded),
    } | machine.target(name) | moment(status)


def moment(status: EngineStatus) -> dict[str, Any]:
    """Return what changes while a bench runs: the machine's load and the card's clocks."""
    return {"load_average": list(os.getloadavg()) if hasattr(os, "getloadavg") else None, "clocks": clocks(status)}


def clocks(status: EngineStatus) -> dict[str, int] | None:
    """Return the card's clocks in MHz, temperature in °C and power in W, as far as the driver tells; None without a card."""
    if status.memory is None:
        return None
    try:
        import pynvml as nvml

        nvml.nvmlInit()
        card = _card(nvml, status)
    except Exception:
        log.info("the driver gives no clocks", exc_info=True)
        return None
    asked = {
        "sm_mhz": lambda: nvml.nvmlDeviceGetClockInfo(card, nvml.NVML_CLOCK_SM),
        "memory_mhz": lambda: nvml.nvmlDeviceGetClockInfo(card, nvml.NVML_CLOCK_MEM),
        "temperature_c": lambda: nvml.nvmlDeviceGetTemperature(card, nvml.NVML_TEMPERATURE_GPU),
        "power_w": lambda: nvml.nvmlDeviceGetPowerUsage(card) // 1000,
        "utilisation_percent": lambda: nvml.nvmlDeviceGetUtilizationRates(card).gpu,
    }
    found = {}
    for name, ask in asked.items():
        try:
            found[name] = int(ask())
        except Exception:  # a card need not tell all of them
            log.debug("no %s", name, exc_info=True)
    return found or None


def _card(nvml: Any, status: EngineStatus) -> Any:
    """Return the card that the engine computes on: the one that knows its process, else the first of its name."""
    cards = [nvml.nvmlDeviceGetHandleByIndex(number) for number in range(nvml.nvmlDeviceGetCount())]
    for card in cards:
        if status.pid in {each.pid for each in nvml.nvmlDeviceGetComputeRunningProcesses(card)}:
            return card
    return next((card for card in cards if nvml.nvmlDeviceGetName(card) == status.device), cards[0])
