"""쿼리 만들기: write, crop, edit and retire queries."""

from __future__ import annotations

import streamlit as st

from core.accounts import rights
from core.accounts.person import Person
from core.labels import making
from core.labels.making import QueryState
from core.store.collections import Collection
from pages.labelling import place, query_edit, query_list, query_making
from pages.widgets import acts, doors, person, results


def draw(who: Person | None) -> None:
    """Draw the section: making on the left, what there is on the right."""
    found = place.collection_for(who)
    if found is None:
        return
    acts.said()
    if not person.may(who, "queries"):
        results.notes([rights.refusal("queries")])
        _listed(found, who)
        return
    left, right = st.columns([5, 7], gap="large")
    with right:
        states = _listed(found, who)
    with left:
        doing = place.choose("queries", {"new": "새 쿼리", "edit": "고치거나 거두기"})
        if doing == "new":
            query_making.draw(found, who)
        else:
            query_edit.draw(found, who, states)


def _listed(found: Collection, who: Person) -> list[QueryState]:
    """Draw the queries there are and return them."""
    graded = place.may_see_grades(found, who)
    relevant_from = query_list.relevant_from() if graded else 1
    with doors.database().connection() as conn:
        states = making.states(conn, found.id, relevant_from=relevant_from, retired=True)
    query_list.draw(states, graded=graded, relevant_from=relevant_from)
    return states
