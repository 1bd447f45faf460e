"""표본 검수: one item after the other accepted, excluded or swapped, its figure named; then the sample is frozen."""

from __future__ import annotations

from functools import partial

import streamlit as st

from core.accounts import rights
from core.accounts.person import Person
from core.items.presets import PRESETS
from core.items.record import Item
from core.items.sampling import sample
from core.moments import moment
from core.review import applying, freezing, reviewing
from core.review.reviewing import IMAGE_TYPES, VERDICTS, SampleState
from core.store import collections, items, reviews
from core.store.collections import Collection
from core.store.reviews import Freeze, Reviewed
from pages.bank import place, review_item
from pages.widgets import acts, doors, facts, person, plot, results, tables

_ORDER = {"open": "아직", "untyped": "그림 종류 없음", "accept": "받음", "exclude": "뺌", "swap": "바꿈", "all": "모두"}
_ABOUT = ("라벨링하기 전에 문항마다 받을지, 뺄지, 다른 문항으로 바꿀지 정합니다. 그림이 있으면 무엇을 그린 것인지도 정해 주세요. "
          "숫자 키 1은 받기, 2는 빼기, 화살표는 앞뒤 문항입니다.")
_TOO_LARGE = 2_000
_BANK = "문항이 {count:,}개라 검수할 표본이 아니라 은행으로 보입니다. '문항과 표본'에서 표본을 먼저 뽑아 주세요."
_DONE = "이 목록에 남은 문항이 없습니다."
_QUOTAS = ("구분", "필요", "있음")


def draw(who: Person | None) -> None:
    """Draw the state of the review, the items, the one that is looked at, and what can be done with the whole."""
    name = place.collection("review")
    if name is None:
        return
    with doors.database().connection() as conn:
        found = collections.get(conn, name)
        if (count := items.count(conn, found.id)) > _TOO_LARGE:
            results.calm(_BANK.format(count=count))
            return
        state, frozen = reviewing.state(conn, found.id), reviews.freezes(conn, found.id)
    acts.said()
    _overview(found, state)
    _frozen(found, state, frozen, who)
    results.notes([_ABOUT if person.may(who, "review") else rights.refusal("review")])
    left, right = st.columns([4, 8], gap="large")
    with left:
        chosen = _chosen(state)
    with right:
        if chosen is None:
            results.calm(_DONE)
        else:
            review_item.draw(found, chosen, who)


def _overview(found: Collection, state: SampleState) -> None:
    facts.strip([("문항", f"{len(state.items):,}", ""), *((title, f"{state.count(verdict):,}", "") for verdict, title in VERDICTS.items()),
                 ("그림 종류 없음", f"{state.untyped:,}", "")])
    with st.expander("구성과 그림 종류"):
        left, right = st.columns(2, gap="large")
        with left:
            preset = st.selectbox("구성", list(PRESETS), format_func=lambda name: PRESETS[name].title, key="data.review.preset")
            told = _quotas(found.name, preset, tuple(each.content_hash for each in state.items))
            tables.draw(_QUOTAS, told, numbers=frozenset(_QUOTAS[1:]))
        with right:
            kinds = state.image_types
            tables.draw(("받은 문항의 그림", "문항"), [(word, f"{kinds.get(word, 0):,}") for word in IMAGE_TYPES.values()],
                        numbers=frozenset({"문항"}))


@st.cache_data(max_entries=16, show_spinner=False)
def _quotas(name: str, preset: str, contents: tuple[str, ...]) -> list[tuple[str, str, str]]:
    with doors.database().connection() as conn:
        own: list[Item] = [one.item for batch in items.iterate(conn, collections.get(conn, name).id) for one in batch]
    return [(each.name, f"{each.wanted:,}", f"{each.taken:,}") for each in sample(own, preset=preset).quotas]


def _chosen(state: SampleState) -> Reviewed | None:
    """Draw the list and return the item that is looked at: the one asked for, else the first of the list."""
    which = st.segmented_control("보기", list(_ORDER), format_func=_ORDER.__getitem__, default="open", required=True,
                                 key="data.review.which", label_visibility="collapsed")
    listed = [each for each in state.items if _belongs(each, which)]
    if not listed:
        return None
    wanted = st.session_state.get("data.review.item")
    at = next((place for place, each in enumerate(listed) if each.item_id == wanted), 0)
    chosen = st.selectbox(f"문항 {len(listed):,}개", range(len(listed)), index=at, key=f"data.review.at.{which}.{listed[at].item_id}",
                          format_func=lambda place: f"{place + 1}. {listed[place].item_id}")
    with st.container(horizontal=True):
        st.button("이전", on_click=_go, args=(listed[max(0, chosen - 1)].item_id,), disabled=chosen == 0, key="data.review.back",
                  shortcut="Left")
        st.button("다음", on_click=_go, args=(listed[min(len(listed) - 1, chosen + 1)].item_id,), disabled=chosen == len(listed) - 1,
                  key="data.review.on", shortcut="Right")
    return listed[chosen]


def _go(item_id: str) -> None:
    st.session_state["data.review.item"] = item_id


def _belongs(each: Reviewed, which: str) -> bool:
    if which == "untyped":
        return each.kind == "image" and not each.image_type and each.verdict in ("open", "accept")
    return which in ("all", each.verdict)


def _frozen(found: Collection, state: SampleState, frozen: list[Freeze], who: Person | None) -> None:
    """Draw what was frozen and whether it still stands; the button that freezes, or makes a new sample of what was changed."""
    if frozen:
        newest = frozen[0]
        drift = freezing.drift(doors.database(), newest)
        said = "굳힌 그대로입니다." if drift.none else (
            f"굳힌 뒤 달라졌습니다: 없어짐 {len(drift.gone):,}, 바뀜 {len(drift.changed):,}, 새로 {len(drift.new):,}.")
        plot.part("굳힌 표본", remark=f"{moment(newest.at)} · {newest.by} · {len(newest.body['items']):,}문항 · "
                                      f"sha256 {newest.sha256[:16]}…")
        results.notes([said])
    if not person.may(who, "bank"):
        return
    by = who.name if who else "대시보드"
    if state.settled and (not frozen or frozen[0].sha256 != freezing.digest(state.items)):
        acts.press("이 표본 굳히기", "data.freeze", partial(_freeze, found.name, by), primary=True)
    elif not state.count("open") and state.count("accept") < len(state.items):
        with st.container(horizontal=True, vertical_alignment="bottom"):
            into = st.text_input("새 컬렉션 이름", value=f"{found.name}-r2"[:64], key=acts.field("data.apply", "into"), max_chars=64)
            acts.press("빼고 바꾼 표본 만들기", "data.apply", partial(_apply, found.name, into, by), primary=True, disabled=not into)


def _freeze(name: str, by: str) -> str:
    done = freezing.freeze(doors.writing("bank"), name, by=by)
    return f"'{name}'의 {len(done.body['items']):,}문항을 굳혔습니다."


def _apply(name: str, into: str, by: str) -> str:
    done = applying.apply(doors.writing("bank"), name, into=into, by=by)
    place.go(into)
    return (f"'{done.collection}'에 담았습니다: 그대로 {done.kept:,}, 바꿈 {done.swapped:,}, 뺌 {done.excluded:,}. "
            "새로 들어온 문항을 검수한 뒤 굳혀 주세요.")
