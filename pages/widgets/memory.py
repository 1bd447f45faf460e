"""What fits into a GPU's memory by the planner, and what the engine has there now."""

from __future__ import annotations

import streamlit as st

from core.engine.messages import EngineStatus
from core.models import planner
from core.models.planner import Plan
from core.moments import clock
from core.search import residency, variants
from core.search.systems import SYSTEMS
from pages.widgets import doors, origin, results, tables, trouble
from pages.widgets.sizes import UNMEASURED, in_gib, in_memory

EVENTS = {"loaded": "불러옴", "evicted": "내림", "oom": "메모리 부족", "stepped": "정밀도 낮춤",
          "restarted": "엔진 재시작"}
_SHOWN_EVENTS = 20
_LOADED = ("모델", "정밀도", "장치", "차원", "그림 예산", "가중치", "예상", "할당", "불러오기 최고", "계산 최고", "호출", "비고")
_SIZES = frozenset({"가중치", "계산", "그림 토큰", "합계", "예상", "할당", "불러오기 최고", "계산 최고", "차원", "호출"})


def plan() -> None:
    """Draw the plan of every system alone and of all together, for the real models."""
    gib = residency.budget_gib()
    titles = {system.name: f"{system.letter} {system.title}" for system in SYSTEMS.values()}
    rows = []
    for name, group in residency.groups(variants.find(name) for name in SYSTEMS).items():
        rows += _seats(titles.get(name, name), planner.plan(group, budget=int(gib * 2**30)))
    tables.draw(("시스템", "모델", "정밀도", "가중치", "계산", "그림 토큰", "합계", "판단"), rows, numbers=_SIZES)
    results.notes([
        f"예산 {gib:g} GiB로 계산한 실제 모델의 예상치이며 단위는 GiB입니다. 합계에는 CUDA 자체의 {in_gib(planner.CONTEXT)}와 가장 큰 계산 "
        "메모리가 들어 있습니다. 예산은 GPU_BUDGET_GB로 바꿉니다."
    ])


def _seats(name: str, found: Plan) -> list[tuple[str, ...]]:
    fitting = "올라갑니다" if len(found.seats) == 1 else "함께 올라갑니다"
    verdict = fitting if found.fits else "번갈아 올립니다" if found.possible else "올릴 수 없습니다"
    whole = [(name, in_gib(found.needed), verdict), *[("", "", "")] * (len(found.seats) - 1)]
    return [(system, seat.key, seat.precision, in_gib(seat.weights), in_gib(seat.working), str(seat.image_tokens or "–"), total, said)
            for seat, (system, total, said) in zip(found.seats, whole, strict=True)]


@st.fragment(run_every=3.0)
def engine() -> None:
    """Draw what the engine holds and what happened there; starts no engine."""
    with trouble.boundary():
        status = doors.encoder().status()
        if status.running:
            _engine(status)
        else:
            results.calm("계산 엔진이 돌고 있지 않습니다. 처음 검색하거나 임베딩할 때 시작합니다.")


def _engine(status: EngineStatus) -> None:
    results.notes([
        f"프로세스 {status.pid} · {status.device} · {status.activity} · 호출 {status.calls:,}번 · RSS {in_memory(status.rss_bytes)}",
        f"메모리 부족 {status.ooms}번 · NaN이 나와 fp32로 다시 계산 {status.nan_retries}번 · 실패한 내용 {status.failures}개 · "
        f"뜻밖의 재시작 {status.restarts}번",
    ])
    if status.loaded:
        tables.draw(_LOADED, [
            (each.model.key, each.model.precision, each.model.device, each.model.dims or "–",
             origin.pixels(each.model.max_pixels) if each.model.max_pixels else "–", in_memory(each.weights_bytes),
             in_memory(each.planned_bytes or None), in_memory(each.allocated_bytes), in_memory(each.load_peak_bytes),
             in_memory(each.work_peak_bytes), f"{each.calls:,}",
             " · ".join([*origin.badges([each.model]), *(["다시 계산용"] if each.temporary else []), *each.model.notes]))
            for each in status.loaded], numbers=_SIZES)
    tables.draw(("GPU 메모리", "값"), _figures(status), numbers=frozenset({"값"}))
    if status.events:
        tables.draw(("시각", "일", "모델", "정밀도", "설명"), [
            (clock(event.at), EVENTS[event.kind], event.key, event.precision, event.detail)
            for event in reversed(status.events[-_SHOWN_EVENTS:])])


def _figures(status: EngineStatus) -> list[tuple[str, str]]:
    memory = status.memory
    if memory is None:
        return [("할당 · 예약 · 최고 · NVML", f"{UNMEASURED} (GPU 없음)")]
    budget = f"{in_memory(memory.budget)}{' (강제)' if memory.capped else ''}"
    return [
        ("예산", budget), ("CUDA 자체", in_memory(memory.context)), ("할당", in_memory(memory.allocated)),
        ("예약", in_memory(memory.reserved)), ("할당 최고", in_memory(memory.peak_allocated)),
        ("예약 최고", in_memory(memory.peak_reserved)), ("이 프로세스 (NVML)", in_memory(memory.process)),
        ("장치 사용 (NVML)", in_memory(memory.device_used)), ("장치 전체", in_memory(memory.device_total)),
    ]
