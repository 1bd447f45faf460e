"""The plan's risks (9.1), word for word, one literal record each."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from psycopg import Connection

from core.store import plan_events

Level = Literal["높음", "중간", "낮음"]
Status = Literal["watched", "happened", "handled", "gone"]
STATUSES: dict[Status, str] = {"watched": "지켜봄", "happened": "일어남", "handled": "대응함", "gone": "해소"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Risk:
    """What may go wrong, how bad, how likely, and what the plan does about it."""

    name: str
    """``R1`` to ``R7``."""
    title: str
    impact: Level
    likelihood: Level
    response: str


RISKS: tuple[Risk, ...] = (
    Risk(name="R1", title="모델 다운로드 실패", impact="높음", likelihood="낮음", response="미러 사이트 활용, 수동 다운로드"),
    Risk(name="R2", title="GPU 메모리 부족 (8GB)", impact="높음", likelihood="높음", response="FP16 → 4-bit → 클라우드 GPU"),
    Risk(name="R3", title="테스트 데이터 품질 이슈", impact="중간", likelihood="중간", response="데이터 검수 단계 추가"),
    Risk(name="R4", title="모델 버그 발견", impact="높음", likelihood="낮음", response="이슈 리포트, 대안 모델 검토"),
    Risk(name="R5", title="일정 지연", impact="중간", likelihood="중간", response="버퍼 일정 확보 (2일)"),
    Risk(name="R6", title="담당자 부재", impact="중간", likelihood="낮음", response="크로스 트레이닝, 문서화"),
    Risk(name="R7", title="클라우드 GPU 비용 초과", impact="낮음", likelihood="낮음", response="사용 시간 모니터링, 예산 한도 설정"),
)


@dataclass(frozen=True, slots=True)
class Stated:
    """How a risk stands, as somebody said."""

    status: Status
    note: str
    by: str
    at: datetime


def stated(conn: Connection, collection_id: int) -> dict[str, Stated]:
    """Return the last word on each risk by name; one that nobody spoke of is not there."""
    return {name: Stated(event.value["status"], event.value["note"], event.by, event.at)
            for (kind, name), event in plan_events.latest(conn, collection_id).items() if kind == "risk"}
