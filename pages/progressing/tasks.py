"""The plan's tasks and milestones, and the risks."""

from __future__ import annotations

from datetime import date

import streamlit as st

from core.accounts.person import Person
from core.labels import rounds
from core.moments import day
from core.plan import progress, stating, tasks
from core.plan.progress import Progress, TaskState
from core.plan.risks import RISKS, STATUSES, Risk
from core.store.collections import Collection
from pages.measuring import ground
from pages.measuring.address import Asked
from pages.progressing import timeline
from pages.widgets import acts, doors, markup, person
from pages.widgets.text import attribute, inline

TITLE = "계획과 지금"
NO_WISH = Asked()
"""The latest ground truth."""
_UNSAID = "적지 않음"
_HIDDEN = "라벨링이 끝난 뒤에 보입니다."
_OF_GRADES = ("1.7", "3.8", "5.2", "5.4")
"""Tasks whose fact tells of grades or what follows from them."""
_NAMELESS = '<p class="ib-soft">진행 상황을 적으려면 <a href="/login?next=/progress" target="_self">이름을 정해</a> 주세요.</p>'


def draw(who: Person | None) -> None:
    """Draw the timeline, the checklist and the risks."""
    with st.container(key="plan"):
        st.subheader(TITLE, anchor=False)
        acts.said()
        collection = ground.collection()
        if collection is None:
            return
        found = read(collection)
        by = writer(who)
        timeline.draw(found)
        if by:
            _start(collection, found, by)
        elif person.may(who, "plan"):
            markup.draw(_NAMELESS)
        with doors.database().connection() as conn:
            seen = rounds.may_see_grades(conn, collection.id, who)
        for phase in tasks.PHASES:
            own = [each for each in found.tasks if each.task.phase == phase.number]
            done = sum(each.done for each in own)
            late = sum(each.late for each in own)
            title = f"{phase.number}. {phase.title} · {done}/{len(own)}" + (f" · 늦음 {late}" if late else "")
            now = found.day is not None and phase.first <= found.day <= phase.last
            with st.expander(title, expanded=now or (found.day is None and phase.number == 1)):
                _tasks(collection, own, by, seen=seen)
        with st.expander("역할 (RACI)"):
            _roles(collection, found, by)
        st.subheader("위험", anchor=False)
        _risks(collection, found, by)


def read(collection: Collection) -> Progress:
    """Return how the plan stands today."""
    with doors.database().connection() as conn:
        return progress.of(conn, collection, today=date.today())


def writer(who: Person | None) -> str:
    """Return the name this person states things under; empty where nothing may be stated."""
    return who.name if who is not None and person.may(who, "plan") else ""


def _tasks(collection: Collection, listed: list[TaskState], by: str, *, seen: bool) -> None:
    rows = "".join(_row(each, seen=seen) for each in listed)
    markup.draw('<div class="ib-scroll"><table class="ib-table ib-tasks"><thead><tr><th></th><th>태스크</th><th>담당</th><th>시간</th>'
                f"<th>기한</th><th>상태</th><th>근거</th></tr></thead><tbody>{rows}</tbody></table></div>")
    if not by:
        return
    for each in listed:
        if not each.by_fact:
            act = f"plan.task.{each.task.name}"
            words = f"{each.task.name} 되돌리기" if each.done else f"{each.task.name} 마쳤음"
            acts.press(words, act, lambda each=each: _tick(collection, each, by))


def _row(each: TaskState, *, seen: bool) -> str:
    kind, sign, words = ("yes", "✓", "완료") if each.done else ("no", "!", "늦음") if each.late else ("unknown", "", "아직")
    detail = inline(each.words) if seen or each.task.name not in _OF_GRADES else _HIDDEN
    source = "" if each.by_fact else f"<small>{attribute(each.by)} 님이 확인</small>" if each.by else "<small>사람이 확인</small>"
    due = f"{each.due:%m-%d}" if each.due else "–"
    return (f'<tr data-task="{each.task.name}" data-done="{int(each.done)}"><td>{each.task.name}</td><td><b>{attribute(each.task.title)}'
            f"</b></td><td>{attribute(each.task.owner)}</td><td>{each.task.hours:g}h</td><td>{due}</td>"
            f'<td><span class="ib-sign ib-sign-{kind}"><i aria-hidden="true">{sign}</i>{words}</span></td><td>{detail} {source}</td></tr>')


def _tick(collection: Collection, each: TaskState, by: str) -> str:
    with doors.writing("plan").connection() as conn:
        stating.tick(conn, collection.id, each.task.name, done=not each.done, by=by)
    return f"태스크 {each.task.name}을(를) {'되돌렸습니다' if each.done else '마쳤다고 적었습니다'}."


def _start(collection: Collection, found: Progress, by: str) -> None:
    with st.expander("시작일과 쉬는 날", expanded=found.start is None):
        act = "plan.start"
        day = st.date_input("Day 1", value=found.start or "today", key=acts.field(act, "day"), format="YYYY-MM-DD")
        off = st.text_input("주말 말고 쉬는 날", value=" ".join(each.isoformat() for each in found.off), key=acts.field(act, "off"),
                            placeholder="2026-12-25 2027-01-01", max_chars=700)
        acts.press("저장", act, lambda: _started(collection, day, off, by))


def _started(collection: Collection, day: date, off: str, by: str) -> str:
    with doors.writing("plan").connection() as conn:
        stating.start(conn, collection.id, day, off=stating.days(off), by=by)
    return f"Day 1을 {day.isoformat()}(으)로 적었습니다."


def _roles(collection: Collection, found: Progress, by: str) -> None:
    head = "".join(f"<th>{title}<small>{attribute(found.names[role] or '이름 없음')}</small></th>" for role, title in tasks.ROLES.items())
    rows = "".join(f"<tr><td>{duty.title}</td>{''.join(f'<td>{duty.letters[role]}</td>' for role in tasks.ROLES)}</tr>"
                   for duty in tasks.DUTIES)
    markup.draw(f'<div class="ib-scroll"><table class="ib-table ib-raci"><thead><tr><th>태스크</th>{head}</tr></thead>'
                f"<tbody>{rows}</tbody></table></div>")
    markup.draw('<div class="ib-soft">R 실행 · A 책임 · C 협의 · I 공유</div>')
    if by:
        act = "plan.role"
        with st.container(horizontal=True, vertical_alignment="bottom"):
            role = st.selectbox("역할", list(tasks.ROLES), format_func=tasks.ROLES.__getitem__, key=acts.field(act, "role"))
            holder = st.text_input("이름", key=acts.field(act, "name"), max_chars=120)
            acts.press("이름 적기", act, lambda: _named(collection, role, holder, by))


def _named(collection: Collection, role: str, holder: str, by: str) -> str:
    with doors.writing("plan").connection() as conn:
        stating.name(conn, collection.id, role, holder, by=by)
    return f"{tasks.ROLES[role]}의 이름을 적었습니다."


def _risks(collection: Collection, found: Progress, by: str) -> None:
    markup.draw('<div class="ib-scroll"><table class="ib-table ib-risks"><thead><tr><th></th><th>위험</th><th>영향</th><th>확률</th>'
                f"<th>계획한 대응</th><th>지금</th><th>메모</th></tr></thead><tbody>{''.join(_risk(each, found) for each in RISKS)}"
                "</tbody></table></div>")
    if by:
        act = "plan.risk"
        with st.container(horizontal=True, vertical_alignment="bottom"):
            which = st.selectbox("위험", [each.name for each in RISKS], key=acts.field(act, "which"),
                                 format_func=lambda name: next(f"{each.name} {each.title}" for each in RISKS if each.name == name))
            status = st.selectbox("지금", list(STATUSES), format_func=STATUSES.__getitem__, key=acts.field(act, "status"))
            note = st.text_input("메모", key=acts.field(act, "note"), max_chars=2000)
            acts.press("적기", act, lambda: _stated(collection, which, status, note, by))


def _risk(risk: Risk, found: Progress) -> str:
    said = found.risks.get(risk.name)
    told = f"{STATUSES[said.status]}<small>{attribute(said.by)} · {day(said.at)[5:]}</small>" if said else _UNSAID
    note = attribute(said.note) if said else ""
    if risk.name == "R5" and found.late:
        note = f"{note} 기한이 지난 태스크 {len(found.late)}개.".strip()
    return (f'<tr data-risk="{risk.name}"><td>{risk.name}</td><td><b>{attribute(risk.title)}</b></td><td>{risk.impact}</td>'
            f"<td>{risk.likelihood}</td><td>{attribute(risk.response)}</td><td>{told}</td><td>{note}</td></tr>")


def _stated(collection: Collection, which: str, status: str, note: str, by: str) -> str:
    with doors.writing("plan").connection() as conn:
        stating.risk(conn, collection.id, which, status=status, note=note, by=by)
    return f"{which}을(를) '{STATUSES[status]}'(으)로 적었습니다."
