"""Calibration rounds: a fixed set of pairs with agreed grades, and how every rater did on it."""

from __future__ import annotations

import streamlit as st

from core.accounts.person import Person
from core.labels import progress, rounds
from core.labels.consensus import calibration
from core.store.collections import Collection
from pages.labelling import place, shown
from pages.widgets import acts, doors, facts, results, tables

ACT = "round.practice"
_TOO_FEW = ("아직 연습에 쓸 쌍이 없습니다. 두 사람 이상이 같은 등급을 매겼거나 선임이 조정한 쌍이 있어야 합니다. "
            "첫 라운드를 조금 판정한 뒤 다시 와 주세요.")
_ABOUT = "연습 라운드는 모두에게 같은 쌍을 같은 순서로 보입니다. 다 풀면 합의된 등급과 얼마나 같은지 라벨러 본인에게 보여 줍니다."


def draw(found: Collection, who: Person) -> None:
    """Draw the making of a round, then the results of those there are."""
    if not place.may_see_grades(found, who):
        results.calm(place.UNSEEN)
        return
    results.notes([_ABOUT])
    left, right = st.columns(2, gap="large")
    with left:
        facts.heading("새 연습 라운드")
        _new(found, who)
    with right:
        facts.heading("연습 결과")
        _results(found)


def _new(found: Collection, who: Person) -> None:
    size = st.slider("쌍의 수", 5, 50, calibration.SIZE, key=acts.field(ACT, "size"))
    with doors.database().connection() as conn:
        pairs = calibration.candidates(conn, found.id, size=size)
    if not pairs:
        results.calm(_TOO_FEW)
        return
    name = st.text_input("이름", value="연습", key=acts.field(ACT, "name"), max_chars=80)
    acts.press(f"{len(pairs)}쌍으로 연습 라운드 열기", ACT, lambda: _make(found, who, name, pairs), primary=True)
    facts.remark("등급마다 고르게 뽑았습니다. 합의된 등급은 다 풀 때까지 라벨러에게 보이지 않습니다.")
    tables.draw(("쿼리", "문항", "합의된 등급"), [(pair.query_id, pair.item_id, shown.grade(pair.grade)) for pair in pairs])


def _make(found: Collection, who: Person, name: str, pairs: list) -> str:
    with doors.writing("rounds").connection() as conn:
        calibration.make(conn, found.id, name=name, pairs=pairs, by=who.name)
    return f"연습 라운드 '{name.strip()}'을(를) {len(pairs)}쌍으로 열었습니다. 라벨러의 '판정하기' 맨 앞에 나옵니다."


def _results(found: Collection) -> None:
    rows = []
    with doors.database().connection() as conn:
        for each in rounds.listing(conn, found.id):
            if each.kind == "calibration":
                for share in progress.of_round(conn, each.id).raters:
                    told = calibration.result(conn, each.id, share.rater)
                    exact = f"{told.exact:.0%}" if told.exact is not None else "푸는 중" if told.answered < told.total else facts.UNMEASURED
                    rows.append((each.name, share.rater, f"{told.answered} / {told.total}", exact, facts.number(told.kappa)))
    if not rows:
        results.calm("아직 연습을 푼 사람이 없습니다.")
        return
    tables.draw(("라운드", "라벨러", "푼 쌍", "똑같은 등급", "가중 카파"), rows, numbers=frozenset({"푼 쌍", "똑같은 등급", "가중 카파"}))
