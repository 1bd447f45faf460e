"""What changed from one version to another, or to the judgments as they stand."""

from __future__ import annotations

from collections.abc import Iterable

import streamlit as st

from core.accounts.person import Person
from core.labels import origins
from core.labels.versions import diff, truth
from core.labels.versions.diff import Diff, Regraded
from core.store.collections import Collection
from core.store.truths import FrozenRow
from pages.labelling import shown, version_list
from pages.widgets import doors, facts, results, tables

_NOW = 0
_SHOWN = 200
_NONE = "굳힌 버전이 있어야 비교할 수 있습니다. '굳히기'에서 첫 버전을 만들어 주세요."


def draw(found: Collection, who: Person) -> None:
    """Draw the two choices and the differences."""
    with doors.database().connection() as conn:
        listed = {each.number: each for each in truth.versions(conn, found.id)}
        if not listed:
            results.calm(_NONE)
            return
        numbers = sorted(listed, reverse=True)
        with st.container(horizontal=True):
            a = st.selectbox("이전", numbers, index=min(1, len(numbers) - 1), key="label.diff.a", width=320,
                             format_func=lambda each: f"버전 {each} · {listed[each].name}")
            b = st.selectbox("이후", [_NOW, *numbers], index=1 if len(numbers) > 1 else 0, key="label.diff.b", width=320,
                             format_func=lambda each: f"버전 {each} · {listed[each].name}" if each else "지금까지의 판정 (미확정)")
        told = diff.of(conn, listed[a], listed.get(b))
    if told.same:
        results.calm("두 쪽이 같습니다.")
        return
    _numbers(told)
    for heading, rows in (("등급이 바뀐 쌍", told.regraded), ("문항 내용이 바뀐 쌍 (등급은 같음)", told.items_changed)):
        _regraded(heading, rows)
    _restated(told.restated)
    for heading, pairs in (("더해진 쌍", told.pairs_added), ("빠진 쌍", told.pairs_removed)):
        _pairs(heading, pairs)
    _queries(told)


def _numbers(told: Diff) -> None:
    before, after = told.relevant_from
    facts.strip([
        ("더해진 쌍", f"{len(told.pairs_added):,}", ""), ("빠진 쌍", f"{len(told.pairs_removed):,}", ""),
        ("등급이 바뀐 쌍", f"{len(told.regraded):,}", ""),
        ("출처·규칙만 바뀐 쌍", f"{len(told.restated):,}", ""),
        ("쿼리", f"+{len(told.queries_added):,} −{len(told.queries_removed):,}", f"내용이 바뀐 것 {len(told.queries_changed):,}"),
        ("관련으로 칠 등급", f"{before} → {after}" if before != after else f"{before} 그대로", ""),
    ])
    old, new = told.unlisted_zero_by
    if old != new:
        results.notes([f"적지 않은 쌍을 등급 0으로 보는 선언: {old or '없음'} → {new or '없음'}"])


def _regraded(heading: str, rows: Iterable[Regraded]) -> None:
    listed = [(each.before.query_id, each.before.item_id, shown.grade(each.before.grade), shown.grade(each.after.grade)) for each in rows]
    _table(heading, ("쿼리", "문항", "이전", "이후"), listed)


def _restated(rows: Iterable[Regraded]) -> None:
    listed = [(each.before.query_id, each.before.item_id, shown.grade(each.before.grade), _stated(each.before), _stated(each.after))
              for each in rows]
    _table("등급은 같고 출처나 규칙이 바뀐 쌍", ("쿼리", "문항", "등급", "이전", "이후"), listed)


def _stated(row: FrozenRow) -> str:
    return f"{origins.named(row.origin)} · {version_list.RULES[row.rule]} · {row.raters}명"


def _pairs(heading: str, rows: Iterable[FrozenRow]) -> None:
    listed = [(each.query_id, each.item_id, shown.grade(each.grade), origins.named(each.origin)) for each in rows]
    _table(heading, ("쿼리", "문항", "등급", "출처"), listed)


def _queries(told: Diff) -> None:
    listed = [(each, what) for what, ids in (("더해짐", told.queries_added), ("빠짐", told.queries_removed),
                                             ("내용이 바뀜", told.queries_changed)) for each in ids]
    _table("쿼리", ("쿼리", "무엇이"), listed)


def _table(heading: str, headers: tuple[str, ...], rows: list[tuple]) -> None:
    if rows:
        facts.heading(f"{heading} {len(rows):,}")
        tables.draw(headers, rows[:_SHOWN])
        if len(rows) > _SHOWN:
            facts.remark(f"처음 {_SHOWN}개만 보입니다. 모두 보려면 터미널의 `labels diff --json`을 쓰세요.")
