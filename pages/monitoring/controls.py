"""Taking models up and down: what it would need is told before, and what is in use is asked about first."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress

import streamlit as st

from core.accounts import rights
from core.engine import forecast
from core.engine.client import EngineClient
from core.engine.forecast import Forecast, Room
from core.engine.messages import EngineStatus
from core.engine.sampler import View
from core.errors import UserError
from core.models import registry
from core.models.record import ModelRecord
from core.settings import settings
from core.store import jobs as stored
from pages.widgets import doors, markup, person, trouble, work
from pages.widgets.sizes import in_gib, in_memory
from pages.widgets.text import attribute

KEY = "vram.load"
_WIDTHS = (3.3, 1.5, 1.5, 4.3, 3.3)
_HEADERS = ("모델", "지금", "고른 정밀도", "그 정밀도로 올리면", "할 일")
ABOUT = ("검색은 임베딩한 정밀도의 모델을 스스로 불러옵니다. "
         "여기서는 미리 올려 두거나, 정밀도를 바꾸어 얼마나 드는지 보거나, 자리를 비울 수 있습니다.")
_BUSY = "다른 모델을 올리거나 내리는 중입니다."
_NO_ROOM = "지금은 들어갈 자리가 없습니다."
_ABSENT = "올라와 있지 않습니다."
_SAME = "다른 정밀도를 고르면 바꿀 수 있습니다."


def draw(view: View, where: Room) -> None:
    """Draw a row for each model of systems A to E, and one for any other that is loaded."""
    who = person.current()
    under_way = work.state(KEY)
    busy = under_way is not None and under_way.running
    barred = rights.refusal("work") if not person.may(who, "work") else _BUSY if busy else ""
    with st.container(key="vram-models", gap="xxsmall"):
        for column, name in zip(st.columns(_WIDTHS), _HEADERS, strict=True):
            with column:
                markup.draw(f'<div class="ib-th">{name}</div>')
        for record in _records(view.status):
            with st.container(key=f"vram-model-{record.key}"), trouble.boundary():
                _row(record, view.status, where, barred=barred)
    if under_way is not None and (busy or under_way.error):
        words = f"{under_way.label}…" if busy else under_way.error
        markup.draw(f'<div class="ib-note" role="status">{attribute(words)}</div>')
    markup.draw(f'<div class="ib-stage-why">{ABOUT}</div>')


def changes(view: View) -> tuple[object, ...]:
    """Return what the rows depend on: while it stays the same they need not be drawn anew."""
    under_way = work.state(KEY)
    return (view.status.running, view.status.device, tuple(sorted((each.model.key, each.model.precision) for each in view.status.loaded)),
            under_way and (under_way.phase, under_way.started))


def _records(status: EngineStatus) -> list[ModelRecord]:
    found: dict[str, ModelRecord] = {}
    for each in registry.records():
        with suppress(UserError):  # neither the real model nor a twin: nothing to load
            record = registry.resolve(each.key)
            found[record.key] = record
    for loaded in status.loaded:
        found.setdefault(loaded.model.key, registry.record(loaded.model.key))
    return list(found.values())


def _row(record: ModelRecord, status: EngineStatus, where: Room, *, barred: str) -> None:
    name, now, choice, would, act = st.columns(_WIDTHS, vertical_alignment="center")
    loaded = [each for each in status.loaded if each.model.key == record.key]
    there = [each.model.precision for each in loaded]
    badge = ' <span class="ib-mini">축소 모델</span>' if record.miniature else ""
    with name:
        markup.draw(f'<div class="ib-vram-name"><b>{attribute(record.key)}</b>{badge}</div>')
    with now:
        calls = f"<small>호출 {sum(each.calls for each in loaded):,}번</small>"
        markup.draw(f'<div class="ib-vram-now"><span>{attribute(" · ".join(there))}</span> {calls}</div>' if there
                    else '<div class="ib-vram-now ib-soft">내려와 있음</div>')
    if record.key.partition("@")[0] in settings().remote_keys:
        with would:
            markup.draw("원격 엔진(ENGINE_URL)이 계산하므로 이 컴퓨터에 올리지 않습니다.")
        return
    with choice:
        precision = st.selectbox(f"{record.key} 정밀도", forecast.choices(record, where.device), key=f"vram.precision.{record.key}",
                                 label_visibility="collapsed", disabled=bool(barred))
    told = forecast.forecast(record, precision, status, where)
    with would:
        markup.draw(f'<div class="ib-vram-would">{attribute(_words(told, where, precision))}</div>')
    with act, st.container(horizontal=True, gap="small"):
        load = barred or ("이미 올라와 있습니다." if there else "" if told.fits else _NO_ROOM)
        if st.button("올리기", key=f"vram.load.{record.key}", disabled=bool(load), help=load or None):
            _asked(record, told, precision, there)
        change = barred or (_ABSENT if not there else _SAME if told.loaded else "" if told.fits else _NO_ROOM)
        if st.button("정밀도 바꾸기", key=f"vram.change.{record.key}", disabled=bool(change), help=change or None):
            _asked(record, told, precision, there)
        drop = barred or ("" if there else _ABSENT)
        if st.button("내리기", key=f"vram.evict.{record.key}", disabled=bool(drop), help=drop or None):
            _asked_to_drop(record)


def _words(told: Forecast, where: Room, asked: str) -> str:
    size = f"{f'{told.precision} · ' if asked == 'auto' else ''}가중치 {in_memory(told.weights)} · 계산 {in_memory(told.working)} 예상"
    if told.loaded:
        return f"{size} · 이미 올라와 있습니다"
    limit = f"모두 합쳐 {in_gib(told.needed)} / 예산 {in_gib(told.limit)} GiB" if where.device == "cuda" else (
        f"쓸 수 있는 RAM {in_memory(told.limit)}")
    if not told.fits:
        return f"{size} · {limit} · 들어가지 않습니다"
    return f"{size} · {limit}" + (f" · {', '.join(told.leaving)}을(를) 내립니다" if told.leaving else "")


def _asked(record: ModelRecord, told: Forecast, precision: str, there: list[str]) -> None:
    """Load, after a question where models in memory have to go for it."""
    status = doors.encoder().status()
    going = [*told.leaving, *([record.key] if there else [])]
    why = [f"{key}: {said}" for key in going for said in forecast.uses(status, key)]
    why += _working() if going else []
    why = [*([f"자리를 내려고 {', '.join(told.leaving)} 모델을 내립니다."] if told.leaving else []), *why]
    if why:
        _question(f"{record.key} {'정밀도 바꾸기' if there else '올리기'}", why, lambda: _load(record.key, precision, replace=bool(there)))
    else:
        _load(record.key, precision, replace=bool(there))
        st.rerun()


def _asked_to_drop(record: ModelRecord) -> None:
    why = [*forecast.uses(doors.encoder().status(), record.key), *_working()]
    if why:
        _question(f"{record.key} 내리기", why, lambda: _drop(record.key))
    else:
        _drop(record.key)
        st.rerun()


def _working() -> list[str]:
    """Return the jobs that compute with the engine now, with who started them: they would have to load the model again."""
    with doors.database().connection() as conn:
        return [f"작업 ‘{job.title}’을(를) 하는 중입니다. 시작한 사람: {job.asked_by}"
                for job in stored.listing(conn) if job.takes_engine and job.state in ("running", "cancelling")]


def _question(title: str, why: list[str], act: Callable[[], object]) -> None:
    def body() -> None:
        for sentence in why:
            markup.draw(f"<div>{attribute(sentence)}</div>")
        markup.draw("<div>그래도 할까요? 하던 계산은 끝까지 가고, 다음에 쓸 때 다시 불러오느라 오래 걸립니다.</div>")
        with st.container(horizontal=True):
            if st.button("그래도 하기", type="primary", key="vram.sure"):
                act()
                st.rerun()
            if st.button("그대로 두기", key="vram.leave"):
                st.rerun()

    st.dialog(title)(body)()


def _load(key: str, precision: str, *, replace: bool) -> None:
    doors.demand("work")
    engine: EngineClient = doors.encoder()

    def loading(progress: work.Report, cancelled: work.Cancelled) -> None:
        if replace:  # else both precisions would stand side by side
            engine.evict(key)
        engine.load(key, precision=precision)

    work.start(KEY, f"{key} 모델을 올리는 중입니다", loading)


def _drop(key: str) -> None:
    doors.demand("work")
    engine: EngineClient = doors.encoder()
    work.start(KEY, f"{key} 모델을 내리는 중입니다", lambda progress, cancelled: engine.evict(key))
