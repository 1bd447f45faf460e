"""Models from the checkpoints on this machine."""

from __future__ import annotations

import gc
import logging
from collections.abc import Hashable
from typing import Any

from core.engine.shelf import Model, Settled, Slot, Wanted
from core.models import registry
from core.settings import settings

log = logging.getLogger(__name__)
_BYTES_PER_PARAMETER = {"fp32": 4.0, "fp16": 2.0, "bf16": 2.0, "nf4": 1.05}
"""NF4 keeps embeddings and vision in 16 bits: 2.01 GiB for Qwen3-VL's 2.13 billion parameters."""
_OVERHEAD = 1.15
"""Activations and the allocator's slack, as a share of the weights."""


class Checkpoints:
    """The engine's ordinary :class:`core.engine.shelf.Source`."""

    def __init__(self) -> None:
        self.device = ""

    def prepare(self) -> None:
        """Import torch and set the allocator's hard cap, so that a budget is kept and not merely observed."""
        import torch

        from core.models import loading  # noqa: F401  (half a second better spent now than in the first call)

        self.device = torch.cuda.get_device_name() if torch.cuda.is_available() else "cpu"
        budget = settings().gpu_budget_gb
        if budget and torch.cuda.is_available():
            total = torch.cuda.get_device_properties(torch.cuda.current_device()).total_memory
            torch.cuda.set_per_process_memory_fraction(float(min(1.0, budget * 2**30 / total)))
        log.info("computing on %s", self.device)

    def settle(self, wanted: Wanted) -> Settled:
        """Decide as the loader will."""
        from core.models.precision import place
        from core.models.qwen3_vl import budget

        record = registry.record(wanted.key)
        placement = place(wanted.precision, settings().device, quantisable=record.kind != "siglip")
        pixels = budget(record, wanted.max_pixels) if record.kind.startswith("qwen3-vl") else None
        return Settled(Slot(wanted.key, placement.precision, pixels, placement.device), placement.notes)

    def stamp(self, key: str) -> Hashable:
        """Return name, size and time of the checkpoint's files: a retrained or downloaded model is noticed."""
        path = registry.record(key).path
        if not path.is_dir():
            return None
        found = ((entry.name, entry.stat()) for entry in sorted(path.iterdir()) if entry.is_file())
        return tuple((name, stat.st_size, stat.st_mtime_ns) for name, stat in found)

    def load(self, slot: Slot) -> Model:
        """Load through the models' one door."""
        from core.models.loading import load

        return load(registry.record(slot.key), precision=slot.precision, device=slot.device, max_pixels=slot.max_pixels)

    def weights_bytes(self, model: Model) -> int | None:
        """Sum parameters and buffers of the torch modules a model holds."""
        import torch

        modules = [value for value in vars(model).values() if isinstance(value, torch.nn.Module)]
        tensors: list[Any] = [tensor for module in modules for tensor in (*module.parameters(), *module.buffers())]
        return sum(tensor.numel() * tensor.element_size() for tensor in tensors) if modules else None

    def expected_bytes(self, slot: Slot) -> int:
        """Estimate from the parameter count; models on the CPU do not count."""
        if slot.device == "cpu":
            return 0
        return int(registry.record(slot.key).parameters * _BYTES_PER_PARAMETER[slot.precision] * _OVERHEAD)

    def budget_bytes(self) -> int | None:
        """Return the set budget, else the card's memory, None without a card."""
        import torch

        if not torch.cuda.is_available():
            return None
        total = torch.cuda.get_device_properties(torch.cuda.current_device()).total_memory
        set_budget = int(settings().gpu_budget_gb * 2**30)
        return min(set_budget, total) if set_budget else total

    def memory(self) -> tuple[int, int] | None:
        """Return the allocator's two figures."""
        import sys

        torch = sys.modules.get("torch")
        if torch is None or not self.device or not torch.cuda.is_initialized():
            return None
        return torch.cuda.memory_allocated(), torch.cuda.memory_reserved()

    def release(self) -> None:
        """Collect what the dropped model leaves and empty the allocator's cache."""
        import torch

        gc.collect()
        if torch.cuda.is_initialized():
            torch.cuda.empty_cache()
