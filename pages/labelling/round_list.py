"""Every round: its progress, its raters, and the button that closes it."""

from __future__ import annotations

from datetime import datetime

import streamlit as st

from core.accounts.person import Person
from core.jobs import pace
from core.labels import progress, rounds, status
from core.labels.progress import RoundProgress
from core.moments import day
from core.store.collections import Collection
from core.store.rounds import Round
from pages.labelling import scopes
from pages.widgets import acts, doors, facts, markup, results, tables
from pages.widgets.text import attribute

_NONE = "아직 연 라운드가 없습니다. '후보 모으기'에서 계획을 세우고 첫 라운드를 열어 주세요."


def draw(found: Collection, who: Person) -> None:
    """Draw the collection in numbers, then every open round, then the closed ones."""
    with doors.database().connection() as conn:
        counted = status.of_collection(conn, found.id)
        listed = rounds.listing(conn, found.id)
    facts.strip([
        ("쿼리", f"{counted.queries:,}", ""), ("쌍", f"{counted.pairs:,}", "물었거나 누가 말한 쌍"),
        ("등급이 있는 쌍", f"{counted.judged:,}", "출처를 가리지 않음"),
        ("열린 라운드", f"{counted.rounds_open:,}", f"닫힌 라운드 {counted.rounds_closed:,}개"),
        ("결함 문항", f"{counted.flagged:,}", "판정에서 빠져 있음" if counted.flagged else ""),
    ])
    if not listed:
        results.calm(_NONE)
        return
    for each in listed:
        if each.open:
            with st.container(border=True, key=f"label-round-{each.id}"):
                _round(found, each)
    closed = {each.id: each for each in listed if not each.open}
    if closed:
        facts.heading("닫힌 라운드")
        chosen = st.selectbox("닫힌 라운드", list(closed), index=None, placeholder="자세히 볼 라운드", key="label.rounds.closed", width=420,
                              format_func=lambda each: f"{closed[each].name} · {_day(closed[each].closed_at)}에 닫음",
                              label_visibility="collapsed")
        if chosen is not None:
            with st.container(border=True):
                _round(found, closed[chosen])


def _round(found: Collection, each: Round) -> None:
    with doors.database().connection() as conn:
        made = progress.of_round(conn, each.id)
    kind = "연습" if each.kind == "calibration" else f"{each.stage}차 · 쌍마다 {each.overlap}명"
    told = [kind, f"{_day(each.created_at)} {each.created_by}", f"판정 기준 {each.guideline_version}" if each.guideline_version else ""]
    markup.draw(f'<div class="ib-round-head"><b>{attribute(each.name)}</b><span>{attribute(" · ".join(filter(None, told)))}</span></div>')
    facts.bar(made.looks / made.looks_wanted if made.looks_wanted else 0.0, _words(each, made))
    _raters(made)
    if each.open:
        with st.container(horizontal=True):
            with st.popover("라운드 닫기"):
                st.markdown("닫으면 아무에게도 더 나눠 주지 않습니다. 한 판정은 모두 남습니다. 다시 열 수는 없습니다.")
                acts.press("닫기", f"round.close.{each.id}", lambda: _close(each), primary=True)
            if each.kind == "round":
                with st.popover("맡을 사람 바꾸기", key=f"label.round.who.{each.id}"):
                    _assign(found, each)


def _words(each: Round, made: RoundProgress) -> str:
    told = [f"판정 {made.looks:,} / {made.looks_wanted:,}번", f"다 본 쌍 {made.complete:,} / {made.pairs:,}"]
    if made.looks < made.looks_wanted and each.open:
        basis = f"{made.seconds_per_pair:.0f}초씩" + ("" if made.timed else " 걸린다고 가정")
        told.append(f"남은 시간 약 {pace.lasting(made.remaining_hours * 3600)} (모두 더해, {basis})")
    if made.flagged:
        told.append(f"결함이나 수정으로 빠진 쌍 {made.flagged:,}")
    if made.mirrored:
        told.append(f"묻지 않고 적어 둔 쌍 {made.mirrored:,}")
    return " · ".join(told)


def _raters(made: RoundProgress) -> None:
    if not made.raters:
        facts.remark("아직 시작한 사람이 없습니다.")
        return
    tables.draw(("라벨러", "판정", "판정 불가", "숨은 반복", "손에 든 쌍", "시간당"),
                [(each.rater, f"{each.judged:,}", f"{each.unrateable:,}", f"{each.repeats:,}", f"{each.open:,}",
                  facts.UNMEASURED if each.per_hour is None else f"{each.per_hour:,.0f}") for each in made.raters],
                numbers=frozenset({"판정", "판정 불가", "숨은 반복", "손에 든 쌍", "시간당"}))


def _assign(found: Collection, each: Round) -> None:
    with doors.database().connection() as conn:
        before = {part.name: part for part in rounds.raters(conn, each.id)}
    if before:
        tables.draw(("라벨러", "과목", "단원"), [(part.name, ", ".join(part.subjects) or "모두", ", ".join(part.units) or "모두")
                                              for part in before.values()])
    else:
        facts.remark("지금은 모든 라벨러에게 열려 있습니다. 한 명이라도 정하면 정한 사람만 판정합니다.")
    named = scopes.draw(acts.field(f"round.{each.id}", "who"), found, "더하거나 바꿀 사람", before=before)
    acts.press("저장", f"round.{each.id}", lambda: _assigned(each, named), disabled=not named)


def _assigned(each: Round, named: tuple) -> str:
    with doors.writing("rounds").connection() as conn:
        rounds.assign(conn, each.id, named)
    return f"'{each.name}' 라운드를 맡을 사람을 저장했습니다: {', '.join(part.name for part in named)}."


def _close(each: Round) -> str:
    with doors.writing("rounds").connection() as conn:
        rounds.close(conn, each.id)
    return f"'{each.name}' 라운드를 닫았습니다. 한 판정은 모두 남아 있습니다."


def _day(at: datetime | None) -> str:
    return day(at) if at else ""
