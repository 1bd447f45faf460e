"""What stands on top of every section: the verdict, the ground truth it rests on, and the button that runs what is missing."""

from __future__ import annotations

import streamlit as st

from core.evaluation.results import ScenarioResult
from core.evaluation.scenarios import GATE
from core.evaluation.verdict.outcome import Decision
from core.items import grades
from core.labels import origins
from core.store.truths import Version
from pages.measuring import data, named, run_panel, stamp
from pages.measuring.data import Shown
from pages.widgets import markup, origin
from pages.widgets.text import attribute

_KEY = "metrics.gt"


def draw(at: Shown, decision: Decision, versions: list[Version]) -> None:
    """Draw the band."""
    with st.container(key="metrics-band"):
        left, right = st.columns([8, 4] if versions else [10, 2], vertical_alignment="center", gap="medium")
        with left:
            markup.draw(stamp.draw(decision))
        with right, st.container(horizontal=True, horizontal_alignment="right", vertical_alignment="center", gap="small"):
            if versions:
                _choice(at, versions)
            run_panel.button(at)
        markup.draw(basis(at))
    run_panel.draw(at)


def _choice(at: Shown, versions: list[Version]) -> None:
    """Draw the choice of the ground truth version."""
    named = {version.number: f"정답 버전 {version.number} · {version.name}" for version in versions}
    latest = versions[0].number
    chosen = st.selectbox("정답 버전", list(named), index=list(named).index(at.asked.gt or latest), key=f"{_KEY}.{at.collection.id}",
                          format_func=named.__getitem__, label_visibility="collapsed")
    if chosen != (at.asked.gt or latest):
        data.put(gt=str(chosen) if chosen != latest else None)
        st.rerun()


def basis(at: Shown) -> str:
    """Return what the numbers rest on: ground truth, who graded, how many queries, what makes them less than they seem."""
    truth, gate = at.evaluation.truth, at.evaluation.scenarios[GATE]
    if not truth.grades:
        return '<div class="ib-basis"><span>정답: <b>없음</b></span></div>'
    unlisted = f" · 적지 않은 쌍은 등급 0({truth.unlisted_zero_by}님 선언)" if truth.unlisted_zero_by else ""
    told = [
        f"<span>정답 <b>{attribute(truth.title)}</b> <code>{attribute(truth.sha256[:8])}</code></span>",
        f"<span>{attribute(f'등급 {grades.FROM[truth.relevant_from]} 관련으로 셈{unlisted}')}</span>",
        f"<span>등급의 출처 <b>{attribute(origins.counted(truth.origins))}</b></span>" if truth.origins else "",
        f"<span>판정 쿼리 <b>{len(gate.queries):,}</b>개, 문항군 {len(set(gate.groups)):,}개 {_excluded(gate)}</span>",
        *_marks(at),
    ]
    return f'<div class="ib-basis">{"".join(told)}</div>'


def _excluded(gate: ScenarioResult) -> str:
    """Return what of the truth's queries does not count, openable."""
    counted = [(reason, len(ids)) for reason, ids in gate.excluded.items() if ids]
    if not counted:
        return ""
    listed = "".join(f"<li>{attribute(f'{reason}: {number:,}개')}</li>" for reason, number in counted)
    return f"<details><summary>세지 않은 쿼리 {sum(number for _, number in counted):,}개</summary><ul>{listed}</ul></details>"


def _marks(at: Shown) -> list[str]:
    """Return the badges of what makes the numbers less than they seem: miniature models, old vectors, lists that are missing."""
    runs = [run for result in at.evaluation.scenarios.values() for run in result.systems]
    # BM25 has no model, hence no precision: it is neither small nor real.
    small = {run.miniature for run in runs if run.precision or run.miniature}
    stale = sorted({named.short(run.system) for run in runs if run.stale})
    plain = named.main(at.evaluation.scenarios[GATE])
    unanswered = [f"{named.short(run.system)} {len(run.unanswered):,}" for run in plain if run.unanswered]
    found = []
    if True in small:
        words = origin.MINIATURE if all(small) else f"일부 {origin.MINIATURE}"
        found.append(f'<span class="ib-mini" title="축소 모델의 값은 판정에 쓸 수 없습니다">{words}</span>')
    if stale:
        found.append('<span class="ib-stale" title="벡터나 문항, 모델이 실행한 뒤에 바뀌었습니다. 다시 실행해 주세요.">'
                     f"옛 벡터: {attribute(', '.join(stale))}</span>")
    if unanswered:
        found.append('<span class="ib-stale" title="목록이 없는 쿼리는 그 시스템의 모든 지표에서 0으로 셉니다">'
                     f"답 없는 쿼리: {attribute(', '.join(unanswered))}</span>")
    return found
