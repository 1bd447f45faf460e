"""The comparison itself: each column drawn when it is ready, below them what they have in common."""

from __future__ import annotations

from copy import copy
from dataclasses import dataclass

import streamlit as st

from core.labels.versions.truth import Truth
from core.search import variants
from core.search.comparison import Column, Comparison
from pages.comparing import export, grid, ongoing, view
from pages.comparing.asked import Asked
from pages.comparing.view import View
from pages.widgets import doors, markup, results, tables, trouble
from pages.widgets.text import attribute

_HEADERS = ("시스템", "찾은 문항", "기준과 겹침", "여기만", "Jaccard", "RBO")
_MEASURES = {"nDCG@10": "NDCG@10", "cR@5": "R@5 (상한 보정)", "Success@5": "Hit@5", "RR": "RR", "Judged@10": "Judged@10"}
_ABOUT = ("Jaccard는 두 목록의 교집합 ÷ 합집합, RBO(p=0.9)는 위쪽 순위를 더 무겁게 본 겹침입니다. 둘 다 1이면 같고 0이면 겹치지 않습니다. "
          "▲▼는 기준 시스템보다 몇 계단 위·아래인지, 신규는 기준의 목록에 없다는 뜻입니다.")
_DIFFERING = "차이만 보기: 모든 열에 있는 문항은 접고, 모두 같은 순위는 감췄습니다."
_MEASURED = 10
"""Places the measures look at, also where fewer are shown."""
_OF_TRUTH = f"이 쿼리 하나의 값이며, 보이는 수와 상관없이 위에서 적어도 {_MEASURED}개를 봅니다. 정답: "
_UNJUDGED = "이 쿼리의 정답이 {title}에 없어 쿼리별 지표가 없습니다."


@dataclass(frozen=True, slots=True)
class Shown:
    """What the part that searches is told by the page."""

    asked: Asked
    truth: Truth | None
    """The grades this person may see."""
    again: bool
    url: str
    """The page's full address, for what leaves the browser."""
    below: bool = True
    """Whether overlap, measures and files stand under the columns."""


@st.fragment(parallel=True)
def draw(shown: Shown) -> None:
    """Search with every system and draw each column when it is ready; in a thread of its own, the page stays at hand."""
    with trouble.boundary():
        _draw(shown)


def _draw(shown: Shown) -> None:
    asked = shown.asked
    address = asked.address
    if asked.query is None:
        return
    found = ongoing.find(doors.database(), doors.encoder(), asked.query, address.systems, collection=asked.collection,
                         k=max(address.k, _MEASURED), filters=address.filters, rerank_depth=address.n, again=shown.again)
    slot = st.empty()
    drawn = _view(shown, {})
    for columns in found:
        drawn = _view(shown, columns)
        markup.draw(grid.of(drawn), into=slot)
    if shown.below:
        _below(shown, drawn, _cut(found.comparison, address.k))


def _view(shown: Shown, columns: dict[str, Column]) -> View:
    ids = dict.fromkeys(item_id for column in columns.values() for item_id in column.item_ids)
    items = doors.items(shown.asked.collection, ids) if ids else {}
    return view.of(shown.asked.address, columns, items, query=shown.asked.stored, truth=shown.truth)


def _cut(comparison: Comparison, k: int) -> Comparison:
    """Return the comparison as the page shows it."""
    seen = copy(comparison)
    seen.k, seen.columns = k, {system: view.cut(column, k) for system, column in comparison.columns.items()}
    return seen


def _below(shown: Shown, drawn: View, comparison: Comparison) -> None:
    address = shown.asked.address
    alone = sum(map(len, drawn.unique.values()))
    markup.draw(f'<div class="ib-sum">모든 열에 있는 문항 <b>{len(drawn.common)}개</b> · 한 열에만 있는 문항 <b>{alone}개</b>'
                f"{_hidden(drawn)}</div>")
    measured = bool(drawn.measured)
    headers = (*_HEADERS, *(_MEASURES.values() if measured else ()))
    tables.draw(headers, [_row(drawn, system, measured=measured) for system in address.systems], numbers=frozenset(headers[1:]))
    notes = [_ABOUT]
    if measured:
        notes.append(_OF_TRUTH + f"{drawn.truth}, 등급 {shown.truth.relevant_from} 이상을 맞는 문항으로 봅니다.")
    elif shown.truth is not None and shown.asked.stored is not None:
        notes.append(_UNJUDGED.format(title=shown.truth.title))
    results.notes(notes)
    export.draw(comparison, drawn, url=shown.url)


def _row(drawn: View, system: str, *, measured: bool) -> list[object]:
    column, held = drawn.columns.get(system), drawn.held.get(system)
    known = [len(drawn.ranks[system]) if system in drawn.ranks else "–", held.common if held else "기준" if _base(drawn, system) else "–",
             len(drawn.unique[system]) if system in drawn.unique else "–",
             grid.number(held.jaccard if held else None), grid.number(held.rbo if held else None)]
    if column is not None and column.error:
        known[0] = "오류"
    values = drawn.measured.get(system, {})
    return [variants.find(system).label, *known, *(grid.number(values.get(name)) for name in _MEASURES if measured)]


def _base(drawn: View, system: str) -> bool:
    return system == drawn.address.baseline


def _hidden(drawn: View) -> str:
    return f' <span class="ib-soft">{attribute(_DIFFERING)}</span>' if drawn.address.diff else ""
