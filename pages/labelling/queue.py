"""판정하기: a rater's pairs, one after the other.

Streamlit draws the pairs, some way ahead; the script ``label.js`` shows one at a time, takes the keys and sends each judgment
to ``pages/_labels.py``. A key therefore never waits for a rerun, and a rerun never loses a key.
"""

from __future__ import annotations

import html
import json
import time

import streamlit as st

from core.accounts.person import Person
from core.items import grades
from core.labels import desk, progress, rounds
from core.labels.desk import Desk
from core.store.rounds import Round
from pages.labelling import guide, pairs, place, practice
from pages.widgets import doors, markup, results

NOTHING_OPEN = "지금 열린 라운드가 없습니다. 라벨링을 맡은 사람이 라운드를 열면 여기에 판정할 쌍이 나옵니다."
FIRST = ("판정을 시작하면 맡은 쌍을 마치거나 라운드가 닫힐 때까지 등급과 일치도를 볼 수 없습니다. "
         "둘러보기만 하려면 시작하지 마세요.")
_SCRIPT = "label.js"
_CHOSEN = "label.round"
_AHEAD = 60
"""Open pairs on the page: more than anybody grades while the next ones are drawn."""
_LONGEST = 240
"""Pairs on the page at most; then it starts afresh from the first open one."""


def draw(who: Person | None) -> None:
    """Draw the section."""
    if who is None:
        place.ask_name()
        return
    bank = place.collection()
    if bank is None:
        return
    with doors.database().connection() as conn:
        found = rounds.open_for(conn, bank.id, who.name)
    _begin_with_work(found, who)
    if not found:
        results.calm(NOTHING_OPEN)
        # What this browser still keeps of a closed round is sent all the same.
        markup.script(_SCRIPT)
        guide.draw(open_at_first=True)
        return
    chosen = _choose(found)
    if _begun(chosen, who):
        _work(chosen.id, who.name)
    markup.script(_SCRIPT)


def _begun(chosen: Round, who: Person) -> bool:
    """Return whether this person judges here; who may see grades elsewhere is asked first, and gives that up meanwhile."""
    with doors.database().connection() as conn:
        if who.role == "rater" or rounds.takes_part(conn, chosen, who.name):
            return True
    question = st.empty()
    with question.container():
        results.calm(FIRST)
        begun = st.button("판정 시작", type="primary", key="label.begin")
    if begun:
        question.empty()
    return begun


def _begin_with_work(found: list[Round], who: Person) -> None:
    """Choose the first round in which this person has pairs left, unless one was chosen: a reload must not end at a finished practice."""
    if st.session_state.get(_CHOSEN) in {each.id for each in found}:
        return
    st.session_state.pop(_CHOSEN, None)
    with doors.database().connection() as conn:
        for each in found:
            made = progress.of_rater(conn, each.id, who.name)
            if made.done < made.total:
                st.session_state[_CHOSEN] = each.id
                return


def _choose(found: list[Round]) -> Round:
    names = {each.id: each.name + (" (연습)" if each.kind == "calibration" else "") for each in found}
    with st.container(horizontal=True, vertical_alignment="center", key="label-top"):
        if len(found) > 1:
            chosen = st.selectbox("라운드", list(names), format_func=names.__getitem__, key=_CHOSEN,
                                  label_visibility="collapsed", width=320)
        else:
            chosen = found[0].id
            markup.draw(f'<span class="ib-round">{html.escape(names[chosen])}</span>')
        guide.draw()
    return next(each for each in found if each.id == chosen)


@st.fragment
def _work(round_id: int, rater: str) -> None:
    """Draw the pairs; the script presses the hidden button when it needs more."""
    key = f"label.first.{round_id}.{rater}"
    laid = desk.lay_out(doors.writing("judging"), round_id, rater, ahead=_AHEAD, first=st.session_state.get(key), most=_LONGEST)
    st.session_state[key] = laid.seats[0].ref if laid.seats else None
    markup.element('<div class="ib-desk"></div>')
    markup.element(f'<div class="ib-queue" hidden data-queue="{html.escape(_told(laid, rater))}"></div>')
    pairs.draw(laid)
    if laid.round.kind == "calibration":
        practice.draw(round_id, rater, collection_id=laid.round.collection_id)
    with st.container(key="label-more"):
        st.button("더 가져오기", key="label.more")


def _told(laid: Desk, rater: str) -> str:
    """Return what the script is told: of each pair its name, its query's place on the page, and the rater's own answer."""
    listed, group = [], ""
    for before, seat in zip([None, *laid.seats], laid.seats, strict=False):
        if before is None or before.entry.query_id != seat.entry.query_id:
            group = seat.ref
        entry = seat.entry
        listed.append({"ref": seat.ref, "group": group, "state": entry.state, "grade": entry.grade, "note": entry.note})
    made = laid.progress
    return json.dumps({
        "scope": f"{laid.round.id}:{rater}", "token": laid.token, "pairs": listed, "done": made.done, "total": made.total,
        "perHour": made.per_hour, "sinceBreak": made.since_break,
        "grades": list(zip(grades.NAMES.values(), grades.MEANINGS.values(), strict=True)),
        "now": time.time_ns() // 1_000_000,
    }, ensure_ascii=False)
