"""Which systems answer: one or several side by side, variants beside them, D's weight and E's depth.

A system has one place, and D's weight belongs to the place of D; every other variant is a column of its own, so that it
can be seen next to the plain system.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import streamlit as st

from core.errors import NotFoundError, UserError
from core.models import registry
from core.search import variants
from core.search.fusion import DEFAULT_WEIGHT
from core.search.systems import QWEN, SYSTEMS
from core.search.variants import SMALLEST_DIMS, Variant
from pages.widgets import results
from pages.widgets.address import MOST_SYSTEMS, RERANK_DEPTHS, SIDE_BY_SIDE, Address, ordered, written
from pages.widgets.state import key, touch

ALL = "side-by-side"
WEIGHED = "kure+siglip"
"""The system with the weight slider."""
_RERANKED = {"qwen3-vl": "qwen3-vl+rerank"}
_PLAIN = {reranked: plain for plain, reranked in _RERANKED.items()}
_ABOUT = "변형은 한 열을 따로 받아 원래 시스템과 나란히 보입니다. 벡터가 아직 없는 변형은 만드는 명령을 알려 드립니다."


def adopted(address: Address) -> dict[str, Any]:
    """Return the widgets' state that shows an address."""
    places, others, weight = [], [], DEFAULT_WEIGHT
    for name in address.systems:
        variant = variants.find(name)
        only_weighed = variant == Variant(system=variant.system, weight=variant.weight)
        if only_weighed and variant.system.name in SYSTEMS and variant.system.name not in places:
            places.append(variant.system.name)
            weight = variant.weight if variant.system.name == WEIGHED else weight
        else:
            others.append(name)
    alone = len(places) == 1
    return {
        key("view"): places[0] if alone else ALL,
        key("columns"): list(SIDE_BY_SIDE) if alone else places,
        key("variants"): others,
        key("variants_known"): list(others),
        key("variant_name"): "",
        key("variant_said"): "",
        key("weight"): weight,
        key("weight_slider"): weight,
        key("n"): address.n,
    }


def systems() -> tuple[str, ...]:
    """Draw the choice of systems and return the names of those that answer."""
    return _answering(_places())


def columns() -> tuple[str, ...]:
    """Draw the choice of systems where several always stand side by side; return the names of those that answer."""
    st.session_state[key("view")] = ALL
    return _answering(_columns())


def _answering(places: tuple[str, ...]) -> tuple[str, ...]:
    others = st.session_state[key("variants")]
    if not places and not others:
        places = SIDE_BY_SIDE
    weighed = replace(variants.find(WEIGHED), weight=round(st.session_state[key("weight")], 2)).name
    names = [weighed if place == WEIGHED else place for place in places]
    return ordered([*names, *others])[:MOST_SYSTEMS]


def _places() -> tuple[str, ...]:
    view = st.segmented_control("시스템", [*SYSTEMS, ALL], key=key("view"), required=True, label_visibility="collapsed",
                                on_change=touch, format_func=_called)
    if view == ALL:
        return _columns()
    other = _RERANKED.get(view) or _PLAIN.get(view)
    st.session_state[key("rerank")] = view in _PLAIN
    st.toggle("재순위", key=key("rerank"), disabled=other is None, on_change=_look_at, args=(other,),
              help="A가 찾은 위쪽 문항을 리랭커가 다시 매긴 것이 E입니다. 켜면 A가 E로, 끄면 E가 A로 바뀝니다.")
    return (view,)


def _columns() -> tuple[str, ...]:
    st.session_state.setdefault(key("columns"), list(SIDE_BY_SIDE))
    chosen = st.pills("나란히 볼 시스템", list(SYSTEMS), key=key("columns"), selection_mode="multi", on_change=touch,
                      label_visibility="collapsed", format_func=lambda name: SYSTEMS[name].letter or "BM25")
    return tuple(name for name in SYSTEMS if name in chosen)


def knobs() -> int:
    """Draw D's weight where D answers; return how many items E reads again."""
    st.session_state.setdefault(key("weight"), DEFAULT_WEIGHT)
    view = st.session_state[key("view")]
    if view == WEIGHED or (view == ALL and WEIGHED in (st.session_state[key("columns")] or SIDE_BY_SIDE)):
        # A widget that is not drawn forgets its value, which is therefore kept under a key of its own; to set it in every
        # run would throw the thumb back to where it was a press ago.
        st.session_state.setdefault(key("weight_slider"), st.session_state[key("weight")])
        st.slider("글 비중 α", 0.0, 1.0, step=0.05, key=key("weight_slider"), on_change=_weigh, width=170,
                  format="글 비중 α %.2f", label_visibility="collapsed")
    return st.session_state[key("n")]


def variants_menu() -> None:
    """Draw the menu of variants and of E's depth."""
    chosen = st.session_state[key("variants")]
    with st.popover(f"변형 {len(chosen)}" if chosen else "변형", icon=":material/tune:", key=key("variants_menu")):
        st.caption(_ABOUT)
        # What was ever chosen stays on offer: a choice that leaves the list with its last press would empty the others.
        options = dict.fromkeys([*_offered(), *st.session_state[key("variants_known")]])
        st.pills("나란히 볼 변형", list(options), key=key("variants"), selection_mode="multi", format_func=written,
                 on_change=touch)
        st.text_input("다른 변형", key=key("variant_name"), on_change=_add, placeholder="예: A@nf4@512 또는 D@rrf")
        if said := st.session_state[key("variant_said")]:
            results.notes([said])
        st.segmented_control("E의 재순위 문항 수 N", RERANK_DEPTHS, key=key("n"), required=True, on_change=touch,
                             format_func=lambda n: f"N = {n}")


def _offered() -> list[str]:
    try:
        dims = registry.resolve(QWEN.model).dims
    except UserError:  # it must be installed and is not: the panel of A says so
        dims = registry.record(QWEN.model).dims
    shorter = [f"@{dims // part}" for part in (2, 4, 8) if dims // part >= SMALLEST_DIMS]
    installed = [record.key for record in registry.CANDIDATES if record.installed]
    names = [*(f"A{suffix}" for suffix in (*shorter, "@text-only", "@image-only", "@nf4")), "D@rrf", "D@concat", *installed]
    return [variants.find(name).name for name in names]


def _add() -> None:
    touch()
    wanted = st.session_state[key("variant_name")].strip()
    said = ""
    if wanted:
        try:
            found = variants.find(wanted).name
        except NotFoundError as error:
            said = str(error)
        else:
            st.session_state[key("variants_known")] = [*st.session_state[key("variants_known")], found]
            st.session_state[key("variants")] = list(dict.fromkeys([*st.session_state[key("variants")], found]))
            st.session_state[key("variant_name")] = ""
    st.session_state[key("variant_said")] = said


def _weigh() -> None:
    touch()
    st.session_state[key("weight")] = round(st.session_state[key("weight_slider")], 2)


def _called(name: str) -> str:
    if name == ALL:
        return "나란히"
    return f"{SYSTEMS[name].letter} {SYSTEMS[name].title}" if SYSTEMS[name].letter else "BM25"


def _look_at(view: str) -> None:
    touch()
    st.session_state[key("view")] = view
