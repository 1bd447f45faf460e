"""What every part works with: the options, the machine, and a way to put down a figure the moment it is known."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any

from core.bench.gpu_suite import machine
from core.bench.gpu_suite.architectures import architecture, skeleton
from core.bench.gpu_suite.checkpoints import FOLDERS, RandomRecord, random_record
from core.bench.gpu_suite.memory import GB, Budget, Gauge
from core.bench.gpu_suite.models import load_random, weights_bytes
from core.bench.gpu_suite.options import Options
from core.bench.gpu_suite.work import Cost, cost
from core.bench.gpu_suite.workload import Workload
from core.models import sizes
from core.models.planner import Wish, plan

Put = Callable[..., None]
"""``put("latency", "text", figure)``: the place of a figure in its part's results, then the figure."""


@dataclass
class Bench:
    """One worker's means."""

    options: Options
    gauge: Gauge
    budget: Budget | None
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

    def record(self, key: str) -> RandomRecord:
        """Return a model's record; its checkpoint is written first where it is not there yet."""
        return random_record(key, size=self.options.size, scratch=Path(self.options.scratch), device=self.device)

    def pixels(self, key: str) -> int | None:
        """Return the image budget: exactly the workload's figures; None for a model without one."""
        side = architecture(FOLDERS[key], self.options.size).image_side
        return side * side or None

    def loaded(self, key: str, precision: str, put: Put) -> Any:
        """Load a model and put down what that took; its checkpoint is written beforehand and not part of the time."""
        put("matrix_tflops", self.matrix_rate / 1e12)  # measured now if it was not yet: later the memory is the model's
        start = time.perf_counter()
        record = self.record(key)
        put("checkpoint_s", time.perf_counter() - start)
        self.gauge.release()
        self.gauge.reset_peak()
        before, start = self.gauge.allocated(), time.perf_counter()
        model = load_random(record, precision=precision, device=self.device, max_pixels=self.pixels(key))
        taken = self.gauge.allocated() - before
        put("load", {
            "seconds": time.perf_counter() - start, "precision": model.info.precision, "device": model.info.device,
            "dims": model.info.dims, "max_pixels": model.info.max_pixels, "notes": list(model.info.notes),
            "parameters": record.parameters, "weights_gb": weights_bytes(model) / GB,
            "planned_weights_gb": sizes.weights_bytes(record, model.info.precision, device=self.device) / GB,
            "vram_gb": self.gauge.vram_gb(weights=taken), "rss_mb": self.gauge.rss_bytes() / 1e6,
        })
        return model

    def planned(self, members: Sequence[tuple[str, str]]) -> dict[str, Any]:
        """Return what the planner says of models side by side, to be held against what is measured."""
        wishes = [Wish(self.record(key), precision, self.pixels(key)) for key, precision in members]
        limit, context = (self.budget.total, self.budget.outside_allocator) if self.budget else (None, 0)
        found = plan(wishes, budget=limit, context=context, device=self.device)
        return {"fits": found.fits, "needed_gb": found.needed / GB, "weights_gb": found.weights / GB}
