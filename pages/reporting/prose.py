"""The analysis in words: what the facts draft, and what its author makes of it."""

from __future__ import annotations

import streamlit as st

from core.accounts.person import Person
from core.moments import moment
from core.report.final import facts, prose
from core.report.final.prose import Section
from core.store import reports
from core.store.collections import Collection
from pages.widgets import acts, doors, markup, person, results
from pages.widgets.text import attribute

_ABOUT = "초안은 판정 기준과 오류 사례에서 만들어집니다. 고친 글에는 쓴 사람의 이름이 남고, 그 뒤 숫자가 바뀌면 표시됩니다."
_OUTDATED = "이 글을 쓴 뒤 숫자가 바뀌었습니다. 초안과 견주어 보고 다시 저장해 주세요."


def draw(found: Collection, who: Person | None) -> None:
    """Draw the sections with their texts, for those who may write to change."""
    doing = " 고치기" if person.may(who, "report") else ""
    with st.expander(f"분석 글{doing} (5장과 6장)"):
        results.notes([_ABOUT])
        if not st.toggle("글 열기", key="report.prose.open"):
            return
        for section in _sections(found):
            _section(found, who, section)


def _sections(found: Collection) -> tuple[Section, ...]:
    with doors.database().connection() as conn:
        said = reports.said(conn, found.id)
        return prose.sections(_facts(found.name, facts.fingerprint(conn, found.id)), said)


@st.cache_resource(max_entries=2, show_spinner="초안을 쓰고 있습니다…")
def _facts(collection: str, fingerprint: str) -> facts.Facts:
    with doors.database().connection() as conn:
        return facts.read(conn, collection)


def _section(found: Collection, who: Person | None, section: Section) -> None:
    said = f"쓴 사람: {section.by} · {moment(section.at)}" if section.by and section.at else "초안"
    markup.draw(f'<div class="ib-chart-head"><h3>{attribute(section.title)}</h3><span class="ib-soft">{attribute(said)}</span></div>')
    if section.outdated:
        results.notes([_OUTDATED])
    act = f"report.prose.{section.key}"
    writes = who is not None and person.may(who, "report")
    text = st.text_area(section.title, section.body, key=acts.field(act, section.draft_sha256[:8]), height=180, max_chars=prose.LONGEST,
                        label_visibility="collapsed", disabled=not writes, help="한 줄이 보고서의 한 항목이 됩니다.")
    if not writes or who is None:
        return
    with st.container(horizontal=True):
        acts.press("저장", act, lambda: _write(found, section, text, who.name), disabled=text.strip() == section.body.strip())
        # The same act as saving, so that the text area is a new one and shows the draft.
        if section.by and st.button("초안으로 되돌리기", key=acts.field(act, "back")):
            acts.do(act, lambda: _write(found, section, "", who.name))


def _write(found: Collection, section: Section, text: str, by: str) -> str:
    with doors.writing("report").connection() as conn:
        prose.write(conn, found.id, section=section.key, body=text, draft_sha256=section.draft_sha256, by=by)
    return f"'{section.title}'을(를) {by}님의 이름으로 저장했습니다." if text else f"'{section.title}'을(를) 초안으로 되돌렸습니다."
