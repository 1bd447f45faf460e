"""``models status``: what the engine has in memory, and what happened there."""

from __future__ import annotations

import argparse
from dataclasses import asdict
from typing import TYPE_CHECKING

from core.cli.output import print_json, print_table
from core.moments import clock

if TYPE_CHECKING:
    from core.engine.messages import EngineStatus, Memory

UNMEASURED = "측정 안 됨"
_KINDS = {"loaded": "불러옴", "evicted": "내림", "oom": "메모리 부족", "stepped": "정밀도 낮춤"}


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the verb's arguments."""
    parser.add_argument("--json", action="store_true", help="결과를 JSON 하나로 출력합니다")


def run(arguments: argparse.Namespace) -> int:
    """Print the engine's table; starts no engine."""
    from core.engine.client import engine

    status = engine().status()
    if arguments.json:
        print_json(asdict(status))
        return 0
    if not status.running:
        print("계산 엔진이 돌고 있지 않습니다. 처음 검색하거나 임베딩할 때 시작합니다.")
        return 0
    _print(status)
    return 0


def _print(status: EngineStatus) -> None:
    print(f"엔진 {status.pid} · {status.device} · {status.activity} · RSS {mib(status.rss_bytes)}")
    print_table(("모델", "정밀도", "장치", "차원", "그림 픽셀", "가중치", "예상", "할당", "불러오기 최고", "계산 최고", "호출"), [
        (f"{each.model.key}{' (축소 모델)' if each.model.miniature else ''}", each.model.precision, each.model.device,
         each.model.dims or "-", each.model.max_pixels or "-", mib(each.weights_bytes), mib(each.planned_bytes or None),
         mib(each.allocated_bytes), mib(each.load_peak_bytes), mib(each.work_peak_bytes), each.calls) for each in status.loaded])
    for name, value in figures(status.memory):
        print(f"{name}: {value}")
    print(f"메모리 부족: {status.ooms}번 · NaN 재계산 {status.nan_retries}번 · 실패 {status.failures}개")
    for event in status.events[-20:]:
        print(f"{clock(event.at)} {_KINDS[event.kind]} {event.key} {event.precision}: {event.detail}")


def figures(memory: Memory | None) -> list[tuple[str, str]]:
    """Return a GPU's figures by their Korean names; what nobody measured says so."""
    values = {
        "예산": memory and memory.budget, "CUDA 자체": memory and memory.context, "할당": memory and memory.allocated,
        "예약": memory and memory.reserved, "할당 최고": memory and memory.peak_allocated,
        "예약 최고": memory and memory.peak_reserved, "프로세스(NVML)": memory and memory.process,
        "장치 사용(NVML)": memory and memory.device_used, "장치 전체": memory and memory.device_total,
    }
    return [(name, mib(value)) for name, value in values.items()]


def mib(size: int | None) -> str:
    """Return a size in MiB; ``측정 안 됨`` where there is none."""
    return UNMEASURED if size is None else f"{size / 2**20:,.1f} MiB"
