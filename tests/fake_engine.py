"""A real engine process around tiny pretended models, whose texts say what happens to them.

    nan            NaN unless computed in fp32         refuse     an InputError
    nan-always     NaN in fp32 too                     raise      an unexpected error
    memory         no memory in a batch above one      lost       the GPU context breaks
    crash          the process dies on the spot        until P    computes until the file P is there

The model ``fake-until P`` loads until the file P is there.
"""

from __future__ import annotations

import argparse
import hashlib
import logging
import os
import sys
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from core.daemon import wait_until
from core.engine.server import serve
from core.engine.slots import Settled, Slot, Wanted
from core.errors import InputError, ModelError, NotFoundError
from core.models.contract import Content, LoadedModel

DIMS = 8


class AcceleratorError(RuntimeError):
    """Named like torch's."""


class FakeModel:
    """Deterministic vectors from a hash of the content."""

    def __init__(self, slot: Slot) -> None:
        self.info = LoadedModel(key=slot.key, id=f"fake/{slot.key}", revision="r1", precision=slot.precision,
                                device=slot.device, dims=DIMS, max_pixels=slot.max_pixels, miniature=True)
        self.batches: list[int] = []

    def _row(self, content: Content, *, salt: str, of: int) -> np.ndarray:
        text = content.text or ""
        if text == "nan-always" or (text == "nan" and self.info.precision != "fp32"):
            return np.full(DIMS, np.nan, dtype=np.float32)
        if text == "refuse" or content.image == b"broken":
            raise InputError("그림 파일을 열 수 없습니다.")
        if text == "raise":
            raise ValueError("something unforeseen")
        if text == "memory" and of > 1:
            raise MemoryError
        if text == "lost":
            raise AcceleratorError("device-side assert")
        if text == "crash":
            os._exit(9)
        _wait_for(text)
        digest = hashlib.sha256(f"{salt}{text}".encode("utf-8", "surrogatepass") + (content.image or b"")).digest()
        row = np.frombuffer(digest[: DIMS * 2], dtype="<u2").astype(np.float32)
        return row / np.linalg.norm(row)


def _wait_for(told: str) -> None:
    if told.startswith("until "):
        assert wait_until(Path(told.removeprefix("until ")).exists, seconds=60)


class FakeEncoder(FakeModel):
    """Vectors."""

    def encode(self, contents: list[Content], *, role: str) -> np.ndarray:
        self.batches.append(len(contents))
        return np.stack([self._row(content, salt=role, of=len(contents)) for content in contents])


class FakeReranker(FakeModel):
    """Scores."""

    def score(self, query: Content, documents: list[Content]) -> np.ndarray:
        self.batches.append(len(documents))
        return np.stack([self._row(each, salt=query.text or "", of=len(documents))[0] for each in documents])


@dataclass
class FakeSource:
    """Models ``fake``, ``fake-2`` … and ``fake-reranker``, each counting as 10 bytes of GPU memory."""

    budget: int | None = None
    device: str = "fake"
    loads: list[Slot] = field(default_factory=list)
    stamps: dict[str, int] = field(default_factory=dict)

    def prepare(self) -> None:
        pass

    def settle(self, wanted: Wanted) -> Settled:
        if not wanted.key.startswith("fake"):
            raise NotFoundError(f"{wanted.key} 모델은 없습니다.")
        precision = "fp16" if wanted.precision in ("auto", "nf4") else wanted.precision
        notes = ("nf4 대신 fp16으로 불러왔습니다.",) if wanted.precision == "nf4" else ()
        return Settled(Slot(wanted.key, precision, wanted.max_pixels, "cuda"), notes)

    def stamp(self, key: str) -> int:
        return self.stamps.get(key, 0)

    def load(self, slot: Slot) -> FakeModel:
        self.loads.append(slot)
        if slot.key == "fake-missing":
            raise ModelError("모델이 설치되어 있지 않습니다.")
        _wait_for(slot.key.removeprefix("fake-"))
        if slot.key == "fake-no-copy" and slot.precision == "fp32":
            raise ModelError("모델이 설치되어 있지 않습니다.")
        return FakeReranker(slot) if "reranker" in slot.key else FakeEncoder(slot)

    def weights_bytes(self, model: FakeModel) -> int:
        return 10

    def expected_bytes(self, slot: Slot) -> int:
        return 0 if slot.device == "cpu" else 10

    def working_bytes(self, slot: Slot) -> int:
        return 0

    def budget_bytes(self) -> int | None:
        return self.budget

    def watched(self, action):
        return action(), None, None

    def memory(self) -> None:
        return None

    def reset_peaks(self) -> None:
        pass

    def release(self) -> None:
        pass


def main() -> int:
    """Serve the pretended models."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--data-dir", type=Path, required=True)
    parser.add_argument("--restarts", type=int, default=0)
    parser.add_argument("--fingerprint", required=True)
    parser.add_argument("--idle", type=float, default=60.0)
    parser.add_argument("--fail", action="store_true")
    arguments = parser.parse_args()
    logging.basicConfig(level=logging.DEBUG)
    if arguments.fail:
        return 1
    return serve(FakeSource(), data_dir=arguments.data_dir, restarts=arguments.restarts,
                 fingerprint=arguments.fingerprint, idle_seconds=arguments.idle)


if __name__ == "__main__":
    code = main()
    logging.shutdown()
    os._exit(code)
