"""The models in memory: each loaded once whoever asks, the least recently used gone before another one comes."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable, Hashable
from dataclasses import replace
from typing import Any

from core.engine.diary import Diary
from core.engine.isolate import out_of_memory
from core.engine.ladder import Ladder
from core.engine.messages import ModelStatus, Purpose
from core.engine.resident import Resident
from core.engine.slots import Model, Settled, Slot, Source, Wanted
from core.errors import ModelError
from core.models.contract import LoadedModel
from core.models.precision import into

log = logging.getLogger(__name__)

TEMPORARY_SECONDS = 120.0
"""How long an fp32 copy stays after its last row: rows that need one come in clusters, and loading takes long."""


class _DoesNotFitError(Exception):
    """A model found no memory, even alone on its device."""


class Shelf:
    """Only the compute thread loads and evicts; any thread may look."""

    def __init__(self, source: Source) -> None:
        self._source = source
        self._residents: dict[Slot, Resident] = {}
        self._ladder = Ladder(source)
        self._lock = threading.Lock()
        self.diary = Diary()
        self.loading = ""
        """Key of the model being loaded right now."""

    def get(self, wanted: Wanted) -> tuple[Model, LoadedModel]:
        """Return a model, loading it first if need be, and how to name it in the reply.

        Where it does not fit even alone, ``auto`` goes down the ladder of precisions, and stays there until the model is
        evicted by request or the engine ends: the same wish must not give two kinds of vectors.

        Raises:
            ModelError: it cannot be loaded, or does not fit.
            NotFoundError: there is no such model.
        """
        while True:
            settled = self._ladder.settle(wanted)
            try:
                resident = self._resident(settled, temporary=False)
            except _DoesNotFitError as error:
                if not self.step_down(wanted):
                    raise ModelError(_no_room(settled, name=wanted.key)) from error
                continue
            notes = tuple(dict.fromkeys((*settled.notes, *resident.notes)))
            return resident.model, replace(resident.model.info, notes=notes)

    def fp32_copy(self, wanted: Wanted) -> Model | None:
        """Return the same model in fp32 on the CPU, where it pushes nobody out; None when it is fp32 as it is."""
        slot = self._ladder.settle(wanted).slot
        if slot.precision == "fp32":
            return None
        try:
            return self._resident(Settled(slot._replace(precision="fp32", device="cpu")), temporary=True).model
        except _DoesNotFitError as error:
            raise ModelError(f"{slot.key} 모델의 fp32 사본을 올릴 메모리가 모자랍니다.") from error

    def watched(self, wanted: Wanted, action: Callable[[], Any]) -> Any:
        """Run a batch of a model and remember how much memory it took beside the weights."""
        result, _, peak = self._source.watched(action)
        resident = self._residents.get(self._ladder.settle(wanted).slot)
        if resident is not None and peak is not None:
            resident.work_peak_bytes = max(peak, resident.work_peak_bytes or 0)
        return result

    def make_alone(self, wanted: Wanted) -> bool:
        """Drop every other model of the same device, for a content that found no memory; return whether any left."""
        slot = self._ladder.settle(wanted).slot
        others = [other for other in self._residents if other != slot and other.device == slot.device]
        return bool(self._drop(others, because=f"{slot.key}이(가) 계산할 자리를 내려고 내렸습니다."))

    def step_down(self, wanted: Wanted) -> bool:
        """Go one precision down the ladder; False at its end, and where a precision was asked for."""
        settled = self._ladder.settle(wanted)
        if not settled.lower:
            return False
        slot, precision = settled.slot, settled.lower[0]
        self._drop([slot] if slot in self._residents else [], because=f"{into(precision)} 다시 불러오려고 내렸습니다.")
        self._ladder.step_down(settled)
        self.diary.note("stepped", slot.key, precision, f"{into(slot.precision)}는 메모리가 모자라 {into(precision)} 낮추었습니다.")
        return True

    def count_call(self, wanted: Wanted, purpose: Purpose) -> None:
        """Count a finished call for the model's status."""
        resident = self._residents.get(self._ladder.settle(wanted).slot)
        if resident is not None:
            resident.calls += 1
            resident.last_for = purpose

    def evict(self, key: str | None = None) -> int:
        """Drop a model in all its precisions, or all models; return how many left. ``auto`` begins at the top again."""
        self._ladder.forget(key)
        return self._drop([slot for slot in self._residents if key in (None, slot.key)], because="요청을 받아 내렸습니다.")

    def retire(self) -> float | None:
        """Drop temporary copies that nobody used lately; return the seconds until the next one is due."""
        now = time.monotonic()
        ages = {slot: now - resident.last_used for slot, resident in self._residents.items() if resident.temporary}
        self._drop([slot for slot, age in ages.items() if age >= TEMPORARY_SECONDS], because="다 쓴 fp32 사본을 내렸습니다.")
        left = [TEMPORARY_SECONDS - age for age in ages.values() if age < TEMPORARY_SECONDS]
        return min(left, default=None)

    def listing(self) -> tuple[ModelStatus, ...]:
        """Return what is in memory, last used first."""
        with self._lock:
            residents = sorted(self._residents.values(), key=lambda resident: -resident.last_used)
        now = time.monotonic()
        return tuple(each.status(now=now) for each in residents)

    def _resident(self, settled: Settled, *, temporary: bool) -> Resident:
        stamp = self._source.stamp(settled.slot.key)
        resident = self._residents.get(settled.slot)
        if resident is not None and resident.stamp != stamp:
            resident = None  # before it is dropped: a reference here would keep its memory
            self._drop([settled.slot], because="모델 파일이 바뀌어 내렸습니다.")
        if resident is None:
            resident = self._load(settled, stamp, temporary=temporary)
        resident.temporary = resident.temporary and temporary
        resident.last_used = time.monotonic()
        return resident

    def _load(self, settled: Settled, stamp: Hashable, *, temporary: bool) -> Resident:
        slot = settled.slot
        expected = self._source.expected_bytes(slot)
        self._make_room(slot, expected)
        start = time.monotonic()
        self.loading = slot.key
        try:
            model, allocated, peak = self._try(slot)
        finally:
            self.loading = ""
        notes = tuple(note for note in model.info.notes if note not in settled.notes)
        weights = self._source.weights_bytes(model)
        resident = Resident(
            model, stamp, weights, counted_bytes=expected and (weights or expected), load_s=time.monotonic() - start,
            temporary=temporary, notes=notes, planned_bytes=expected, allocated_bytes=allocated, load_peak_bytes=peak,
        )
        with self._lock:
            self._residents[slot] = resident
        self.diary.note("loaded", slot.key, slot.precision, f"{resident.load_s:.1f}초 걸려 {slot.device}에 불러왔습니다.")
        return resident

    def _try(self, slot: Slot) -> tuple[Any, int | None, int | None]:
        for alone in (False, True):
            try:
                return self._source.watched(lambda: self._source.load(slot))
            except (ModelError, MemoryError) as error:
                if not out_of_memory(error):
                    raise
                log.warning("no memory for %s: %s", slot, error)
            self.diary.note("oom", slot.key, slot.precision, "불러오다가 메모리가 모자랐습니다.", loading=True)
            self._source.release()  # what had been loaded of it until then
            others = [other for other in self._residents if other.device == slot.device]
            if alone or not self._drop(others, because=f"{slot.key}에 자리를 내주려고 내렸습니다."):
                break
        raise _DoesNotFitError

    def _make_room(self, slot: Slot, expected: int) -> None:
        budget = self._source.budget_bytes()
        if budget is None or not expected:
            return
        by_age = sorted((each.last_used, other) for other, each in self._residents.items() if each.counted_bytes)
        while by_age and self._needed(slot, expected) > budget:
            self._drop([by_age.pop(0)[1]], because=f"{slot.key}에 자리를 내주려고 내렸습니다.")

    def _needed(self, slot: Slot, expected: int) -> int:
        """Return what all weights take with a new model's, and the largest working memory: one computes at a time."""
        counted = {other: each.counted_bytes for other, each in self._residents.items() if each.counted_bytes}
        return sum(counted.values()) + expected + max(map(self._source.working_bytes, (*counted, slot)))

    def _drop(self, slots: list[Slot], *, because: str) -> int:
        with self._lock:
            gone = [self._residents.pop(slot) for slot in slots]
        if gone:
            gone.clear()
            self._source.release()
        for slot in slots:
            self.diary.note("evicted", slot.key, slot.precision, because)
        return len(slots)


def _no_room(settled: Settled, *, name: str) -> str:
    """The end of the ladder, in one calm message."""
    slot = settled.slot
    where = "GPU 메모리" if slot.device == "cuda" else "이 컴퓨터의 메모리"
    hint = "" if slot.precision == "nf4" else "정밀도를 auto나 nf4로 정하거나, "
    return (f"{name} 모델을 {into(slot.precision)} 올리기에는 {where}가 모자랍니다. {hint}더 큰 GPU에서 도는 원격 엔진의 주소를 "
            "ENGINE_URL에 적어 주세요.")
