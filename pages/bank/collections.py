"""문항과 표본: what collections there are, bringing in a file, drawing a sample."""

from __future__ import annotations

import streamlit as st

from core.accounts.person import Person
from core.items import importers
from core.items.drawing import draw as draw_sample
from core.items.presets import PRESETS
from core.items.sampling import SEED, Sample
from core.moments import day
from core.settings import settings
from pages.bank import place, upload
from pages.widgets import doors, person, plot, results, tables, trouble

_KINDS = {"image": "그림", "latex": "수식", "text": "글"}
_QUOTAS = ("구분", "필요", "있음", "뽑음")
_ABOUT = "계획서 4장의 구성대로 단원·난이도·유형에 고루 퍼지게 뽑습니다. 같은 시드면 같은 표본이 나옵니다."
_NEW = "담을 컬렉션 이름"


def draw(who: Person | None) -> None:
    """Draw the collections, and for those who may the import and the draw."""
    _listing()
    if not person.may(who, "bank"):
        return
    left, right = st.columns(2, gap="large")
    with left:
        plot.part("파일에서 가져오기")
        with trouble.boundary():
            upload.draw()
    with right:
        plot.part("표본 뽑기")
        with trouble.boundary():
            _sampling()


def _listing() -> None:
    found = doors.collections(settings().collection)
    if not found:
        results.calm("아직 문항이 없습니다. 아래에서 문항 파일을 가져와 주세요.")
        return
    tables.draw(("컬렉션", "문항", *_KINDS.values(), "만든 때"), [
        (each.name + (" (화면이 여는 것)" if each.name == settings().collection else ""), f"{each.items:,}",
         *(f"{each.by_kind.get(kind, 0):,}" for kind in _KINDS), f"{day(each.created_at)}") for each in found],
        numbers=frozenset({"문항", *_KINDS.values()}))


def _sampling() -> None:
    names = [each.name for each in doors.collections(settings().collection)]
    if not names:
        results.calm("먼저 문항을 가져와 주세요.")
        return
    results.notes([_ABOUT])
    with st.container(horizontal=True, vertical_alignment="bottom"):
        source = st.selectbox("뽑을 곳", names, key="data.sample.source")
        preset = st.selectbox("구성", list(PRESETS), format_func=lambda name: PRESETS[name].title, key="data.sample.preset")
        seed = int(st.number_input("시드", 0, 2**31, SEED, key="data.sample.seed", width=150))
    told = _preview(source, preset, seed)
    tables.draw(_QUOTAS, [(each.name, f"{each.wanted:,}", f"{each.available:,}", f"{each.taken:,}") for each in told.quotas],
                numbers=frozenset(_QUOTAS[1:]))
    results.notes(list(told.notes))
    with st.container(horizontal=True, vertical_alignment="bottom"):
        into = st.text_input(_NEW, key="data.sample.into", placeholder="math-100-2", max_chars=64)
        if st.button(f"{len(told.ids):,}문항 뽑기", type="primary", key="data.sample.draw", disabled=not (into and told.ids)):
            with trouble.boundary():
                importers.check_name(into)
                draw_sample(doors.writing("bank"), source=source, into=into, preset=preset, seed=seed)
                place.go(into, section="review")
                st.rerun()


@st.cache_data(ttl=60, max_entries=16, show_spinner="표본을 뽑아 보는 중입니다…")
def _preview(source: str, preset: str, seed: int) -> Sample:
    return draw_sample(doors.database(), source=source, into=None, preset=preset, seed=seed)
