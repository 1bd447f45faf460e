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
_OFFERED = [name for name, system in SYSTEMS.items() if system.letter]


def draw(found: Collection) -> PoolRequest:
    """Draw the widgets and return what they say."""
    stage = st.segmented_control("단계", list(_STAGES), format_func=_STAGES.__getitem__, default=1, required=True, key="label.pool.stage")
    results.notes([_ABOUT[stage]])
    name = st.text_input("라운드 이름", value=f"{stage}차", key=f"label.pool.name.{stage}", max_chars=80)
    systems: list[str] = []
    if stage == 2:
        systems = st.multiselect("후보를 낼 시스템", _OFFERED, default=_OFFERED, format_func=_label, accept_new_options=True,
                                 key="label.pool.systems", placeholder="시스템을 고르거나 A@512처럼 써 주세요")
    depth, metadata, chance = st.columns(3)
    deep = depth.number_input("위에서 몇 개까지", 1, 100, 10, key="label.pool.depth",
                              help="시스템과 키워드가 쿼리마다 내는 문항 수입니다.")
    known = metadata.number_input("같은 단원·개념", 0, 50, 5, key="label.pool.metadata", help="쿼리마다 문항 정보로 고르는 문항 수입니다.")
    drawn = chance.number_input("무작위", 0, 50, 2, key="label.pool.random",
                                help="아무 시스템도 내지 않은 정답이 있는지 알려면 조금은 있어야 합니다.")
    with st.container(horizontal=True):
        keyword = st.toggle("키워드로 찾은 문항", True, key="label.pool.keyword")
        constructed = st.toggle("만들어 넣은 정답도 사람이 다시 판정", True, key="label.pool.constructed")
    overlap, repeat, both = st.columns(3)
    people = overlap.number_input("한 쌍을 볼 사람 수", 1, 3, 2, key="label.pool.overlap",
                                  help="2명 이상이어야 라벨러 사이의 일치도를 잽니다.")
    again = repeat.number_input("숨은 반복 (%)", 0, 50, 10, key="label.pool.repeat", help="같은 사람에게 알리지 않고 다시 묻는 몫입니다.")
    turned = both.number_input("양쪽 방향 (%)", 0, 100, 10, key="label.pool.both",
                               help="문항끼리의 쌍은 한 방향만 묻습니다. 이만큼은 양쪽을 물어 맞바꿔도 되는지 잽니다.")
    chosen = scopes.draw("pool", found, "맡길 사람 (비우면 모든 라벨러)")
    only, seed = st.columns([3, 1])
    wanted = only.multiselect("쿼리 (비우면 모두)", _queries(found), key="label.pool.queries", placeholder="모든 쿼리")
    sown = seed.number_input("시드", 0, 2**31 - 1, 1, key="label.pool.seed", help="같은 시드는 같은 후보와 같은 순서를 냅니다.")
    return PoolRequest(
        name=name, stage=stage, systems=tuple(systems), depth=int(deep), metadata_per_query=int(known), random_per_query=int(drawn),
        keyword=keyword, constructed=constructed, overlap=int(people), repeat_share=again / 100, both_ways_share=turned / 100,
        raters=chosen, query_ids=tuple(wanted) or None, seed=int(sown))


def _queries(found: Collection) -> list[str]:
    with doors.database().connection() as conn:
        return [query.query_id for query in queries.current(conn, found.id)]


def _label(name: str) -> str:
    try:
        return shown.short(variants.find(name).label)
    except UserError:  # typed by hand; planning says what is wrong with it
        return name
