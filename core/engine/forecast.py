"""What loading a model would do to the memory, told before it is loaded: the shelf's own rule over the planner's sizes."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from core.engine.messages import EngineStatus, ModelStatus
from core.models import planner, registry, sizes
from core.models.precision import ladder, quantisable
from core.models.record import ModelRecord
from core.settings import settings

Device = Literal["cuda", "cpu"]
LATELY = 60.0
"""Seconds since a model's last call in which somebody is taken to be still working with it."""
_PURPOSES = {None: "", "query": "검색어를 읽는 데 ", "document": "문항을 임베딩하는 데 ", "rerank": "검색 결과의 순위를 다시 매기는 데 "}
HOST_SHARE = 0.9
"""Of the free RAM; a process that takes the last of it is killed without a word."""


@dataclass(frozen=True, slots=True)
class Room:
    """Where models would be loaded: the device and how many bytes of it there are for them."""

    device: Device
    budget: int | None
    """On a card: the engine's budget, CUDA's own share included. On a CPU: None, free RAM alone counts."""
    context: int
    free_ram: int


@dataclass(frozen=True, slots=True)
class Forecast:
    """Bytes. ``needed`` is everything together after loading: CUDA's share, all weights, the largest working memory."""

    key: str
    precision: str
    weights: int
    working: int
    needed: int
    limit: int
    leaving: tuple[str, ...]
    """Models that would have to go first, least recently used first."""
    loaded: bool
    """Whether it is there already, at that precision."""

    @property
    def fits(self) -> bool:
        """Whether it finds its place, after those that leave."""
        return self.loaded or self.needed <= self.limit


def room(status: EngineStatus, *, card_bytes: int | None, free_ram: int) -> Room:
    """Return where models go: as the running engine says, else as the settings and the card let one expect."""
    if status.running and status.device:
        memory = status.memory
        if status.device == "cpu":
            return Room("cpu", None, 0, free_ram)
        return Room("cuda", memory.budget if memory else card_bytes, memory.context if memory else planner.CONTEXT, free_ram)
    if card_bytes is None or settings().device == "cpu":
        return Room("cpu", None, 0, free_ram)
    cap = round(settings().gpu_budget_gb * 2**30)
    return Room("cuda", min(cap, card_bytes) if cap else card_bytes, planner.CONTEXT, free_ram)


def choices(record: ModelRecord, device: Device) -> tuple[str, ...]:
    """Return the precisions that can be asked for, ``auto`` first."""
    return ("auto", *ladder(device, quantisable=quantisable(record)))


def forecast(record: ModelRecord, precision: str, status: EngineStatus, where: Room) -> Forecast:
    """Return what loading a model at a precision (``auto`` as the engine takes it) would need and push out."""
    taken = _precision(record, precision, where)
    pixels = settings().max_pixels
    weights = sizes.weights_bytes(record, taken, device=where.device)
    working = sizes.working_bytes(record, taken, max_pixels=pixels, device=where.device)
    there = any(each.model.key == record.key and each.model.precision == taken for each in status.loaded)
    if where.device == "cpu":
        limit = round(where.free_ram * HOST_SHARE)
        return Forecast(record.key, taken, weights, working, weights + working, limit, (), there)
    # Last used first. The same model at another precision is taken down before: it would only stand beside this one.
    staying = [each for each in status.loaded if each.model.device.startswith("cuda") and each.model.key != record.key]
    limit = where.budget or 0
    leaving: list[str] = []
    while (needed := _needed(staying, weights, working, where)) > limit and staying and not there:
        leaving.append(staying.pop().model.key)
    return Forecast(record.key, taken, weights, working, needed, limit, tuple(leaving), there)


def uses(status: EngineStatus, key: str) -> list[str]:
    """Return why a model is in use, as Korean sentences; none where nobody would miss it."""
    found = []
    if status.activity not in ("", "대기 중"):
        found.append("엔진이 지금 일하고 있습니다.")
    if status.waiting_interactive:
        found.append(f"답을 기다리는 검색이 {status.waiting_interactive}개 있습니다.")
    if status.waiting_batch:
        found.append(f"차례를 기다리는 작업의 요청이 {status.waiting_batch}개 있습니다.")
    used = min((each for each in status.loaded if each.model.key == key and each.calls), key=lambda each: each.idle_s, default=None)
    if used is not None and used.idle_s < LATELY:
        found.append(f"{used.idle_s:.0f}초 전에 {_PURPOSES[used.last_for]}쓰였습니다.")
    return found


def size(each: ModelStatus) -> int:
    """Return what a loaded model's weights take: measured, else planned."""
    return each.weights_bytes or each.planned_bytes


def working(each: ModelStatus) -> tuple[int, bool]:
    """Return what a loaded model works with, and whether that was measured (else the planner's word)."""
    if each.work_peak_bytes is not None:
        return each.work_peak_bytes, True
    device = "cuda" if each.model.device.startswith("cuda") else "cpu"
    return sizes.working_bytes(registry.record(each.model.key), each.model.precision, max_pixels=each.model.max_pixels,
                               device=device), False


def _needed(staying: list[ModelStatus], weights: int, most: int, where: Room) -> int:
    return where.context + weights + sum(map(size, staying)) + max([most, *(working(each)[0] for each in staying)])


def _precision(record: ModelRecord, precision: str, where: Room) -> str:
    steps = choices(record, where.device)[1:]
    if precision == "auto" and settings().precision in steps:
        return settings().precision
    if precision != "auto":
        return precision
    if where.device == "cuda":
        return planner.resident_precision(record, budget=where.budget, context=where.context)
    return steps[0]
