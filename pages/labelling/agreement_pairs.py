"""Raters two by two: kappas, where their grades met, and the pairs they saw most differently."""

from __future__ import annotations

from collections.abc import Sequence

import plotly.graph_objects as go
import streamlit as st

from core.labels.consensus.agreement import AgreementReport, Disagreement
from core.labels.consensus.confusion import Confusion
from core.store import queries
from core.store.collections import Collection
from pages.labelling import shown
from pages.widgets import doors, facts, results, tables
from pages.widgets.palette import INK, MUTED

_SHADES = [[0.0, "#f7f8fa"], [1.0, "#2b3a55"]]
_TOGETHER = -1


def matrix(made: AgreementReport) -> None:
    """Draw the kappas of every two raters as a square."""
    names = [each.rater for each in made.raters]
    facts.heading("라벨러 사이의 일치도 (이차 가중 카파)")
    if len(names) < 2:
        facts.remark("라벨러가 한 명뿐이라 측정 안 됨. 숨은 반복으로 잰 자기 일치도는 아래 표에 있습니다.")
        return
    found = {frozenset((each.first, each.second)): facts.number(each.kappa.value) for each in made.pairs}
    rows = [(one, *("—" if one == other else found.get(frozenset((one, other)), facts.UNMEASURED) for other in names)) for one in names]
    tables.draw(("", *names), rows, numbers=frozenset(names))


def listed(made: AgreementReport) -> None:
    """Draw every two raters with interval, count and reason."""
    if made.pairs:
        tables.draw(("두 사람", "카파", "95 % 구간", "쌍", "똑같은 등급", "비고"),
                    [(f"{each.first} · {each.second}", facts.number(each.kappa.value), facts.interval(each.kappa.low, each.kappa.high),
                      f"{each.kappa.n:,}", facts.UNMEASURED if each.confusion.exact is None else f"{each.confusion.exact:.0%}",
                      each.kappa.reason) for each in made.pairs],
                    numbers=frozenset({"카파", "95 % 구간", "쌍", "똑같은 등급"}))


def heat(made: AgreementReport) -> None:
    """Draw how often each grade met each, of all raters or of two."""
    facts.heading("어느 등급이 어느 등급과 만났나")
    if not made.pairs:
        facts.remark("두 사람이 함께 판정한 쌍이 없어 측정 안 됨.")
        return
    chosen = st.selectbox("두 사람", [_TOGETHER, *range(len(made.pairs))], key="label.agreement.pair", label_visibility="collapsed",
                          format_func=lambda each: "모든 라벨러 (양쪽에서 셈)" if each == _TOGETHER
                          else f"{made.pairs[each].first} · {made.pairs[each].second}")
    together = chosen == _TOGETHER or chosen >= len(made.pairs)
    counted = made.confusion if together else made.pairs[chosen].confusion
    st.plotly_chart(_figure(counted), key="label.agreement.heat", theme=None, config={"displayModeBar": False, "staticPlot": True})


def _figure(counted: Confusion) -> go.Figure:
    names = [shown.grade(value) for value in range(len(counted.counts))]
    most = max(max(row) for row in counted.counts) or 1
    figure = go.Figure(go.Heatmap(z=counted.counts, x=names, y=names, colorscale=_SHADES, zmin=0, zmax=most, showscale=False,
                                  xgap=2, ygap=2))
    for row, counts in enumerate(counted.counts):
        for column, count in enumerate(counts):
            figure.add_annotation(x=names[column], y=names[row], text=f"{count:,}", showarrow=False,
                                  font={"size": 15, "color": "#ffffff" if 2 * count > most else INK})
    figure.update_layout(
        height=360, margin={"l": 10, "r": 10, "t": 10, "b": 10}, plot_bgcolor="#ffffff", paper_bgcolor="#ffffff",
        font={"family": "Pretendard, sans-serif", "size": 13, "color": MUTED})
    for update, name, words in ((figure.update_xaxes, counted.second, "다른 사람"), (figure.update_yaxes, counted.first, "한 사람")):
        update(title_text=_axis(name, words), showgrid=False, automargin=True, title_standoff=14)
    figure.update_yaxes(autorange="reversed")
    return figure


def _axis(name: str, otherwise: str) -> str:
    # Plotly reads a few tags in titles.
    return (name or otherwise).replace("<", "‹").replace(">", "›")


def disagreements(found: Collection, differing: Sequence[Disagreement]) -> None:
    """Draw pairs with every rater's grade, and one of them whole on demand."""
    with doors.database().connection() as conn:
        asked = {query.query_id: query for query in queries.current(conn, found.id, retired=True)}
    stored = doors.items(found.name, {each.item_id for each in differing})
    rows = []
    for each in differing:
        item = stored.get(each.item_id)
        rows.append((each.query_id, shown.title(asked[each.query_id], 40) if each.query_id in asked else "",
                     each.item_id, shown.short(item.item.text, 40) if item else "",
                     " · ".join(f"{rater} {value}" for rater, value in each.grades), each.spread))
    tables.draw(("쿼리", "찾는 것", "문항", "내용", "등급", "차이"), rows, numbers=frozenset({"차이"}))
    if not rows:
        results.calm("갈린 쌍이 없습니다.")
