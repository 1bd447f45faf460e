"""The plan's further criteria (2.3): each value in its band, and the days that somebody states by name."""

from __future__ import annotations

from collections.abc import Iterable
from typing import get_args

import streamlit as st

from core.evaluation.verdict import bands, wording
from core.evaluation.verdict.outcome import NOT_MEASURED, Band, BandWord
from core.moments import moment
from core.store import stated_values
from pages.measuring import gate_table, register
from pages.measuring.data import Shown
from pages.widgets import acts, doors, markup
from pages.widgets.text import attribute, inline

_ACT = "metrics.days"
_DAYS = "days_saved"
_HEADERS = ("지표", "값", "띠", "기준과 근거")


def draw(at: Shown, found: Iterable[Band]) -> None:
    """Draw the table and the form for the days."""
    rows = "".join(map(_row, found))
    head = "".join(f"<th>{name}</th>" for name in _HEADERS)
    markup.draw(f'<div class="ib-scroll"><table class="ib-gates"><thead><tr>{head}</tr></thead><tbody>{rows}</tbody></table></div>')
    _days(at)


def _row(band: Band) -> str:
    spread = "" if band.low is None or band.high is None else (
        f"<small>{attribute(f'{wording.value_text(band.unit, band.low)} – {wording.value_text(band.unit, band.high)}')}</small>")
    value = "ib-gate-value" + (" ib-uncounted" if band.value is None else "")
    names = [name for name in get_args(BandWord) if name != NOT_MEASURED]
    strip = "".join(f'<span class="{"ib-here" if name == band.band else ""}">{name}</span>' for name in names)
    told = "<br>".join(filter(None, [inline(band.sentence), gate_table.proofs(band.evidence)]))
    return (f'<tr data-band="{attribute(band.name)}"><td><span class="ib-gate-name">{attribute(band.title)}</span></td>'
            f'<td class="ib-number"><span class="{value}">{attribute(wording.value_text(band.unit, band.value))}</span>{spread}</td>'
            f'<td><div class="ib-bands" aria-label="{attribute(band.band)}">{strip}</div></td>'
            f'<td class="ib-evidence">{attribute(band.limits)}<br>{told}</td></tr>')


def _days(at: Shown) -> None:
    with doors.database().connection() as conn:
        stated = stated_values.history(conn, at.collection.id, _DAYS)
    if at.who is None or not at.may("values"):
        if at.may("values"):
            markup.draw(f'<div class="ib-soft">\n\n개발 기간 단축은 사람이 넣는 값입니다. {register.NAMELESS}\n\n</div>')
        return
    with st.expander("개발 기간 단축 예상 넣기" if not stated else "개발 기간 단축 예상 고치기"):
        days, note, button = st.columns([2, 6, 2], vertical_alignment="bottom")
        value = days.number_input("줄어드는 날 수", min_value=0.0, max_value=1000.0, step=1.0, value=None, format="%g",
                                  key=acts.field(_ACT, "value"), placeholder="예: 10")
        said = note.text_input("어떻게 어림했는지", key=acts.field(_ACT, "note"), max_chars=500)
        with button:
            acts.press("이름을 남기고 넣기", _ACT, lambda: _state(at, value or 0.0, said), disabled=value is None or not said.strip())
        for each in stated:
            told = f"{moment(each.at)} · {each.by} · {each.value:g}일 · {each.note}"
            markup.draw(f'<div class="ib-soft">{attribute(told)}</div>')


def _state(at: Shown, value: float, note: str) -> str:
    assert at.who is not None
    with doors.writing("values").connection() as conn:
        bands.state(conn, at.collection.id, name=_DAYS, value=value, note=note, by=at.who.name)
    return f"개발 기간 단축 {value:g}일을 {at.who.name}님의 이름으로 넣었습니다."
