"""What every part works with: the options, the machine, and a way to put down a figure the moment it is known."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any

from core.bench.gpu_suite import machine
from core.bench.gpu_suite.architectures import architecture, skeleton
from core.bench.gpu_suite.checkpoints import FOLDERS, random_record
from core.bench.gpu_suite.memory import GB, Gauge
from core.bench.gpu_suite.models import load_random, weights_bytes
from core.bench.gpu_suite.options import Options
from core.bench.gpu_suite.work import Cost, cost
from core.bench.gpu_suite.workload import Workload

Put = Callable[..., None]
"""``put("latency", "text", figure)``: the place of a figure in its part's results, then the figure."""


@dataclass
class Bench:
    """One worker's means."""

    options: Options
    gauge: Gauge
    rates: dict[int, float] = field(default_factory=dict)

    @property
    def device(self) -> str:
        """``cuda`` or ``cpu``."""
        return self.options.device

    @property
    def plain(self) -> str:
        """The precision without quantising: what ``auto`` means on this device."""
        return "fp16" if self.device == "cuda" else "fp32"

    @cached_property
    def matrix_rate(self) -> float:
        """The best measured rate of a plain matrix product, in operations per second."""
        for size in self.options.matrix_sizes:
            self.rates[size] = machine.matrix_rate(device=self.device, size=size)
        self.gauge.release()
        return max(self.rates.values())

    def workload(self, key: str) -> Workload:
        """Return what a model is asked."""
        return Workload(architecture(FOLDERS[key], self.options.size))

    def cost(self, key: str) -> Cost:
        """Return what a model multiplies."""
        return cost(skeleton(architecture(FOLDERS[key], self.options.size)))

    def loaded(self, key: str, precision: str, put: Put) -> Any:
        """Load a model and put down what that took; its checkpoint is written beforehand and not part of the time."""
        put("matrix_tflops", self.matrix_rate / 1e12)  # measured now if it was not yet: later the memory is the model's
        scratch = Path(self.options.scratch)
        start = time.perf_counter()
        record = random_record(key, size=self.options.size, scratch=scratch, device=self.device)
        put("checkpoint_s", time.perf_counter() - start)
        self.gauge.release()
        self.gauge.reset_peak()
        before, start = self.gauge.allocated(), time.perf_counter()
        side = architecture(FOLDERS[key], self.options.size).image_side
        model = load_random(key, size=self.options.size, scratch=scratch, precision=precision, device=self.device,
                            max_pixels=max(side * side, record.min_pixels or 0) or None)
        taken = self.gauge.allocated() - before
        put("load", {
            "seconds": time.perf_counter() - start, "precision": model.info.precision, "device": model.info.device,
            "dims": model.info.dims, "max_pixels": model.info.max_pixels, "notes": list(model.info.notes),
            "parameters": record.parameters, "weights_gb": weights_bytes(model) / GB,
            "vram_gb": self.gauge.vram_gb(weights=taken), "rss_mb": self.gauge.rss_bytes() / 1e6,
        })
        return model
