"""The three meetings: agenda, the state of things then, minutes."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

import streamlit as st

from core.accounts.person import Person
from core.labels import rounds
from core.moments import moment
from core.plan import meetings, progress
from core.plan.meetings import Meeting
from core.store.collections import Collection
from pages.measuring import data
from pages.progressing import tasks
from pages.widgets import acts, doors, markup
from pages.widgets.text import attribute, sentence

TITLE = "체크포인트 회의"


def draw(who: Person | None) -> None:
    """Draw the meetings."""
    collection = data.collection()
    if collection is None:
        return
    with st.container(key="plan-meetings"):
        st.subheader(TITLE, anchor=False)
        with doors.database().connection() as conn:
            seen = rounds.may_see_grades(conn, collection.id, who)
        found, by = tasks.read(collection), tasks.writer(who)
        for each, place in zip(found.meetings, st.columns(len(found.meetings), gap="medium"), strict=True):
            with place, st.container(border=True, key=f"meeting-{each.name}"):
                _meeting(collection, each, by, seen=seen)


def _meeting(collection: Collection, each: Meeting, by: str, *, seen: bool) -> None:
    when = f"{each.held_on.isoformat()}에 열었음" if each.held_on else f"{each.due.isoformat()} 예정" if each.due else "날짜 없음"
    agenda = "".join(f"<li>{attribute(one)}</li>" for one in each.agenda)
    markup.draw(f'<div class="ib-checkpoint" data-meeting="{each.name}" data-held="{int(each.held_on is not None)}">'
                f"<b>{attribute(each.title)}</b><span>{when} · {attribute(each.attendees)}</span><ul>{agenda}</ul></div>")
    act = f"plan.{each.name}"
    if each.held_on is None:
        if by:
            day = st.date_input("연 날", value="today", key=acts.field(act, "day"), format="YYYY-MM-DD")
            acts.press("열었다고 적기", act, lambda: _held(collection, each, day, by))
        return
    if each.snapshot is not None:
        _snapshot(each.snapshot, seen=seen)
    if each.minutes and each.at:
        markup.draw(f'<div class="ib-minutes">\n\n{sentence(each.minutes)}\n\n</div>'
                    f'<div class="ib-soft">{attribute(f"{each.by} · {moment(each.at)}")}</div>')
    if by:
        with st.expander("회의록 고치기" if each.minutes else "회의록 쓰기"):
            people = st.text_input("참석자", value=each.attendees, key=acts.field(act, "people"), max_chars=500)
            minutes = st.text_area("회의록", value=each.minutes, key=acts.field(act, "minutes"), height=180, max_chars=20_000)
            acts.press("회의록 저장", act, lambda: _wrote(collection, each, minutes, people, by))


def _snapshot(kept: Mapping[str, Any], *, seen: bool) -> None:
    with st.expander(f"그때의 진행: 태스크 {kept['done']}/{kept['of']}"):
        rows = "".join(f"<tr><td>{attribute(each['name'])}</td><td>{attribute(each['title'])}</td><td>{each['done']}/{each['of']}</td></tr>"
                       for each in kept["milestones"])
        markup.draw(f'<div class="ib-scroll"><table class="ib-table"><tbody>{rows}</tbody></table></div>')
        late = [each["name"] for each in kept["tasks"] if each["late"]]
        said = [f"{each['name']} {each['title']}" for each in kept["risks"] if each["status"] == "happened"]
        markup.draw(f'<div class="ib-soft">{attribute("늦은 태스크: " + (", ".join(late) or "없음"))}<br>'
                    f'{attribute("일어난 위험: " + (", ".join(said) or "없음"))}</div>')
        if seen and (verdict := kept.get("verdict")):
            markup.draw(f'<div class="ib-soft">{attribute(f"그때의 판정: {verdict}")}</div>')


def _held(collection: Collection, each: Meeting, day: date, by: str) -> str:
    with doors.writing("plan").connection() as conn:
        snapshot = progress.as_json(progress.of(conn, collection, today=date.today()))
        meetings.hold(conn, collection.id, each.name, on=day, snapshot=snapshot | {"verdict": _verdict(collection)}, by=by)
    return f"{each.title}를 열었다고 적고, 그때의 진행을 남겼습니다."


def _verdict(collection: Collection) -> str:
    found = data.decision(data.shown(collection, tasks.NO_WISH, None))
    return f"{found.title}{' · 축소 모델' if found.miniature else ''} · 정답 {found.truth_title} ({found.truth_sha256[:8]})"


def _wrote(collection: Collection, each: Meeting, minutes: str, people: str, by: str) -> str:
    with doors.writing("plan").connection() as conn:
        meetings.write(conn, collection.id, each.name, minutes=minutes, attendees=people, by=by)
    return f"{each.title}의 회의록을 저장했습니다."
