"""임베딩: which vectors a collection has under which configuration, and making what is missing."""

from __future__ import annotations

import streamlit as st

from core.accounts.person import Person
from core.moments import moment
from core.search.systems import SYSTEMS
from core.store import collections, embedding_sets
from core.store.embedding_sets import SetSummary
from pages.bank import place
from pages.widgets import doors, jobs, origin, person, plot, results, tables, trouble
from pages.widgets.tables import Cell

_HEADERS = ("모델", "무엇을", "정밀도", "차원", "그림 예산", "벡터", "옛것", "실패", "만든 때")
_NUMBERS = frozenset({"차원", "벡터", "옛것", "실패"})
_CONTENTS = {"all": "글과 그림", "text": "글만", "image": "그림만"}
_NONE = "이 컬렉션에는 아직 벡터가 없습니다. 아래에서 임베딩을 시작해 주세요."
_ABOUT = "있는 벡터는 다시 만들지 않습니다. 다른 화면을 보아도 계속되고, 멈추거나 끊겨도 이어서 할 수 있습니다."
_STALE = "옛것은 임베딩한 뒤 내용이 바뀐 문항의 벡터입니다. 다시 임베딩하면 새것이 됩니다."


def draw(who: Person | None) -> None:
    """Draw the sets of the chosen collection, and for those who may the button that makes what is missing."""
    name = place.collection("embeddings")
    if name is None:
        return
    with doors.database().connection() as conn:
        found = collections.get(conn, name)
        sets = embedding_sets.sets(conn, found.id)
    last = jobs.newest(_verb(name))
    if sets:
        plot.part("벡터", remark=_STALE if any(each.stale for each in sets) else "")
        tables.draw(_HEADERS, [_row(each) for each in sets], numbers=_NUMBERS)
    elif not (last and last.active):
        results.calm(_NONE)
    last = jobs.draw(_verb(name))
    if person.may(who, "work") and not (last and last.active):
        _begin(name)


def _verb(name: str) -> list[str]:
    """Return what every embedding of this collection begins with, as a job."""
    return ["embed", "--collection", name]


def _row(each: SetSummary) -> tuple[object, ...]:
    identity = each.set.identity
    return (Cell(identity.model_key, under="축소 모델" if identity.miniature else ""), _CONTENTS[identity.content], identity.precision,
            f"{identity.dims:,}", origin.pixels(identity.max_pixels) if identity.max_pixels else "–", f"{each.vectors:,}",
            f"{each.stale:,}", f"{each.failures:,}", moment(each.set.created_at))


def _begin(name: str) -> None:
    letters = {system.name: system.label for system in SYSTEMS.values() if system.channels}
    with st.container(horizontal=True, vertical_alignment="bottom"):
        systems = st.pills("시스템", list(letters), selection_mode="multi", default=list(letters), format_func=letters.__getitem__,
                           key="data.embed.systems")
        if st.button("임베딩 시작", type="primary", key="data.embed.start", disabled=not systems, icon=":material/play_arrow:"):
            with trouble.boundary():
                chosen = [word for system in systems for word in ("--system", system)] if len(systems) < len(letters) else []
                jobs.start([*_verb(name), *chosen], f"임베딩 ({name})")
                st.rerun()
    results.notes([_ABOUT])
