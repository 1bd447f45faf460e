"""Who judges which part: raters with the subjects and units given to them."""

from __future__ import annotations

from collections.abc import Mapping

import streamlit as st

from core.labels.pooling.pool_plan import RaterScope
from core.store.collections import Collection
from pages.labelling import place
from pages.widgets import doors, markup
from pages.widgets.text import attribute


def draw(name: str, found: Collection, label: str, *, before: Mapping[str, RaterScope] | None = None) -> tuple[RaterScope, ...]:
    """Draw a choice of raters and, for each, of subjects and units; none chosen is no restriction.

    Args:
        name: unique on the page.
        before: the parts raters have now, to begin with.
    """
    known = before or {}
    offered = sorted({*place.raters(), *known})
    raters = st.multiselect(label, offered, accept_new_options=True, key=f"label.{name}.raters", placeholder="이름을 고르거나 써 주세요")
    facets = doors.facets(found.name) if raters else {}
    return tuple(_part(name, rater.strip(), facets, known.get(rater)) for rater in raters if rater.strip())


def _part(name: str, rater: str, facets: Mapping[str, list[tuple[str, int]]], part: RaterScope | None) -> RaterScope:
    who, subjects, units = st.columns([2, 4, 5], vertical_alignment="center")
    with who:
        markup.draw(f'<div class="ib-who">{attribute(rater)}</div>')
    given = {}
    for field, column, words, old in (("subject", subjects, "모든 과목", part.subjects if part else ()),
                                      ("unit", units, "모든 단원", part.units if part else ())):
        offered = [value for value, _ in facets.get(field, [])]
        given[field] = column.multiselect(words, [*offered, *(each for each in old if each not in offered)], default=list(old) or None,
                                          key=f"label.{name}.{field}.{rater}", placeholder=words, label_visibility="collapsed")
    return RaterScope(rater, tuple(given["subject"]), tuple(given["unit"]))
