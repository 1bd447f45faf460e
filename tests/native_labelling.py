"""The same pairs judged with Streamlit's own buttons and shortcuts, in a fragment: what the desk is measured against."""

import os

import streamlit as st

from core.labels import desk
from core.store import judgments
from core.store.judgments import JudgmentEvent
from pages.labelling import pairs
from pages.widgets import doors, style
from pages.widgets.markup import draw as markup

st.set_page_config(layout="wide")
style.apply()
ROUND, RATER = int(os.environ["BENCH_ROUND"]), "native"


@st.fragment
def work():
    seats = st.session_state.setdefault("laid", desk.lay_out(doors.database(), ROUND, RATER, ahead=60))
    place = st.session_state.setdefault("place", 0)
    for grade, column in enumerate(st.columns(4)):
        column.button(str(grade), shortcut=str(grade), on_click=judge, args=(grade,), use_container_width=True)
    seat = seats.seats[place]
    shown = pairs._group(seats.queries[seat.entry.query_id], [seat], seats.items).replace("display:none", "display:grid")
    markup(shown)


def judge(grade):
    seats = st.session_state["laid"]
    entry = seats.seats[st.session_state["place"]].entry
    with doors.database().connection() as conn:
        judgments.append(conn, [JudgmentEvent(
            collection_id=seats.round.collection_id, query_id=entry.query_id, query_hash=entry.query_hash,
            item_id=entry.item_id, item_hash=entry.item_hash, grade=grade, rater=RATER, origin="human", round_id=ROUND)])
    st.session_state["place"] += 1


work()
