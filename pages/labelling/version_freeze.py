"""Freezing: what would be written, and the form that writes it."""

from __future__ import annotations

from dataclasses import asdict

import streamlit as st

from core.accounts.person import Person
from core.items import grades
from core.labels.consensus import final
from core.labels.versions import freezing, mirroring
from core.labels.versions.freezing import Preview
from core.store.collections import Collection
from pages.labelling import version_list
from pages.widgets import acts, doors, facts, results

ACT = "versions.freeze"
_DECLARATION = "이 버전에 없는 쌍은 모두 등급 0(무관)임을 확인했습니다"
_WARNING = "선언하면 판정하지 않은 문항도 무관으로 셉니다. 쿼리마다 정답을 빠짐없이 찾았을 때만 서명해 주세요."


def draw(found: Collection, who: Person) -> None:
    """Draw the form on the left, what it would freeze on the right."""
    with doors.database().connection() as conn:
        before = freezing.preview(conn, found.id)
    left, right = st.columns([5, 7], gap="large")
    with left:
        name = st.text_input("이름", key=acts.field(ACT, "name"), placeholder="예: 1차 정답", max_chars=80)
        note = st.text_area("메모", key=acts.field(ACT, "note"), placeholder="무엇이 달라졌는지 (안 써도 됩니다)", height=90)
        suggested = before.suggested_relevant_from
        level = st.segmented_control("관련으로 칠 가장 낮은 등급", list(grades.FROM), format_func=grades.FROM.__getitem__,
                                     default=suggested,
                                     required=True, key=acts.field(ACT, "level"))
        facts.remark(f"이 판정에는 {grades.FROM[suggested]}를 권합니다.")
        signed = ""
        if st.checkbox(_DECLARATION, key=acts.field(ACT, "declared")):
            results.notes([_WARNING])
            signed = st.text_input("서명하는 사람의 이름", key=acts.field(ACT, "signed"), max_chars=80).strip()
        unsigned = bool(st.session_state.get(acts.field(ACT, "declared"))) and not signed
        with doors.database().connection() as conn:
            preview = freezing.preview(conn, found.id, relevant_from=level, unlisted_zero_by=signed)
        acts.press("이대로 굳히기", ACT, lambda: _freeze(found, who, name, note, level, signed), primary=True,
                   disabled=not name.strip() or not preview.rows or unsigned)
        facts.remark("굳힌 버전은 아무도 바꿀 수 없습니다. 판정이 더 쌓이면 새 버전을 굳힙니다.")
    with right:
        _preview(preview)


def _preview(preview: Preview) -> None:
    if not preview.rows:
        results.calm("굳힐 판정이 없습니다. 라벨링을 하거나 정답 파일을 가져온 뒤 다시 열어 주세요.")
        return
    facts.heading("굳힐 내용")
    version_list.covered(asdict(preview.coverage), preview.content.unlisted_zero_by)
    same = preview.same_as
    results.notes([
        *([f"버전 {same.number} '{same.name}'과(와) 내용이 같습니다. 굳혀도 새 버전이 생기지 않습니다."] if same else []),
        *preview.notes, final.RULE, f"{mirroring.RULE} {preview.mirrors.reason}"])


def _freeze(found: Collection, who: Person, name: str, note: str, level: int, signed: str) -> str:
    with doors.writing("versions").connection() as conn:
        made = freezing.freeze(conn, found.id, name=name, note=note, relevant_from=level, by=who.name, unlisted_zero_by=signed)
    version = made.version
    if not made.new:
        return f"같은 내용이 이미 버전 {version.number} '{version.name}'(으)로 굳혀 있어 새로 만들지 않았습니다."
    return (f"버전 {version.number} '{version.name}'을(를) 굳혔습니다. 쿼리 {version.coverage['queries']:,}개, "
            f"쌍 {version.coverage['pairs']:,}개, SHA-256 {version.sha256[:12]}…")
