"""The models on this machine: which are real, which are miniatures, and the buttons that download them."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from core.errors import UserError
from core.models import completion, registry
from core.models.record import ModelRecord
from core.models.revision import installed_revision
from core.settings import settings
from core.store.jobs import Job
from pages.widgets import jobs, person, results, trouble
from pages.widgets.sizes import on_disk
from pages.widgets.text import attribute

_VERB = ("models", "download")
_WIDTHS = (3.2, 1.1, 1.5, 1.6, 1.2, 2.4)
_HEADERS = ("모델", "라이선스", "크기", "지금 쓰는 것", "리비전", "내려받기")
ABOUT = ("설치되지 않은 모델의 자리는 축소 모델이 대신하며, 그 결과는 연결 확인용이라 판정에 쓸 수 없습니다. 내려받은 뒤 "
         "`python -m core embed`를 실행하면 실제 모델로 검색합니다. 인터넷이 없는 컴퓨터에서는 "
         "`python -m core models download --from-folder 폴더`, 미러는 `--endpoint 주소`를 쓰세요.")
INSISTED = "MODELS=mini로 정해져 있어, 모델을 내려받아도 축소 모델을 씁니다."
BROKEN = {"failed": "받지 못했습니다", "cancelled": "멈추었습니다", "interrupted": "끊겼습니다"}


def draw() -> None:
    """Draw the table of models; it follows downloads under way, whoever began them."""
    results.notes([ABOUT, *([INSISTED] if settings().models == "mini" else [])])
    everything = registry.records(candidates=True)
    busy = any(job.active for job in _downloads(everything).values())
    # Fixed when the page is drawn: the end of the last download draws the page anew, without the clock.
    st.fragment(_table, run_every=1.0 if busy else None)(busy)


def _table(busy: bool) -> None:
    everything, chosen = registry.records(candidates=True), registry.records()
    states, may = _downloads(everything), person.may(person.current(), "work")
    if busy and not any(state.active for state in states.values()):
        st.rerun()
    wanted = [record for record in chosen if not record.installed]
    with st.container(horizontal=True, vertical_alignment="center", key="models.all"):
        st.button("네 모델 모두 내려받기 (약 12 GB)", type="primary", icon=":material/download:", disabled=not (wanted and may),
                  on_click=_begin, args=(wanted,))
    if said := st.session_state.pop("data.said", None):
        trouble.show(said)
    # What keeps one download from beginning keeps the rest: the same sentence is said once.
    results.notes(list(dict.fromkeys(state.error for state in states.values() if state.state == "failed" and state.error)))
    with st.container(key="models.rows", gap="xxsmall"):
        _headers()
        _rows(chosen, states, may)
    others = [record for record in everything if record not in chosen]
    with st.expander(f"비교 후보 모델 {len(others)}개 (판정에는 들어가지 않습니다)"), st.container(key="models.candidates", gap="xxsmall"):
        _rows(others, states, may)
    if not busy and any(state.active for state in states.values()):
        st.rerun()  # a press has just begun one: from now on the clock runs


def _headers() -> None:
    for column, name in zip(st.columns(_WIDTHS), _HEADERS, strict=True):
        column.markdown(f'<div class="ib-th">{name}</div>', unsafe_allow_html=True)


def _rows(records: Sequence[ModelRecord], states: dict[str, Job], may: bool) -> None:
    for record in records:
        state = states.get(record.key)
        with st.container(key=f"models.row.{record.key}"):
            *words, action = st.columns(_WIDTHS, vertical_alignment="center")
            for column, markup in zip(words, _cells(record, state), strict=True):
                column.markdown(markup, unsafe_allow_html=True)
            with action:
                _action(record, state, may)


def _cells(record: ModelRecord, state: Job | None) -> list[str]:
    used = _used(record)
    badge = ('<span class="ib-mini">축소 모델</span>' if used is not None and used.miniature
             else "실제 모델" if used is not None else "없음")
    revision = installed_revision(used)[:12] if used is not None else ""
    hub = f'<div class="ib-hub"><b>{attribute(record.key)}</b><span>{attribute(record.hub_id)}</span></div>'
    shown = f"<code>{attribute(revision)}</code>" if revision else "–"
    return [hub, attribute(record.licence), attribute(_size(record, state)), badge, shown]


def _used(record: ModelRecord) -> ModelRecord | None:
    try:
        return registry.resolve(record.key)
    except UserError:  # a candidate without a twin, or the real one insisted on
        return None


def _size(record: ModelRecord, state: Job | None) -> str:
    mark = completion.read(record.path) if record.installed else None
    if mark is not None:
        return on_disk(sum(kept.size for kept in mark.files.values()))
    if state is not None and state.total:
        return on_disk(state.total)
    # The hub tells the size in bytes only when asked; 2 bytes a parameter is the least it can be.
    return f"{on_disk(2 * record.parameters)} 이상"


def _action(record: ModelRecord, state: Job | None, may: bool) -> None:
    if record.installed:
        st.markdown('<div class="ib-done">설치됨</div>', unsafe_allow_html=True)
        return
    if state is not None and state.active:
        _under_way(state, may)
        return
    with st.container(horizontal=True, vertical_alignment="center"):
        broken = state is not None and state.state in BROKEN
        st.button("이어서 내려받기" if broken else "내려받기", key=f"models.get.{record.key}", icon=":material/download:",
                  on_click=_begin, args=([record],), disabled=not may)
        if state is not None and broken:
            st.markdown(f'<div class="ib-done">{BROKEN[state.state]}</div>', unsafe_allow_html=True)


def _under_way(state: Job, may: bool) -> None:
    if state.total:
        share, words = min(1.0, state.done / state.total), f"{on_disk(state.done)} / {on_disk(state.total)}"
    else:
        share, words = 0.0, "허브에 물어보는 중입니다…"
    with st.container(horizontal=True, vertical_alignment="center"):
        st.progress(share, text=words)
        st.button("멈추기", key=f"models.stop.{state.id}", on_click=jobs.cancel, args=(state.id,),
                  disabled=not may or state.state == "cancelling")


def _downloads(records: Sequence[ModelRecord]) -> dict[str, Job]:
    """Return the newest download of each model that has one."""
    found = {record.key: jobs.newest([*_VERB, record.key]) for record in records}
    return {key: job for key, job in found.items() if job is not None}


def _begin(records: Sequence[ModelRecord]) -> None:
    try:
        for record in records:
            jobs.start([*_VERB, record.key, "--yes"], f"{record.key} 내려받기")
    except (UserError, OSError) as error:
        st.session_state["data.said"] = error
