"""Bringing in a ground truth file: first what would be taken and refused, then the import itself."""

from __future__ import annotations

import tempfile
from pathlib import Path

import streamlit as st

from core.accounts.person import Person
from core.items.importers import refusals
from core.labels.exchange import importing
from core.labels.exchange.importing import TruthReport
from core.store.collections import Collection
from pages.widgets import acts, doors, facts, results, tables, trouble

ACT = "versions.import"
_TYPES = ["json", "jsonl", "csv", "qrels", "txt"]
_SHOWN = 200
_ABOUT = ("계획서의 정답 JSON, TREC qrels, CSV, 판정 기록(JSONL)을 가져옵니다. 같은 파일을 두 번 가져와도 두 번 쌓이지 않습니다. "
          "그림 파일이 딸린 쿼리는 터미널의 `python -m core labels import`로 가져와 주세요.")
_ORIGINS = {None: "파일에 적힌 대로 (없으면 모델)", "human": "사람이 매김", "constructed": "규칙으로 만듦", "model": "모델이 매김"}
_OTHER_SCALE = "등급이 0~3이 아닌 파일은 아래에서 파일의 등급마다 우리 등급을 정해 주세요."


def draw(found: Collection, who: Person) -> None:
    """Draw the file's place and, once there is one, what an import of it would do."""
    results.notes([_ABOUT])
    left, right = st.columns([5, 7], gap="large")
    with left:
        with st.container(key="label-import"):
            sent = st.file_uploader("정답 파일", type=_TYPES, key=acts.field(ACT, "file"), max_upload_size=10)
        origin = st.selectbox("등급을 누가 매겼나", list(_ORIGINS), format_func=_ORIGINS.__getitem__, key=acts.field(ACT, "origin"))
        mapping = _mapping()
    if sent is None:
        with right:
            results.calm("파일을 고르면 저장하기 전에 무엇을 받아들이고 무엇을 거절하는지 줄마다 보여 드립니다.")
        return
    data = sent.getvalue()
    options = {"collection": found.name, "origin": origin, "mapping": mapping}
    with right, trouble.boundary():
        with st.spinner("파일을 읽는 중입니다…"):
            told = _read(data, sent.name, preview=True, **options)
        _told(told)
        acts.press("가져오기", ACT, lambda: _import(data, sent.name, options), primary=True, disabled=not told.judgments + told.queries)


def _mapping() -> dict[int, int] | None:
    """The grades of another scale, each with ours; None where the file has ours."""
    if not st.toggle("다른 등급 척도입니다", key=acts.field(ACT, "scale")):
        return None
    facts.remark(_OTHER_SCALE)
    top = int(st.number_input("파일의 가장 높은 등급", 1, 10, 5, key=acts.field(ACT, "top")))
    with st.container(horizontal=True):
        return {value: int(st.number_input(f"파일의 {value}", 0, 3, min(3, value), key=acts.field(ACT, f"map.{value}"), width=110))
                for value in range(top + 1)}


def _told(told: TruthReport) -> None:
    facts.strip([
        ("쿼리", f"{told.queries:,}", "파일에서 읽음"), ("판정", f"{told.judgments:,}", "이 컬렉션에 있는 쌍"),
        ("새로 저장할 판정", f"{told.added:,}", "나머지는 이미 있음" if told.added < told.judgments else ""),
        ("거절", f"{len(told.refused):,}", ""),
    ])
    results.notes(list(told.notes))
    if told.refused:
        facts.heading("거절되는 줄")
        tables.draw(("줄", "쿼리·판정", "까닭"), [(each.line, each.id, each.reason) for each in told.refused[:_SHOWN]],
                    numbers=frozenset({"줄"}))
        st.download_button("거절 목록 받기 (CSV)", refusals.to_csv(told.refused), "거절 목록.csv", "text/csv", on_click="ignore",
                           key="label.import.refused")


def _import(data: bytes, name: str, options: dict) -> str:
    told = _read(data, name, **options)
    return f"'{name}'에서 쿼리 {told.queries:,}개와 판정 {told.judgments:,}건을 읽어 새 판정 {told.added:,}건을 저장했습니다. " \
           f"거절 {len(told.refused):,}건."


def _read(data: bytes, name: str, **options: object) -> TruthReport:
    """Import from a folder of the file's own: no image can lie beside it."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / (Path(name).name or "upload")
        path.write_bytes(data)
        return importing.import_file(doors.writing("versions"), path, **options)
