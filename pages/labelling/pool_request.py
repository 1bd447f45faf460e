"""What a round is to be made of, as widgets."""

from __future__ import annotations

import streamlit as st

from core.errors import UserError
from core.labels.pooling.pool_plan import PoolRequest
from core.search import variants
from core.search.systems import SYSTEMS
from core.store import queries
from core.store.collections import Collection
from pages.labelling import scopes, shown
from pages.widgets import doors, results

_STAGES = {1: "1차 · 임베딩 없이", 2: "2차 · 시스템 결과까지"}
_ABOUT = {
    1: "1차는 임베딩이 아직 없어도 됩니다. 같은 단원·개념의 문항, 키워드로 찾은 문항, 무작위 문항이 후보가 됩니다.",
    2: "2차는 고른 시스템의 위쪽 결과를 더하고, 아직 판정하지 않은 쌍만 묻습니다. 검색이 저장되어 있지 않으면 시간이 걸립니다.",
}
_BEGIN = {"stage": 1, "depth": 10, "metadata": 5, "random": 2, "keyword": True, "constructed": True, "overlap": 2, "repeat": 10, "both": 10,
          "seed": 1}
"""What the widgets say until somebody changes them."""
_OFFERED = [name for name, system in SYSTEMS.items() if system.letter]


def draw(found: Collection) -> PoolRequest:
    """Draw the widgets and return what they say."""
    for key, value in _BEGIN.items():
        st.session_state.setdefault(f"label.pool.{key}", value)
    stage = st.segmented_control("단계", list(_STAGES), format_func=_STAGES.__getitem__, required=True, key="label.pool.stage")
    results.notes([_ABOUT[stage]])
    st.session_state.setdefault(f"label.pool.name.{stage}", f"{stage}차")
    name = st.text_input("라운드 이름", key=f"label.pool.name.{stage}", max_chars=80)
    systems: list[str] = []
    if stage == 2:
        st.session_state.setdefault("label.pool.systems", _OFFERED)
        systems = st.multiselect("후보를 낼 시스템", _OFFERED, format_func=_label, accept_new_options=True,
                                 key="label.pool.systems", placeholder="시스템을 고르거나 A@512처럼 써 주세요")
    depth, metadata, chance = st.columns(3)
    deep = depth.number_input("위에서 몇 개까지", 1, 100, key="label.pool.depth",
                              help="시스템과 키워드가 쿼리마다 내는 문항 수입니다.")
    known = metadata.number_input("같은 단원·개념", 0, 50, key="label.pool.metadata", help="쿼리마다 문항 정보로 고르는 문항 수입니다.")
    drawn = chance.number_input("무작위", 0, 50, key="label.pool.random",
                                help="아무 시스템도 내지 않은 정답이 있는지 알려면 조금은 있어야 합니다.")
    with st.container(horizontal=True):
        keyword = st.toggle("키워드로 찾은 문항", key="label.pool.keyword")
        constructed = st.toggle("만들어 넣은 정답도 사람이 다시 판정", key="label.pool.constructed")
    overlap, repeat, both = st.columns(3)
    people = overlap.number_input("한 쌍을 볼 사람 수", 1, 3, key="label.pool.overlap",
                                  help="2명 이상이어야 라벨러 사이의 일치도를 잽니다.")
    again = repeat.number_input("숨은 반복 (%)", 0, 50, key="label.pool.repeat", help="같은 사람에게 알리지 않고 다시 묻는 몫입니다.")
    turned = both.number_input("양쪽 방향 (%)", 0, 100, key="label.pool.both",
                               help="문항끼리의 쌍은 한 방향만 묻습니다. 이만큼은 양쪽을 물어 맞바꿔도 되는지 잽니다.")
    chosen = scopes.draw("pool", found, "맡길 사람 (비우면 모든 라벨러)")
    only, seed = st.columns([3, 1])
    wanted = only.multiselect("쿼리 (비우면 모두)", _queries(found), key="label.pool.queries", placeholder="모든 쿼리")
    sown = seed.number_input("시드", 0, 2**31 - 1, key="label.pool.seed", help="같은 시드는 같은 후보와 같은 순서를 냅니다.")
    return PoolRequest(
        name=name, stage=stage, systems=tuple(systems), depth=int(deep), metadata_per_query=int(known), random_per_query=int(drawn),
        keyword=keyword, constructed=constructed, overlap=int(people), repeat_share=again / 100, both_ways_share=turned / 100,
        raters=chosen, query_ids=tuple(wanted) or None, seed=int(sown))


def untouched() -> bool:
    """Return whether nobody has seen the widgets in this window yet: a tab just opened, or reloaded."""
    return "label.pool.stage" not in st.session_state


def fill(request: PoolRequest) -> None:
    """Let the widgets say what a request says; before they are drawn."""
    told = {"stage": request.stage, f"name.{request.stage}": request.name, "systems": list(request.systems), "depth": request.depth,
            "metadata": request.metadata_per_query, "random": request.random_per_query, "keyword": request.keyword,
            "constructed": request.constructed, "overlap": request.overlap, "repeat": round(request.repeat_share * 100),
            "both": round(request.both_ways_share * 100), "seed": request.seed, "queries": list(request.query_ids or ()),
            "raters": [each.name for each in request.raters]}
    for each in request.raters:
        told |= {f"subject.{each.name}": list(each.subjects), f"unit.{each.name}": list(each.units)}
    for key, value in told.items():
        st.session_state[f"label.pool.{key}"] = value


def _queries(found: Collection) -> list[str]:
    with doors.database().connection() as conn:
        return [query.query_id for query in queries.current(conn, found.id)]


def _label(name: str) -> str:
    try:
        return shown.short(variants.find(name).label)
    except UserError:  # typed by hand; planning says what is wrong with it
        return name
