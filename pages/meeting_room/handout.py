"""유인물: every step on paper, drawn from the same results; what was searched live is told from stored runs."""

from __future__ import annotations

from urllib.parse import parse_qs

import streamlit as st

from core.evaluation.scenarios import GATE
from core.meeting.steps import STEPS
from core.report import provenance
from pages.comparing import address as comparing
from pages.comparing import data
from pages.labelling import shown as words
from pages.measuring import band, named
from pages.meeting_room import deck, errors, search, sign, verdict
from pages.meeting_room.room import Room
from pages.widgets import doors, markup, results, trouble
from pages.widgets.text import attribute

_CASES = 3
_PLACES = 3
_PRINT = '<div class="ib-meet-print"><button type="button" data-does="print">인쇄하거나 PDF로 저장</button></div>'
_NO_BOOKMARKS = "회의에 담은 비교가 없습니다. 모델 비교에서 '회의에 담기'를 누르면 여기에 실립니다."
_SPONTANEOUS = "저장된 쿼리가 아니어서 결과를 싣지 않았습니다. 주소를 열면 다시 찾습니다."
_MEASURED_LATER = "이 쿼리를 저장해 둔 실행이 없습니다."


def draw(at: Room) -> None:
    """Draw the pages of the hand-out."""
    markup.draw(_PRINT)
    _title(at)
    for number, step in enumerate(STEPS, start=1):
        with st.container(key=f"meeting-sheet-{step.name}"), trouble.boundary():
            slide = deck.SLIDES[step.name]
            said = _PREPARED if step.name == "search" else slide.message(at)
            markup.draw(f'<div class="ib-meet-sheet"><span>{number}</span><b>{attribute(step.title)}</b></div>'
                        f'<p class="ib-meet-message">{attribute(said)}</p>')
            _DRAWN.get(step.name, slide.draw)(at)
    markup.element('<div class="ib-meet" hidden data-meet="{}"></div>')


def _title(at: Room) -> None:
    rests = band.basis(at.at) if at.at else ""
    warned = "".join(f"<li>{attribute(each)}</li>" for each in provenance.warnings(at.at.evaluation)) if at.at else ""
    markup.draw(f'<div class="ib-meet-cover"><b>TF 회의 유인물</b>'
                f"<span>{attribute(at.collection.name)} · 판정 기준 {at.file.sha256[:12]}</span>"
                f'{rests}{f"<ul>{warned}</ul>" if warned else ""}</div>')


_PREPARED = "회의에 담은 비교와, 저장된 실행에서 찾은 문항입니다."


def _search(at: Room) -> None:
    kept = search.kept(at)
    if not kept:
        results.calm(_NO_BOOKMARKS)
        return
    for each in kept:
        asked, _ = comparing.parse(parse_qs(each.address.removeprefix("?")))
        stored = data.stored(asked, at.collection.name, image=False) if asked.query or asked.q or asked.item else None
        told = f'<b>{attribute(each.title)}</b><small>/compare{attribute(each.address)}</small>'
        if stored is None:
            listed = f"<p>{attribute(_SPONTANEOUS)}</p>"
        elif at.lacking:
            listed = f"<p>{attribute(at.lacking)}</p>"
        else:
            listed = _stored(at, stored.query_id, asked.systems)
        markup.draw(f'<div class="ib-meet-kept">{told}{listed}</div>')


def _stored(at: Room, query_id: str, systems: tuple[str, ...]) -> str:
    result = at.results.result(GATE)
    rows = []
    for run in result.systems:
        if run.system not in {result.stands_for(name) for name in systems}:
            continue
        ids = result.lists.get(run.system, {}).get(query_id, ())[:_PLACES]
        found = doors.items(at.collection.name, ids)
        cells = "".join(f"<td>{attribute(words.short(found[item].item.text, 60) if item in found else item)}"
                        f"<small>{attribute(item)}</small></td>" for item in ids)
        rows.append(f"<tr><td><b>{attribute(named.short(run.system))}</b><small>실행 {run.run_id}번</small></td>{cells}</tr>")
    if not rows:
        return f"<p>{attribute(_MEASURED_LATER)}</p>"
    return f'<div class="ib-meet-gates"><table><tbody>{"".join(rows)}</tbody></table></div>'


def _errors(at: Room) -> None:
    listed = errors.found(at)
    if not listed:
        errors.draw(at)
        return
    for place, each in enumerate(listed[:_CASES], start=1):
        with st.container(key=f"meeting-case-{place}"):
            errors.draw_case(each)


def _verdict(at: Room) -> None:
    verdict.draw(at, listed=len(at.decision.invalid) + len(at.decision.missing) if at.at else 0)


_DRAWN = {"search": _search, "errors": _errors, "verdict": _verdict, "sign": sign.paper}
