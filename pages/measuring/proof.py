"""One thing a number rests on, opened by its address: a stored run, a measurement, an entry of the register."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import streamlit as st

from core.evaluation.results import SystemRun
from core.evaluation.verdict import critical
from core.moments import moment
from core.store import measurements
from core.store.measurements import Measurement
from pages.measuring import data, named
from pages.measuring.data import Shown
from pages.widgets import doors, origin, results, tables

_PARAMETERS = ("run", "measurement", "error")
_GONE = "주소에 적힌 근거({what})를 찾을 수 없습니다. 지금의 판정이 쓰는 근거는 아래 표에서 열어 주세요."
_KINDS = {"latency": "응답 시간", "throughput": "처리량", "vram": "그래픽 메모리", "stability": "연속 호출", "hangul": "한글 점검"}


@dataclass(frozen=True, slots=True)
class _Told:
    """What is known of a proof: a few rows, and everything as it is stored."""

    title: str
    rows: list[tuple[str, str]]
    whole: Mapping[str, Any] = field(default_factory=dict)


def draw(at: Shown) -> None:
    """Draw what the address asks for; nothing where it asks for none."""
    asked = next(((name, st.query_params[name]) for name in _PARAMETERS if st.query_params.get(name)), None)
    if asked is None:
        return
    name, value = asked
    with st.container(border=True, key="metrics-proof"):
        told = {"run": _run, "measurement": _measurement, "error": _error}[name](at, value)
        left, right = st.columns([6, 6], gap="large")
        with left:
            if told is None:
                results.notes([_GONE.format(what=value[:40])])
            else:
                tables.draw((told.title, ""), told.rows)
            st.button("근거 닫기", key="metrics.proof.close", on_click=data.put, kwargs=dict.fromkeys(_PARAMETERS))
        if told is not None and told.whole:
            with right, st.expander("설정 전체"):
                st.code(json.dumps(told.whole, ensure_ascii=False, indent=1, default=str), language="json", height=420)


def _run(at: Shown, wanted: str) -> _Told | None:
    found = {str(run.run_id): run for result in at.evaluation.scenarios.values() for run in result.systems}
    run = found.get(wanted)
    if run is None:
        return None
    used = [key for key, result in at.evaluation.scenarios.items() if any(each.run_id == run.run_id for each in result.systems)]
    rows = [("실행", f"{run.run_id}번 · {run.label}"), ("저장한 때", moment(run.created_at)),
            ("쓰인 곳", ", ".join(map(named.scenario, used))), *_models(run), ("표시", named.marks(run) or "없음"),
            ("답 없는 쿼리", f"{len(run.unanswered):,}개")]
    return _Told("저장된 실행", rows, run.config)


def _models(run: SystemRun) -> list[tuple[str, str]]:
    """Return the models of a run with everything that decides their vectors."""
    told = [*run.config.get("sets", ()), *([run.config["reranker"]] if run.config.get("reranker") else [])]
    return [("모델", named.listed([each.get("hub_id", ""), each.get("revision", ""), each.get("precision", ""),
                                 f"{each['dims']}차원" if each.get("dims") else "",
                                 origin.pixels(each["max_pixels"]) if each.get("max_pixels") else ""])) for each in told]


def _measurement(at: Shown, wanted: str) -> _Told | None:
    with doors.database().connection() as conn:
        found = next((each for each in measurements.listing(conn) if str(each.id) == wanted), None)
    if found is None:
        return None
    return _Told("측정", _measured(found), {"config": found.config, "environment": found.environment, "result": found.result})


def _measured(found: Measurement) -> list[tuple[str, str]]:
    return [("측정", f"{found.id}번 · {_KINDS.get(found.kind, found.kind)}"), ("시스템", found.system), ("장치", found.device),
            ("잰 때", moment(found.measured_at)),
            ("표시", named.listed([origin.MINIATURE if found.miniature else "", "중간에 끊김" if found.partial else ""]) or "없음"),
            ("SHA-256", found.sha256)]


def _error(at: Shown, wanted: str) -> _Told | None:
    with doors.database().connection() as conn:
        found = next((each for each in critical.history(conn, at.collection.id) if each.error_id == wanted), None)
    if found is None:
        return None
    return _Told("치명적 오류", [
        ("오류", found.title), ("시스템", named.short(found.system)), ("지금", "열려 있음" if found.open else "닫힘"),
        ("연 사람", f"{found.opened_by} · {moment(found.opened_at)}"), ("메모", found.note or "없음")])
