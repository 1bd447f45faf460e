"""A real engine process on a pretended card: its allocator says no, the product's own gauge reads and caps it.

Models take what ``GIB`` and ``PER_ROW`` say; a picture takes ``PER_MEGAPIXEL`` for each 10⁶ pixels beside it. The planner knows
nothing of this and expects the miniatures' sizes, so whatever does not fit is found out by trying.
"""

from __future__ import annotations

import argparse
import io
import logging
import os
import sys
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace

import numpy as np
from PIL import Image

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from core.engine import gauge
from core.engine.server import serve
from core.engine.slots import Settled, Slot, Wanted
from core.errors import ModelError
from core.models import registry, sizes
from core.settings import settings
from tests.stored_engine import loaded, vector

UNIT = 2**30
CARD, CONTEXT = 24 * UNIT, UNIT // 2
NAME, UUID = "NVIDIA GeForce RTX 2070 SUPER", "GPU-0"
GIB = {"fp32": 3.0, "fp16": 3.0, "nf4": 1.0}
PER_ROW = {"encoder": 0.1, "reranker": {"fp16": 9.0, "nf4": 0.001}}
PER_MEGAPIXEL = 100.0


class OutOfMemoryError(RuntimeError):
    """Named like torch's."""


class Cuda:
    """``torch.cuda`` of one card: counts what is taken, and refuses beyond the share that it was given."""

    def __init__(self) -> None:
        self.cap, self.taken, self.peak, self.refused = float(CARD), 0, 0, 0
        self.is_available = self.is_initialized = lambda: True
        self.current_device = self.synchronize = lambda: 0
        self.memory_allocated = self.memory_reserved = lambda: self.taken
        self.max_memory_allocated = self.max_memory_reserved = lambda: self.peak
        self.memory_stats = lambda: {"num_ooms": self.refused}
        self.get_device_properties = lambda device: SimpleNamespace(total_memory=CARD, uuid=UUID)

    def set_per_process_memory_fraction(self, share: float) -> None:
        self.cap = share * CARD

    def reset_peak_memory_stats(self) -> None:
        self.peak = self.taken

    def take(self, gib: float) -> int:
        size = round(gib * UNIT)
        if self.taken + size > self.cap:
            self.refused += 1
            raise OutOfMemoryError(f"CUDA out of memory. Tried to allocate {gib} GiB")
        self.taken += size
        self.peak = max(self.peak, self.taken)
        return size


class Model:
    """Vectors and scores from a hash, weights and rows that take memory while they are there."""

    def __init__(self, slot: Slot, cuda: Cuda) -> None:
        self.info = replace(loaded(slot.key), precision=slot.precision, device="cuda")
        self._cuda, self.held = cuda, cuda.take(GIB[slot.precision])

    def _work(self, contents, per_row: float) -> None:
        size = self._cuda.take(len(contents) * per_row + PER_MEGAPIXEL * sum(map(_megapixels, contents)))
        self._cuda.taken -= size

    def __del__(self) -> None:
        self._cuda.taken -= getattr(self, "held", 0)


class Encoder(Model):
    """Vectors."""

    def encode(self, contents, *, role):
        self._work(contents, PER_ROW["encoder"])
        return np.stack([vector(self.info.key, content) for content in contents])


class Reranker(Model):
    """Scores."""

    def score(self, query, documents):
        self._work(documents, PER_ROW["reranker"][self.info.precision])
        return np.array([vector(self.info.key, document)[0] for document in documents], np.float32)


class CardSource:
    """The miniatures of the registry, as this card would hold them."""

    device = NAME

    def __init__(self) -> None:
        self._cuda = Cuda()
        used = iter([UNIT])  # by another program; CUDA's own share comes on top once it works
        driver = SimpleNamespace(usage=lambda: (None, next(used, UNIT + CONTEXT + self._cuda.taken), CARD))
        self._gauge = gauge.Gauge(cuda=self._cuda, driver=driver)
        self.watched, self.memory, self.reset_peaks = self._gauge.watched, self._gauge.reading, self._gauge.reset_peaks

    def prepare(self) -> None:
        gauge._wake = lambda cuda: None
        self._gauge.prepare(int(settings().gpu_budget_gb * UNIT))

    def settle(self, wanted: Wanted) -> Settled:
        asked = wanted.precision
        return Settled(Slot(wanted.key, "fp16" if asked == "auto" else asked, wanted.max_pixels, "cuda"),
                       lower=("nf4",) if asked == "auto" else ())

    def stamp(self, key: str) -> int:
        return 0

    def load(self, slot: Slot) -> Model:
        try:
            return (Reranker if "reranker" in slot.key else Encoder)(slot, self._cuda)
        except OutOfMemoryError as error:
            raise ModelError(f"{slot.key} 모델을 올리지 못했습니다.") from error

    def weights_bytes(self, model: Model) -> int:
        return model.held

    def expected_bytes(self, slot: Slot) -> int:
        return sizes.weights_bytes(registry.record(slot.key), slot.precision)

    def working_bytes(self, slot: Slot) -> int:
        return 0

    def budget_bytes(self) -> int:
        return self._gauge.budget - self._gauge.context

    def release(self) -> None:
        pass


def _megapixels(content) -> float:
    if content.image is None:
        return 0.0
    width, height = Image.open(io.BytesIO(content.image)).size
    return width * height / 1e6


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("--data-dir", type=Path, required=True)
    parser.add_argument("--restarts", type=int, default=0)
    arguments = parser.parse_args()
    logging.basicConfig(level=logging.INFO)
    code = serve(CardSource(), data_dir=arguments.data_dir, restarts=arguments.restarts, idle_seconds=60.0)
    logging.shutdown()
    os._exit(code)
