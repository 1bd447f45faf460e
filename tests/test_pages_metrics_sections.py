"""The sections of 지표와 판정 over a made-up evaluation, and the files they offer."""

from __future__ import annotations

import csv
import html
import io
import re
from contextlib import contextmanager
from datetime import UTC, datetime
from types import SimpleNamespace

import pytest
from streamlit.testing.v1 import AppTest

from core.accounts import rights
from core.accounts.person import Person
from core.evaluation import comparisons, summary
from core.evaluation.analysis import cases, variants
from core.evaluation.analysis import queries as explored
from core.evaluation.analysis.cases import ErrorCase, Got, Wanted
from core.evaluation.analysis.causes import Suggestion
from core.evaluation.analysis.costs import IndexSize, Memory, Times
from core.evaluation.analysis.variants import VariantPoint
from core.evaluation.resampling import Difference
from core.evaluation.scenarios import GATE, TUNED
from core.items.record import Item, Kind
from core.store import measurements
from core.store.items import StoredItem
from pages.measuring import data, grids, named, queries
from pages.measuring.address import Asked
from pages.measuring.data import Shown
from pages.widgets import doors, plot, text
from tests.evaluation_data import evaluation
from tests.measuring_data import HELD, MADE, texts

pytestmark = pytest.mark.slow


def section(name: str) -> None:
    import importlib

    import streamlit as st

    importlib.import_module(f"pages.measuring.{name}").draw(st.session_state["shown"])


@pytest.fixture
def drawn(monkeypatch):
    """Draw a section over an evaluation and return it with the files it offers, by name."""
    files: dict[str, bytes] = {}

    def opened(name: str, made=MADE, **parameters: str) -> AppTest:
        import streamlit as st

        monkeypatch.setattr(st, "download_button", lambda label, content, name, *rest, **more: files.update({name: content}))
        at = AppTest.from_function(section, kwargs={"name": name}, default_timeout=30)
        asked = Asked(section=name, **{key: value for key, value in parameters.items() if key in ("scenario", "measure", "system")})
        held = HELD if made is MADE else data.Held(made)
        at.session_state["shown"] = Shown(opened.who, asked, SimpleNamespace(id=1, name=made.collection), held)
        for key, value in parameters.items():
            at.query_params[key] = value
        at.run()
        assert not at.exception
        return at

    opened.files, opened.who = files, None
    return opened


def words(at: AppTest) -> str:
    return html.unescape("\n".join(each.value for each in at.markdown)).replace("\\", "").replace(text.WORD_JOINER, "")


def rows(content: bytes) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(content.decode("utf-8-sig"))))


def test_the_file_of_the_four_measures_holds_what_was_computed(drawn):
    drawn("systems")
    found = rows(drawn.files[f"네 지표 {GATE}.csv"])
    told = summary.of(MADE.scenarios[GATE])
    assert len(found) == 4 * 5
    for row in found:
        kept = told.interval(row["measure"], row["system"])
        assert float(row["평균"]) == pytest.approx(kept.value, abs=1e-6) and float(row["구간 아래"]) == pytest.approx(kept.low, abs=1e-6)
    assert {row["정답 SHA-256"] for row in found} == {MADE.truth.sha256}


@pytest.mark.slow
def test_only_a_planned_difference_that_holds_is_marked(drawn):
    told = next(each for each in comparisons.planned(MADE) if each.scenario.key == GATE)
    assert ("▲ 뚜렷한 차이" in words(drawn("systems"))) == told.significant
    equal = evaluation(queries=24, systems=("qwen3-vl", "kure+siglip", TUNED), strengths={"qwen3-vl": 1.0, TUNED: 1.0})
    told = next(each for each in comparisons.planned(equal) if each.scenario.key == GATE)
    assert not told.significant
    assert "뚜렷하지 않음" in words(drawn("systems", equal)) and "▲ 뚜렷한 차이" not in words(drawn("systems", equal))


def test_the_mark_stands_over_the_better_system_in_the_planned_measure_alone(drawn, monkeypatch):
    kept = {}
    monkeypatch.setattr(plot, "draw", lambda figure, *, key, **rest: kept.update({key: figure}) or [])
    # Six families settle one comparison, not two: all signs alike has p = 2 / 64.
    drawn("systems", evaluation(queries=24, systems=("qwen3-vl", TUNED), strengths={"qwen3-vl": 3.0, TUNED: 0.5}, scenarios=(GATE,)))
    marked = [(trace.xaxis, trace.hovertemplate.partition("<br>")[0]) for trace in kept["metrics.four"].data if trace.text[0]]
    assert marked == [("x", "<b>A · Qwen3-VL</b>")]


def test_a_measure_opens_to_formula_threshold_ceiling_and_chance(drawn):
    said = words(drawn("systems", measure="R@1"))
    assert "상위 1개에 든 정답 수 ÷ 그 쿼리의 정답 수" in said and "등급 2 유사부터" in said
    assert "완벽한 순서라도 이보다 높을 수 없습니다" in said and "기댓값" in said


def test_what_was_not_run_in_a_scenario_is_an_empty_cell_not_a_zero(drawn):
    made = evaluation(queries=24, systems=("qwen3-vl", "kure-v1"), scenarios=(GATE, "S1"))
    said = words(drawn("scenarios", made))
    assert "이 시나리오에 셀 쿼리가 없습니다" in said
    found = rows(drawn.files["시나리오 cR@5.csv"])
    assert {row["scenario"] for row in found} == {GATE, "S1"}


def test_where_d_has_one_channel_alone_the_matrix_says_so(drawn, monkeypatch):
    kept = {}
    monkeypatch.setattr(plot, "draw", lambda figure, *, key, **rest: kept.update({key: figure}) or [])
    drawn("scenarios")
    said = [text for text in texts(kept["metrics.matrix"]) if "결합 아님" in text]
    # D and tuned D, in S1 by text and in S3 by figure.
    assert len(said) == 4 and sum("글만" in text for text in said) == 2 and sum("그림만" in text for text in said) == 2


@pytest.mark.slow
def test_slices_of_few_queries_say_so_in_the_file(drawn):
    drawn("slices", facet="difficulty")
    found = rows(drawn.files["나누어 difficulty cR@5.csv"])
    assert {row["n이 부족함"] for row in found if row["난이도"] != "전체"} == {"예"}
    assert {row["n이 부족함"] for row in found if row["난이도"] == "전체"} == {"아니요"}


def test_the_explorer_lists_every_query_with_its_link(drawn):
    said = words(drawn("queries", b="kure-v1"))
    assert "/compare?" in said and "query=Q001" in said
    assert len(rows(drawn.files[f"쿼리별 {GATE} A B cR@5.csv"])) == len(MADE.scenarios[GATE].queries)


@pytest.mark.slow
def test_one_system_alone_is_said_and_the_rest_still_drawn(drawn):
    alone = evaluation(queries=24, systems=("qwen3-vl",))
    assert "시스템이 하나뿐" in words(drawn("queries", alone)) and f"깊이 {GATE}.csv" in drawn.files
    assert "하나뿐" in words(drawn("systems", alone))


@pytest.mark.slow
@pytest.mark.parametrize("name", ["systems", "slices", "queries"])
def test_a_scenario_without_queries_is_explained(drawn, name):
    made = evaluation(queries=24, scenarios=(GATE,))
    assert "셀 쿼리가 없습니다" in words(drawn(name, made, scenario="S1"))


@pytest.fixture
def scatter(monkeypatch):
    """Click the circle of the explorer that has so many queries; return its queries and where the page went."""
    went: list[dict[str, str]] = []
    clicked: list[grids.Spot] = []

    def opened(drawn, many: bool) -> tuple[grids.Spot, list[dict[str, str]], str]:
        import streamlit as st

        spots = queries._spots(explored.of(MADE, a="qwen3-vl", b="kure-v1"))
        place = next(place for place, spot in enumerate(spots) if (len(spot.ids) > 1) == many)
        clicked.append(spots[place])
        monkeypatch.setattr(plot, "draw", lambda figure, *, key, alt, pick=False: [{"customdata": [place]}] if pick else [])
        monkeypatch.setattr(st, "switch_page", lambda page, *, query_params: went.append({"page": page, **query_params}))
        return clicked[-1], went, words(drawn("queries", b="kure-v1"))

    return opened


def test_a_click_on_one_query_leads_to_its_comparison_and_back_to_the_explorer(drawn, scatter):
    spot, went, _ = scatter(drawn, many=False)
    assert went == [{"page": "compare.py", "b": "kure-v1", "query": spot.ids[0], "systems": "qwen3-vl,kure-v1", "gt": "1"}]


def test_a_click_on_a_circle_of_several_lists_them(drawn, scatter):
    spot, went, said = scatter(drawn, many=True)
    assert not went and f"고른 원의 쿼리 {len(spot.ids)}개" in said
    listed = set(re.findall(r"query=(Q\d+)", said))
    assert listed == set(spot.ids)


class NoDatabase:
    """Stands for the database where what would be read from it is made up."""

    @contextmanager
    def connection(self):
        yield None


@pytest.fixture
def found(monkeypatch):
    """Two error cases, one with a word of staff; and what is said of them."""
    result = MADE.scenarios[GATE]
    first, second = result.queries[:2]
    stored = StoredItem(Item(id="M-1", subject="수학", grade="중2", unit="확률", item_type="단답형", difficulty="중",
                             text="주사위 <b>둘</b>", answer="", solution=""), 1, "h", (), Kind.TEXT)
    given = {"scenario": GATE, "system": "qwen3-vl", "against": TUNED, "source": None, "values": {"cR@5": 0.2},
             "values_against": {"cR@5": 0.6}, "got": (Got(stored, "M-1", None, 1),)}
    listed = [
        ErrorCase(query=first, kind="missed", wanted=(Wanted(stored, "M-1", 3, None, 2),), cause=None, note="", by="", at=None,
                  suggested=(Suggestion("unit", "세 개가 다릅니다."),), **given),
        ErrorCase(query=second, kind="lost", wanted=(Wanted(None, "M-2", 2, 12, 1),), suggested=(), cause="figure", note="그림이 작음",
                  by="김검수", at=datetime(2026, 11, 22, 9, tzinfo=UTC), **given),
    ]
    said: list[dict[str, str]] = []
    monkeypatch.setattr(doors, "database", NoDatabase)
    monkeypatch.setattr(cases, "of", lambda conn, made, **rest: listed)
    monkeypatch.setattr(cases, "say", lambda conn, made, case, **rest: said.append({"query": case.query.query_id, **rest}))
    return listed, said


def test_a_case_shows_wanted_and_got_with_grades_and_places(drawn, found):
    at = drawn("cases")
    said = words(at)
    assert "오류 사례 2개" in said and "목록에 없음" in said and "D 조정에서는 2위" in said and "3 매우 유사" in said
    assert "세 개가 다릅니다" in said and not any("<b>둘" in each.value for each in at.markdown)
    assert "이름을 알려 주세요" in said


def test_cases_are_filtered_by_kind_cause_and_whether_somebody_decided(drawn, found):
    (first, second), _ = found
    for name, value, kept in (("kind", "missed", first), ("cause", "figure", second), ("said", "open", first), ("cause", "unit", first)):
        (title,) = drawn("cases", **{name: value}).radio[0].options
        assert title.replace("\\", "") == f"{kept.query.query_id} {kept.query.query.text}"
    assert "맞는 사례가 없습니다" in words(drawn("cases", kind="missed", cause="figure"))


def test_a_cause_is_stored_under_the_name_of_who_says_it(drawn, found):
    (first, _), said = found
    drawn.who = Person("김검수", "tf")
    at = drawn("cases")
    next(each for each in at.selectbox if each.label == "담당자가 정한 원인").select("formula")
    next(each for each in at.text_input if each.label == "메모").input("분수 표기")
    next(each for each in at.button if each.label == "남기기").click().run()
    assert said == [{"query": first.query.query_id, "cause": "formula", "note": "분수 표기", "by": "김검수"}]


def test_a_viewer_is_offered_nothing_to_say(drawn, found):
    drawn.who = Person("손님", "viewer")
    at = drawn("cases")
    assert rights.refusal("causes") in words(at) and not [each for each in at.button if each.label == "남기기"]


def point(system: str, *, gb: float | None, over=None) -> VariantPoint:
    told = summary.of(MADE.scenarios[GATE])
    return VariantPoint(
        system=system, label=named.system(system), run_id=1, family="qwen3-vl", precision="nf4", dims=2048, bank_dims=2048,
        max_pixels=None, miniature=False, stale=False, quality={name: told.interval(name, "qwen3-vl") for name in variants.QUALITY},
        over_plain=dict.fromkeys(variants.QUALITY, over) if over else {},
        memory=Memory(gb, "forecast" if gb else "unmeasured", "계산한 값입니다." if gb else "원격이라 모릅니다."),
        here=IndexSize(100, 819_200, 409_600), bank=IndexSize(176_443, 1_445_421_056, 722_710_528),
        times=Times(None, None, None, "재지 않음"))


def test_costs_that_nobody_measured_are_named_not_drawn(drawn, monkeypatch):
    kept, over = {}, Difference(-0.02, -0.05, 0.01, 0.2, 1, 2, 3, 24)
    monkeypatch.setattr(plot, "draw", lambda figure, *, key, **rest: kept.update({key: figure}) or [])
    monkeypatch.setattr(doors, "database", NoDatabase)
    monkeypatch.setattr(measurements, "state", lambda conn: "none")
    listed = (point("qwen3-vl", gb=3.1), point("qwen3-vl@512", gb=None, over=over))
    monkeypatch.setattr(variants, "of", lambda conn, made, **rest: listed)
    monkeypatch.setattr(data, "once", lambda at, name, compute: compute())
    said = words(drawn("costs"))
    assert [trace.text[0] for trace in kept["metrics.costs"].data] == ["A"]
    assert "측정 안 됨: A@512" in said and "-0.020" in said and "1.45 GB" in said
    found = {row["system"]: row for row in rows(drawn.files["변형과 비용.csv"])}
    assert found["qwen3-vl@512"]["그래픽 메모리 GB"] == "" and found["qwen3-vl"]["메모리 출처"] == "예상"
    assert float(found["qwen3-vl@512"]["cR@5 원래와의 차이"]) == -0.02 and found["qwen3-vl"]["cR@5 원래와의 차이"] == ""
