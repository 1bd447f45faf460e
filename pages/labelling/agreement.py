"""일치도: how far raters agree, and where not."""

from __future__ import annotations

import streamlit as st

from core.accounts.person import Person
from core.items.naming import KINDS
from core.labels import rounds
from core.labels.consensus import agreement
from core.labels.consensus.agreement import AgreementReport, Estimate
from core.store.collections import Collection
from pages.labelling import agreement_pairs, place
from pages.widgets import doors, facts, results, tables

_ALL = 0
_FRESH = 15
"""Seconds a report may be behind the judgments: the intervals of a thousand pairs take a moment."""
_ABOUT = ("시스템이나 남의 등급을 보지 않고 판정한 것만 셉니다. 1은 완전히 같음, 0은 우연만큼 같음입니다. "
          "구간은 쿼리를 다시 뽑아 잰 95 % 구간입니다.")


def draw(who: Person | None) -> None:
    """Draw the section."""
    found = place.collection()
    if found is None:
        return
    if not place.may_see_grades(found, who):
        results.calm(place.UNSEEN)
        return
    with doors.database().connection() as conn:
        listed = {each.id: each.name for each in rounds.listing(conn, found.id) if each.kind == "round"}
    chosen = st.selectbox("라운드", [_ALL, *listed], key="label.agreement.round", width=320, label_visibility="collapsed",
                          format_func=lambda each: "모든 라운드" if each == _ALL else listed[each])
    made = _report(found.id, chosen or None)
    results.notes([_ABOUT])
    if not made.raters:
        results.calm("아직 블라인드로 판정한 사람이 없습니다. 라운드를 열고 판정이 쌓이면 여기서 봅니다.")
        return
    _overall(made)
    left, right = st.columns([7, 5], gap="large")
    with left:
        agreement_pairs.matrix(made)
        agreement_pairs.listed(made)
        _raters(made)
    with right:
        agreement_pairs.heat(made)
    one, other = st.columns(2, gap="large")
    with one:
        _slices("단원마다 (알파)", "단원", [(each.name, each.alpha) for each in made.by_unit])
    with other:
        _slices("문항 종류마다 (알파)", "종류", [(KINDS.get(each.name, each.name), each.alpha) for each in made.by_kind])
    _disagreements(found, made)


@st.cache_data(ttl=_FRESH, max_entries=32, show_spinner="일치도를 계산하는 중입니다…")
def _report(collection_id: int, round_id: int | None) -> AgreementReport:
    with doors.database().connection() as conn:
        return agreement.report(conn, collection_id, round_id=round_id)


def _overall(made: AgreementReport) -> None:
    told = made.overall
    words = " · ".join(filter(None, [facts.interval(told.low, told.high), f"쌍 {told.n:,}개" if told.n else "", told.reason]))
    exact = made.confusion.exact
    facts.strip([
        ("크리펜도르프 알파 (순서 척도)", facts.number(told.value), words),
        ("똑같은 등급", facts.UNMEASURED if exact is None else f"{exact:.0%}", "두 사람이 함께 판정한 쌍에서"),
        ("라벨러", f"{len(made.raters):,}명", ""),
        ("갈린 쌍", f"{len(made.disagreements):,}", "두 등급 이상 갈린 쌍 " + f"{sum(each.spread >= 2 for each in made.disagreements):,}"),
    ])


def _raters(made: AgreementReport) -> None:
    facts.heading("라벨러마다")
    again = {each.rater: each for each in made.consistency}
    rows = []
    for each in made.raters:
        own = again[each.rater].kappa if each.rater in again else None
        rows.append((each.rater, f"{each.graded:,}", *(f"{count:,}" for count in each.grades), f"{each.unrateable:,}",
                     facts.number(each.mean), *(_told(own) if own else (facts.UNMEASURED, ""))))
    headers = ("라벨러", "판정", "0", "1", "2", "3", "불가", "평균", "다시 판정", "비고")
    tables.draw(headers, rows, numbers=frozenset(headers[1:9]))
    facts.remark("'다시 판정'은 숨은 반복에서 잰 자기 일치도(가중 카파)입니다. 평균은 후하거나 엄한 사람을 가려냅니다.")


def _slices(heading: str, name: str, listed: list[tuple[str, Estimate]]) -> None:
    facts.heading(heading)
    tables.draw((name, "알파", "95 % 구간", "쌍", "비고"),
                [(what, facts.number(each.value), facts.interval(each.low, each.high), f"{each.n:,}", each.reason)
                 for what, each in listed], numbers=frozenset({"알파", "95 % 구간", "쌍"}))


def _told(each: Estimate) -> tuple[str, str]:
    return facts.number(each.value), " · ".join(filter(None, [facts.interval(each.low, each.high), each.reason,
                                                              f"{each.n:,}쌍" if each.n else ""]))


def _disagreements(found: Collection, made: AgreementReport) -> None:
    facts.heading("가장 많이 갈린 쌍")
    if not made.disagreements:
        facts.remark("갈린 쌍이 없습니다.")
        return
    agreement_pairs.disagreements(found, made.disagreements[:20])
    if len(made.disagreements) > 20:
        facts.remark(f"갈린 쌍 {len(made.disagreements):,}개 가운데 20개입니다. '조정'에서 하나씩 정할 수 있습니다.")
