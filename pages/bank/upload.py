"""Bringing in a file of items: first what would be taken and refused, then the import, a job."""

from __future__ import annotations

from pathlib import Path

import streamlit as st

from core.errors import InputError
from core.items import importers, uploads
from core.items.importers import ImportReport, refusals
from core.settings import settings
from pages.widgets import doors, jobs, results, tables, trouble, work

_TYPES = ["json", "jsonl", "zip"]
_LARGEST_MB = 200
_SHOWN = 200
_ABOUT = ("계획서 12.1 형식이나 문항은행 형식의 JSON, 또는 그 파일과 그림을 함께 묶은 ZIP을 올려 주세요. 먼저 무엇을 받아들이고 "
          f"거절하는지 보여 드립니다. {_LARGEST_MB} MB가 넘으면 터미널의 `python -m core import`로 가져와 주세요.")


def draw() -> None:
    """Draw the file's place, what an import would do, and the button that does it."""
    results.notes([_ABOUT])
    jobs.draw(["import"])
    with st.container(key="data-upload"):
        sent = st.file_uploader("문항 파일", type=_TYPES, key="data.upload", max_upload_size=_LARGEST_MB, label_visibility="collapsed")
    name = st.text_input("담을 컬렉션", value=settings().collection, key="data.upload.into", max_chars=64)
    if sent is None or not name:
        return
    importers.check_name(name)
    path = uploads.keep(sent.getvalue(), Path(sent.name).suffix.lower())
    told = _previewed(path, name, sent.name)
    if told is None:
        return
    results.notes([f"새로 {told.inserted:,}건, 바뀐 {told.updated:,}건을 가져올 수 있습니다. 그대로 {told.unchanged:,}건, "
                   f"거절 {len(told.refused):,}건."])
    if told.refused:
        tables.draw(refusals.HEADER, refusals.table(told.refused[:_SHOWN]))
        st.download_button("거절 목록 받기 (CSV)", refusals.to_csv(told.refused), "거절 목록.csv", "text/csv", on_click="ignore",
                           key="data.upload.refused")
    if st.button(f"{told.imported:,}건 가져오기", type="primary", key="data.upload.start", disabled=not told.imported):
        with trouble.boundary():
            jobs.start(["import", str(path), "--collection", name], f"문항 가져오기 ({sent.name} → {name})")
            work.forget(_key(path, name))
            doors.forget_collections()
            st.rerun()


def _previewed(path: Path, name: str, called: str) -> ImportReport | None:
    key = _key(path, name)
    if work.state(key) is None:
        database = doors.writing("bank")  # rolled back, and a write until then

        def reading(progress: work.Report, cancelled: work.Cancelled) -> ImportReport | None:
            def show(read: int, total: int) -> None:
                progress(read, total, "문항을 읽는 중")
                if cancelled():
                    raise _StoppedError

            try:
                return importers.preview(database, path, collection=name, progress=show)
            except _StoppedError:
                return None
            except InputError as error:
                # The file is kept under its hash; people know it by the name they gave it.
                raise InputError(str(error).replace(path.name, called)) from error

        work.start(key, "미리 보기", reading)
    found = work.draw(key)
    return found.result if found is not None and found.phase == "done" else None


class _StoppedError(Exception):
    """Somebody stopped the preview; its transaction is rolled back."""


def _key(path: Path, name: str) -> str:
    return f"data.preview.{path.stem}.{name}"
