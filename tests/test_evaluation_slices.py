"""Slices, Q2, depths and single queries."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import pytest

from core.evaluation import assembling
from core.evaluation.analysis import depths, parts, queries, slices
from core.evaluation.resampling import Resampling, tail
from core.evaluation.results import ScenarioResult, ScoredQuery, SystemRun
from core.evaluation.scenarios import GATE, SCENARIOS, TUNED
from core.store.queries import QueryRevision
from tests import evaluation_data
from tests.evaluation_data import MADE

FOUND = evaluation_data.evaluation(queries=60)
A, B = "qwen3-vl", "kure-v1"


def asked(number: int, *, grades: dict[str, int], relevant_from: int = 2, group: str = "", text: str | None = "찾는 글",
          image: str | None = None, **facets: str) -> ScoredQuery:
    query = QueryRevision(f"q{number}", 1, text, image, None, "natural_language", "human", f"h{number}", False)
    return ScoredQuery(query, group or f"g{number}", facets, grades, sum(grade >= relevant_from for grade in grades.values()), 50)


def scored(taken: list[ScoredQuery], *, scenario: str = GATE, relevant_from: int = 2, **lists: list[list[str]]) -> ScenarioResult:
    """A result of hand-made lists, one a query in order, by system."""
    runs = [SystemRun(name, name, place, MADE, {}, False, False, "fp16", ()) for place, name in enumerate(lists)]
    by_query = {name: {query.query_id: tuple(listed) for query, listed in zip(taken, given, strict=True)}
                for name, given in lists.items()}
    return assembling.measured(SCENARIOS[scenario], items=51, queries=taken, systems=runs, lists=by_query, ties={}, excluded={},
                               relevant_from=relevant_from, declared=False)


def test_every_query_is_in_one_row_and_each_cell_is_the_mean_of_its_queries():
    result = FOUND.scenarios[GATE]
    for facet in slices.FACETS:
        table = slices.of(result, facet)
        assert sum(row.queries for row in table.rows) == len(result.queries) == table.whole.queries
        for row in table.rows:
            chosen = np.array([query.facets[facet] == row.value for query in result.queries])
            for system, cell in zip(table.systems, row.cells, strict=True):
                assert cell.value == pytest.approx(result.of(system, "cR@5")[chosen].mean())
                assert cell.low <= cell.value <= cell.high or (cell.groups < slices.FEWEST_GROUPS and math.isnan(cell.low))
                assert (cell.queries, cell.groups) == (row.queries, len({query.group for query, is_ in zip(
                    result.queries, chosen, strict=True) if is_}))


def test_a_slice_has_the_interval_that_its_queries_have_in_the_draws_of_all():
    """By hand: in each draw, the sum over the slice's queries of the groups taken, over how many those are."""
    result = FOUND.scenarios[GATE]
    drawn = Resampling(result.groups)
    table = slices.of(result, "unit", "nDCG@10", resampling=drawn)
    row, places = table.rows[0], list(dict.fromkeys(result.groups))
    chosen = [place for place, query in enumerate(result.queries) if query.facets["unit"] == row.value]
    taken = drawn.times[:, [places.index(result.groups[place]) for place in chosen]].astype(float)
    with np.errstate(invalid="ignore"):
        means = (taken * result.of(A, "nDCG@10")[chosen]).sum(axis=1) / taken.sum(axis=1)
    cell = row.cells[table.systems.index(A)]
    low, high = np.nanquantile(means, (tail(cell.groups), 1 - tail(cell.groups)))
    assert (cell.low, cell.high) == pytest.approx((low, high))


def test_the_gap_of_two_systems_is_paired_within_each_slice():
    """One system is better by the same on every query: its gap has no width, though the means scatter."""
    grades = {"a": 3, "b": 3}
    made = [asked(n, grades=grades, unit="확률" if n % 2 else "일차함수") for n in range(20)]
    lists = {A: [["a", "b"] if n % 3 else ["a"] for n in range(20)], B: [["a"] if n % 3 else ["x"] for n in range(20)]}
    table = slices.gaps(scored(made, **lists), "unit", A, B)
    assert table.systems == ("qwen3-vl − kure-v1",) and [row.queries for row in table.rows] == [10, 10]
    for row in (table.whole, *table.rows):
        (cell,) = row.cells
        assert (cell.value, cell.low, cell.high) == pytest.approx((0.5, 0.5, 0.5))
    assert slices.gaps(FOUND.scenarios[GATE], "kind", A, "kure+siglip").systems == (f"{A} − {TUNED}",)


def test_few_queries_are_marked_and_few_families_have_no_interval():
    made = [asked(number, grades={"a": 3}, group=f"g{number % 3}", unit="적음" if number < 14 else "많음") for number in range(29)]
    table = slices.of(scored(made, **{A: [["a", "b"]] * 29}), "unit")
    many, few = table.rows
    assert (many.title, many.queries, many.few) == ("많음", 15, False)
    assert (few.title, few.queries, few.few, few.groups) == ("적음", 14, True, 3)
    assert few.cells[0].value == 1 and math.isnan(few.cells[0].low) and math.isnan(few.cells[0].high)


def test_rows_stand_in_their_natural_order_and_queries_without_a_value_last():
    levels = ["상", "중", "중", "", "하"]
    result = scored([asked(n, grades={"a": 3}, difficulty=level) for n, level in enumerate(levels)], **{A: [["a"]] * 5})
    assert [row.title for row in slices.of(result, "difficulty").rows] == ["하", "중", "상", slices.NONE]
    units = scored([asked(n, grades={"a": 3}, unit=unit) for n, unit in enumerate(["", "", "확률"])], **{A: [["a"]] * 3})
    assert [row.title for row in slices.of(units, "unit").rows] == ["확률", slices.NONE]
    with pytest.raises(ValueError, match="colour"):
        slices.of(result, "colour")


def test_a_query_without_a_source_item_has_the_kind_of_what_it_says():
    made = [asked(1, grades={"a": 3}, text="$x^2$의 값"), asked(2, grades={"a": 3}, text="확률 문제"),
            asked(3, grades={"a": 3}, text="$x$", image="f" * 64), asked(4, grades={"a": 3}, text="확률", kind="latex")]
    evaluation = replace(FOUND, scenarios=FOUND.scenarios | {GATE: scored(made, **{A: [["a"], ["b"], ["a"], ["b"]]})})
    table = slices.modality(evaluation)
    assert [(row.title, row.queries, row.cells[0].value) for row in table.rows] == [("그림", 1, 1.0), ("수식", 2, 0.5), ("글", 1, 0.0)]


def test_an_empty_scenario_has_no_rows():
    empty = scored([], **{A: []})
    assert slices.of(empty, "unit").rows == () and slices.of(empty, "unit").whole is None
    assert depths.curves(empty, 2) == () == depths.grades(empty)
    evaluation = replace(FOUND, scenarios=FOUND.scenarios | {GATE: empty})
    assert parts.of(evaluation).rows == () and queries.of(evaluation, b=A).points == ()


def test_q2_compares_the_same_queries_and_names_what_was_not_run():
    systems = (A, parts.TEXT_ONLY)
    evaluation = evaluation_data.evaluation(queries=60, systems=systems, strengths={parts.TEXT_ONLY: 0.3})
    told = parts.of(evaluation, measure="nDCG@10")
    assert told.missing == (parts.IMAGE_ONLY,)
    whole, *by_kind = told.rows
    assert [row.value for row in by_kind] == ["image", "latex", "text"] and sum(row.queries for row in by_kind) == whole.queries == 60
    result = evaluation.scenarios[GATE]
    for row in told.rows:
        chosen = np.array([row.value in ("", query.facets["kind"]) for query in result.queries])
        expected = (result.of(A, "nDCG@10") - result.of(parts.TEXT_ONLY, "nDCG@10"))[chosen].mean()
        assert row.over_text.value == pytest.approx(expected) and row.over_image is None
        assert dict(row.means)[A].value == pytest.approx(result.of(A, "nDCG@10")[chosen].mean())
    assert whole.over_text.low > 0, "a system made four times as strong is told from the other"


def test_depths_by_hand():
    """Two queries: relevant at 1 and 3 of 2; at 2 of 4. The second list ends after three places."""
    made = [asked(1, grades={"a": 3, "b": 2, "x": 0}), asked(2, grades={"a": 2, "b": 2, "c": 3, "d": 2, "x": 1})]
    result = scored(made, **{A: [["a", "x", "b", "u"], ["x", "a", "u"]]})
    (curve,) = depths.curves(result, 2)
    assert curve.recall[:4] == pytest.approx([(1 / 2 + 0) / 2, (1 / 2 + 1 / 4) / 2, (1 + 1 / 4) / 2, (1 + 1 / 4) / 2])
    assert curve.precision[:4] == pytest.approx([1 / 2, (1 / 2 + 1 / 2) / 2, (2 / 3 + 1 / 3) / 2, (2 / 4 + 1 / 4) / 2])
    assert curve.ceiling[:4] == pytest.approx([(1 / 2 + 1 / 4) / 2, (1 + 2 / 4) / 2, (1 + 3 / 4) / 2, 1])
    (ranks,) = depths.grades(result)
    # Columns: grade 0, 1, 2, 3, unjudged.
    assert ranks.counts[:5] == ((0, 1, 0, 1, 0), (1, 0, 1, 0, 0), (0, 0, 1, 0, 1), (0, 0, 0, 0, 1), (0, 0, 0, 0, 0))
    assert len(ranks.counts) == len(curve.recall) == depths.DEEPEST


def test_the_recall_of_the_curve_is_the_measure_of_trec_eval():
    for result in FOUND.scenarios.values():
        for curve in depths.curves(result, FOUND.truth.relevant_from):
            for cut in (1, 3, 5, 10, 20):
                assert curve.recall[cut - 1] == pytest.approx(result.of(curve.system, f"R@{cut}").mean(), abs=1e-12)


def test_the_explorer_shows_tuned_d_and_links_to_what_can_be_searched():
    told = queries.of(FOUND, measure="nDCG@10")
    assert (told.a, told.b, told.narrowed) == (A, TUNED, False)
    result = FOUND.scenarios[GATE]
    by_id = {point.query_id: point for point in told.points}
    for place, query in enumerate(result.queries):
        point = by_id[query.query_id]
        assert (point.a, point.b) == (result.of(A, "nDCG@10")[place], result.of(TUNED, "nDCG@10")[place])
        assert point.link == {"query": query.query_id, "systems": "qwen3-vl,kure+siglip", "gt": "1"}
    gaps = [abs(point.difference) for point in told.points]
    assert gaps == sorted(gaps, reverse=True)
    assert queries.of(FOUND, scenario="S2").narrowed
    unfrozen = evaluation_data.evaluation(queries=10, frozen=False, systems=(A, B))
    assert "gt" not in queries.of(unfrozen, b=B).points[0].link
    with pytest.raises(ValueError):
        queries.of(unfrozen, b="siglip")


def test_what_a_query_asks_is_one_short_line():
    long = asked(1, grades={"a": 3}, text="일차함수의\n 그래프 " * 30)
    assert "\n" not in queries.wording(long) and len(queries.wording(long)) == queries.LONGEST_TEXT
    item = replace(long, query=replace(long.query, text=None, source_item_id="MATH_001"))
    assert queries.wording(item) == "MATH_001"
    assert queries.wording(replace(item, query=replace(item.query, image_hash="f" * 64))) == ""
