"""A ground truth as a file to take away."""

from __future__ import annotations

import streamlit as st

from core.accounts.person import Person
from core.labels.exchange import exporting, exporting_events
from core.labels.exchange.exporting import Exported
from core.labels.versions import truth
from core.store.collections import Collection
from pages.widgets import doors, facts, results, tables, trouble

_CURRENT = 0
_FORMATS = {"plan": "계획서 JSON", "trec": "TREC qrels", "csv": "CSV (엑셀)", "events": "판정 기록 전체"}
_ABOUT = {
    "plan": "계획서 12.1의 형식입니다. 다시 가져오면 같은 정답이 됩니다.",
    "trec": "검색 평가 도구가 읽는 형식입니다. 쿼리의 글은 들어 있지 않습니다.",
    "csv": "엑셀에서 바로 열리는 UTF-8 파일입니다.",
    "events": "누가 언제 무엇이라고 했는지 모두 담은 기록입니다. 쿼리와 그 그림도 들어 있어 다른 곳에서 그대로 되살릴 수 있습니다.",
}


def draw(found: Collection, who: Person) -> None:
    """Draw the choice of version and format, what the file holds, and the button that takes it."""
    with doors.database().connection() as conn:
        listed = {each.number: each for each in truth.versions(conn, found.id)}
    kind = st.segmented_control("형식", list(_FORMATS), format_func=_FORMATS.__getitem__, default="plan", required=True,
                                key="label.export.format")
    results.notes([_ABOUT[kind]])
    number = _CURRENT
    if kind != "events":
        number = st.selectbox("정답", [*sorted(listed, reverse=True), _CURRENT], key="label.export.version", width=360,
                              format_func=lambda each: f"버전 {each} · {listed[each].name}" if each else "지금까지의 판정 (미확정)")
    with trouble.boundary():
        _file(found, kind, number, _exported(found, kind, number))


def _exported(found: Collection, kind: str, number: int) -> Exported:
    with doors.database().connection() as conn:
        if kind == "events":
            return exporting_events.export(conn, found.id)
        return exporting.export(conn, found.id, kind, number=number or None, current=number == _CURRENT)


def _file(found: Collection, kind: str, number: int, made: Exported) -> None:
    facts.strip([("쿼리", f"{made.queries:,}", made.title), ("판정", f"{made.judgments:,}", ""),
                 ("그림", f"{len(made.images):,}", "파일과 함께 ZIP으로" if made.images else "")])
    if made.refused:
        results.notes(["이 형식에 담을 수 없어 뺀 것이 있습니다."])
        tables.draw(("ID", "까닭"), made.refused)
    stem = f"{found.name}-{kind}-{f'v{number}' if number else 'now'}"
    name, data, mime = f"{stem}{made.suffix}", made.data, made.media_type
    if made.images:
        name, data, mime = f"{stem}.zip", exporting.zipped(made, name), "application/zip"
    st.download_button("파일 받기", data, name, mime, type="primary", on_click="ignore", key="label.export.take",
                       disabled=not made.judgments and not made.queries)
    facts.remark(f"{name} · {len(data) / 1000:,.0f} kB")
