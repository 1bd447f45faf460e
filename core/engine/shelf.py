"""The models in memory: each loaded once whoever asks, the least recently used gone before another one comes."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Hashable
from dataclasses import dataclass, field, replace
from typing import Any, NamedTuple, Protocol

from core.engine.isolate import out_of_memory
from core.engine.messages import ModelStatus
from core.errors import ModelError
from core.models.contract import Encoder, LoadedModel, Reranker

log = logging.getLogger(__name__)
Model = Encoder | Reranker

TEMPORARY_SECONDS = 120.0
"""How long an fp32 copy stays after its last row: rows that need one come in clusters, and loading takes long."""


class Wanted(NamedTuple):
    """A model as a caller asks for it; ``auto`` and None leave the choice to the loader."""

    key: str
    precision: str = "auto"
    max_pixels: int | None = None


class Slot(NamedTuple):
    """A model as it is in memory. Two callers that mean the same model get the same slot."""

    key: str
    precision: str
    max_pixels: int | None
    device: str


class Settled(NamedTuple):
    """What a wish comes down to on this machine, and Korean sentences on what was asked for and not given."""

    slot: Slot
    notes: tuple[str, ...] = ()


class Source(Protocol):
    """Where models come from (the checkpoints on this machine; in tests, something small)."""

    device: str

    def prepare(self) -> None:
        """Do the heavy imports and set the memory cap; called once, before anything else."""

    def settle(self, wanted: Wanted) -> Settled:
        """Decide precision, device and pixel budget without loading."""

    def stamp(self, key: str) -> Hashable:
        """Return what changes when the checkpoint on disk does."""

    def load(self, slot: Slot) -> Model:
        """Load a model; raises ModelError."""

    def weights_bytes(self, model: Model) -> int | None:
        """Return the memory its weights take, None when it cannot be told."""

    def expected_bytes(self, slot: Slot) -> int:
        """Return about how much a model will take; 0 for what does not count against the budget."""

    def budget_bytes(self) -> int | None:
        """Return how much all models may take together, None for no limit."""

    def memory(self) -> tuple[int, int] | None:
        """Return bytes allocated and reserved on the GPU, None without one."""

    def release(self) -> None:
        """Give memory that nothing uses back to the device."""


@dataclass(slots=True)
class _Resident:
    model: Model
    stamp: Hashable
    weights_bytes: int | None
    counted_bytes: int
    """Against the budget; 0 on the CPU."""
    load_s: float
    temporary: bool
    notes: tuple[str, ...]
    calls: int = 0
    last_used: float = field(default_factory=time.monotonic)


class Shelf:
    """Only the compute thread loads and evicts; any thread may look."""

    def __init__(self, source: Source) -> None:
        self._source = source
        self._residents: dict[Slot, _Resident] = {}
        self._settled: dict[Wanted, Settled] = {}
        self._lock = threading.Lock()
        self.loading = ""
        """Key of the model being loaded right now."""

    def get(self, wanted: Wanted) -> tuple[Model, LoadedModel]:
        """Return a model, loading it first if need be, and how to name it in the reply.

        Raises:
            ModelError: it cannot be loaded.
            NotFoundError: there is no such model.
        """
        settled = self._settled.get(wanted)
        if settled is None:
            settled = self._settled[wanted] = self._source.settle(wanted)
        resident = self._resident(settled, temporary=False)
        notes = tuple(dict.fromkeys((*settled.notes, *resident.notes)))
        return resident.model, replace(resident.model.info, notes=notes)

    def fp32_copy(self, wanted: Wanted) -> Model | None:
        """Return the same model in fp32 on the CPU, where it pushes nobody out; None when it is fp32 as it is."""
        slot = self._settled[wanted].slot
        if slot.precision == "fp32":
            return None
        return self._resident(Settled(slot._replace(precision="fp32", device="cpu")), temporary=True).model

    def count_call(self, wanted: Wanted) -> None:
        """Count a finished call for the model's status."""
        resident = self._residents.get(self._settled[wanted].slot)
        if resident is not None:
            resident.calls += 1

    def evict(self, key: str | None = None) -> int:
        """Drop a model in all its precisions, or all models; return how many left."""
        return self._drop([slot for slot in self._residents if key is None or slot.key == key])

    def retire(self) -> float | None:
        """Drop temporary copies that nobody used lately; return the seconds until the next one is due."""
        now = time.monotonic()
        ages = {slot: now - resident.last_used for slot, resident in self._residents.items() if resident.temporary}
        self._drop([slot for slot, age in ages.items() if age >= TEMPORARY_SECONDS])
        left = [TEMPORARY_SECONDS - age for age in ages.values() if age < TEMPORARY_SECONDS]
        return min(left, default=None)

    def listing(self) -> tuple[ModelStatus, ...]:
        """Return what is in memory, last used first."""
        with self._lock:
            residents = sorted(self._residents.values(), key=lambda resident: -resident.last_used)
        now = time.monotonic()
        return tuple(
            ModelStatus(
                model=each.model.info,
                weights_bytes=each.weights_bytes,
                calls=each.calls,
                idle_s=now - each.last_used,
                load_s=each.load_s,
                temporary=each.temporary,
            )
            for each in residents
        )

    def _resident(self, settled: Settled, *, temporary: bool) -> _Resident:
        stamp = self._source.stamp(settled.slot.key)
        resident = self._residents.get(settled.slot)
        if resident is not None and resident.stamp != stamp:
            log.info("%s changed on disk, loading it again", settled.slot.key)
            resident = None  # before it is dropped: a reference here would keep its memory
            self._drop([settled.slot])
        if resident is None:
            resident = self._load(settled, stamp, temporary=temporary)
        resident.temporary = resident.temporary and temporary
        resident.last_used = time.monotonic()
        return resident

    def _load(self, settled: Settled, stamp: Hashable, *, temporary: bool) -> _Resident:
        slot = settled.slot
        expected = self._source.expected_bytes(slot)
        self._make_room(expected)
        start = time.monotonic()
        self.loading = slot.key
        try:
            model = self._try(slot)
        finally:
            self.loading = ""
        notes = tuple(note for note in model.info.notes if note not in settled.notes)
        weights = self._source.weights_bytes(model)
        counted = expected and (weights or expected)
        resident = _Resident(model, stamp, weights, counted, time.monotonic() - start, temporary, notes)
        with self._lock:
            self._residents[slot] = resident
        log.info("loaded %s in %.1f s", slot, resident.load_s)
        return resident

    def _try(self, slot: Slot) -> Any:
        try:
            return self._source.load(slot)
        except (ModelError, MemoryError) as error:
            crowded = out_of_memory(error) or (error.__cause__ is not None and out_of_memory(error.__cause__))
            if not (crowded and self._residents):
                raise
            log.warning("%s does not fit beside %d others, trying alone", slot, len(self._residents))
        self.evict()
        return self._source.load(slot)

    def _make_room(self, expected: int) -> None:
        budget = self._source.budget_bytes()
        if budget is None or not expected:
            return
        by_age = sorted((each.last_used, slot, each.counted_bytes) for slot, each in self._residents.items())
        taken = sum(counted for _, _, counted in by_age)
        for _, slot, counted in by_age:
            if taken + expected <= budget:
                return
            if counted:
                log.info("evicting %s to make room", slot)
                self._drop([slot])
                taken -= counted

    def _drop(self, slots: list[Slot]) -> int:
        with self._lock:
            gone = [self._residents.pop(slot) for slot in slots]
        if gone:
            gone.clear()
            self._source.release()
        return len(slots)
