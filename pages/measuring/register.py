"""The register of critical errors: what people found, who says so, and how it was dealt with; and what was checked by itself."""

from __future__ import annotations

import streamlit as st

from core.evaluation.verdict import critical
from core.evaluation.verdict.outcome import CriticalError, Decision
from core.moments import moment
from pages.measuring import gate_table, named
from pages.measuring.data import Shown
from pages.widgets import acts, doors, markup, results
from pages.widgets.text import attribute, inline

_ACT = "metrics.error"
_SYSTEMS = ("qwen3-vl", "qwen3-vl+rerank")
"""Whose errors can be a reason against A; the others are what it is held against."""
NAMELESS = "누가 적는지 남겨야 합니다. [이름을 정한](/login?next=/metrics) 뒤에 적을 수 있습니다."
_NONE = "사람이 적은 치명적 오류가 없습니다."
_ABOUT = ("답이 통째로 깨지거나 프로그램이 멈추는 것처럼, 다른 지표가 아무리 좋아도 쓸 수 없게 하는 오류만 적습니다. "
          "열려 있는 오류가 하나라도 있으면 No-Go입니다.")


def draw(at: Shown, decision: Decision) -> None:
    """Draw the automatic checks, the errors, and the form that enters one."""
    with doors.database().connection() as conn:
        listed = critical.history(conn, at.collection.id)
    left, right = st.columns(2, gap="large")
    with left:
        _checks(decision)
    with right:
        if not listed:
            results.notes([_NONE])
        for error in sorted(listed, key=lambda each: not each.open):
            _error(at, error)
        if at.who is not None and at.may("register"):
            _form(at)
        elif at.may("register"):
            markup.draw(f'<div class="ib-soft">\n\n{NAMELESS}\n\n</div>')


def _form(at: Shown) -> None:
    with st.expander("치명적 오류 적기"):
        results.notes([_ABOUT])
        system = st.segmented_control("어느 시스템", _SYSTEMS, key=acts.field(_ACT, "system"), default=_SYSTEMS[0], required=True,
                                      format_func=named.short)
        title = st.text_input("무슨 오류", key=acts.field(_ACT, "title"), max_chars=120,
                              placeholder="예: 겹받침이 든 검색어에서 엔진이 멈춤")
        note = st.text_area("어떻게 다시 일으키는지", key=acts.field(_ACT, "note"), height=80, max_chars=2000)
        acts.press("등록부에 적기", _ACT, lambda: _open(at, system, title, note), disabled=not title.strip())


def _checks(decision: Decision) -> None:
    rows = "".join(
        f"<tr><td>{gate_table.sign(check.passed, _said(check.passed))}</td><td><b>{attribute(check.title)}</b></td>"
        f'<td class="ib-evidence">{inline(check.detail)} {gate_table.proofs(check.evidence)}</td></tr>'
        for check in decision.checks)
    if rows:
        markup.draw(f'<table class="ib-gates ib-checks"><tbody>{rows}</tbody></table>')


def _said(passed: bool | None) -> str:
    return "확인 안 됨" if passed is None else "이상 없음" if passed else "오류"


def _error(at: Shown, error: CriticalError) -> None:
    with st.container(border=True, key=f"metrics-error-{error.error_id}"):
        told = f"{named.short(error.system)} · {error.opened_by} · {moment(error.opened_at)}"
        closed = (f"<span>닫음: {attribute(f'{error.closed_by} · {moment(error.closed_at)}')}</span>"
                  f"<p>{attribute(error.closing_note)}</p>" if error.closed_at else "")
        markup.draw(f'<div class="ib-error">{gate_table.sign(not error.open, "열려 있음" if error.open else "닫힘")}'
                    f"<b>{attribute(error.title)}</b><span>{attribute(told)}</span>"
                    f"{f'<p>{attribute(error.note)}</p>' if error.note else ''}{closed}</div>")
        if error.open and at.who is not None and at.may("register"):
            act = f"{_ACT}.{error.error_id}"
            with st.container(horizontal=True, vertical_alignment="bottom"):
                note = st.text_input("어떻게 해결했는지", key=acts.field(act, "note"), max_chars=2000, label_visibility="collapsed",
                                     placeholder="어떻게 해결했는지")
                acts.press("닫기", act, lambda: _close(at, error, note), disabled=not note.strip())


def _open(at: Shown, system: str, title: str, note: str) -> str:
    assert at.who is not None
    with doors.writing("register").connection() as conn:
        critical.open_(conn, at.collection.id, system=system, title=title, note=note, by=at.who.name)
    return f"치명적 오류 '{title.strip()}'을(를) {at.who.name}님의 이름으로 적었습니다."


def _close(at: Shown, error: CriticalError, note: str) -> str:
    assert at.who is not None
    with doors.writing("register").connection() as conn:
        critical.close(conn, at.collection.id, error.error_id, note=note, by=at.who.name)
    return f"'{error.title}'을(를) 닫았습니다."
