"""What the measuring ran on, and how fast it multiplies and copies: the ceiling that the models are compared with."""

from __future__ import annotations

import importlib.metadata
import os
import platform
import subprocess
import time
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import numpy as np

TARGET = "RTX 2070 SUPER"
NOT_TARGET = f"not the target card ({TARGET})"
_PACKAGES = ("torch", "transformers", "sentence-transformers", "bitsandbytes", "accelerate", "tokenizers", "safetensors")
_REPEATS = 10


def environment(device: str) -> dict[str, Any]:
    """Name the device, the driver and every version a figure may depend on."""
    import torch

    found: dict[str, Any] = {
        "device": cpu_name(),
        "date": datetime.now(UTC).isoformat(timespec="seconds"),
        "python": platform.python_version(),
        "system": platform.platform(),
        "versions": versions(),
        "cuda": torch.version.cuda,
        "driver": driver(),
        "cpu": cpu_name(),
        "cores": len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count(),
        "torch_threads": torch.get_num_threads(),
        "load_average": list(os.getloadavg()) if hasattr(os, "getloadavg") else None,
    }
    if device == "cuda":
        card = torch.cuda.get_device_properties(torch.cuda.current_device())
        found |= {
            "device": card.name,
            "memory_bytes": card.total_memory,
            "compute_capability": f"{card.major}.{card.minor}",
            "multiprocessors": card.multi_processor_count,
            "bf16": torch.cuda.is_bf16_supported(including_emulation=False),
        }
    return found | target(found["device"])


def versions() -> dict[str, str | None]:
    """Return the version of every package a figure may depend on."""
    return {name: _version(name) for name in _PACKAGES}


def target(device: str) -> dict[str, Any]:
    """Say whether this is the card that the decision is about."""
    is_target = TARGET.casefold() in device.casefold()
    return {"target_device": is_target, "target_note": None if is_target else NOT_TARGET}


def driver() -> str | None:
    """Return the NVIDIA driver's version, None where there is none."""
    try:
        answer = subprocess.run(["nvidia-smi", "--query-gpu=driver_version", "--format=csv,noheader"],
                                capture_output=True, text=True, timeout=20, check=True)
    except (OSError, subprocess.SubprocessError):
        return None
    return answer.stdout.strip().splitlines()[0] if answer.stdout.strip() else None


def cpu_name() -> str:
    """Return the processor's name as the system tells it."""
    try:
        with open("/proc/cpuinfo", encoding="utf-8") as lines:  # noqa: PTH123  (not a file of ours)
            return next(line.split(":", 1)[1].strip() for line in lines if line.startswith("model name"))
    except (OSError, StopIteration):
        return platform.processor() or platform.machine()


def matrix_rate(*, device: str, size: int) -> float:
    """Return floating-point operations per second of a square matrix product, fp16 on a GPU and fp32 on a CPU.

    On random numbers: zeros can run faster than any model will.
    """
    import torch

    dtype = torch.float16 if device == "cuda" else torch.float32
    left, right = (torch.randn(size, size, dtype=dtype, device=device) for _ in range(2))
    out = torch.empty_like(left)
    return 2 * size**3 / _median_seconds(lambda: torch.matmul(left, right, out=out), device=device)


def copy_rate(*, device: str, megabytes: int) -> float:
    """Return bytes per second of a copy inside the device's memory, counting bytes read and bytes written."""
    import torch

    source = torch.randint(0, 255, (megabytes * 2**20,), dtype=torch.uint8, device=device)
    out = torch.empty_like(source)
    return 2 * source.numel() / _median_seconds(lambda: out.copy_(source), device=device)


def _median_seconds(call: Callable[[], Any], *, device: str) -> float:
    from core.bench.gpu_suite.timing import synchronise

    taken = []
    for turn in range(_REPEATS + 3):
        synchronise(device)
        start = time.perf_counter()
        call()
        synchronise(device)
        if turn >= 3:  # the first ones choose and load a kernel
            taken.append(time.perf_counter() - start)
    return float(np.median(taken))


def _version(package: str) -> str | None:
    try:
        return importlib.metadata.version(package)
    except importlib.metadata.PackageNotFoundError:
        return None
