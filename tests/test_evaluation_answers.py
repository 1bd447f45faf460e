"""The plan's five questions and its further bands: what is answered, what is not, and from what."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from core.evaluation.scenarios import GATE, TUNED
from core.evaluation.verdict import bands, evidence, gates, questions
from core.evaluation.verdict.decision import decide
from core.store.stated_values import StatedValue
from tests.evaluation_data import evaluation
from tests.test_evaluation_evidence import all_measured, measured, with_run

pytestmark = pytest.mark.slow

FILE = gates.load()
SYSTEMS = ("qwen3-vl", "kure+siglip", TUNED, "qwen3-vl@text-only", "qwen3-vl@image-only")


def answered(made, measurements=None):
    told = evidence.gather(made, FILE, measured=all_measured() if measurements is None else measurements, register=())
    return {answer.key: answer for answer in questions.answers(decide(told), made)}


def words(made, measurements=None):
    return {key: answer.answer for key, answer in answered(made, measurements).items()}


@pytest.fixture(scope="module")
def strong():
    """A is far better than D and than either of its parts."""
    return evaluation(systems=SYSTEMS, strengths={"qwen3-vl": 9.0, "qwen3-vl@text-only": 0.5, "qwen3-vl@image-only": 0.3})


@pytest.fixture(scope="module")
def weak():
    return evaluation(systems=SYSTEMS, strengths={"qwen3-vl": 0.1, "qwen3-vl@text-only": 3.0, "qwen3-vl@image-only": 3.0, TUNED: 3.0})


def test_a_strong_system_on_the_target_card_answers_all_five_with_yes(strong):
    told = answered(strong)
    assert {key: answer.answer for key, answer in told.items()} == dict.fromkeys(questions.QUESTIONS, "예")
    assert all(answer.evidence and answer.sentence and answer.question == questions.QUESTIONS[key] for key, answer in told.items())


def test_a_weak_one_answers_with_no(weak):
    slow = measured("latency", result={"latency_ms": {kind: {"p95": 400.0, "n": 100} for kind in ("text", "image", "both")}})
    broken = measured("stability", result={"failures": 2})
    told = words(weak, all_measured(latency=slow, stability=broken))
    assert told == dict.fromkeys(questions.QUESTIONS, "아니오")


def test_nothing_measured_answers_nothing_about_hardware(strong):
    told = answered(strong, [each for each in all_measured() if each.kind == "parity"])
    assert {key: told[key].answer for key in told} == {"Q1": "예", "Q2": "예", "Q3": "예", "Q4": "판단 못 함", "Q5": "판단 못 함"}
    assert "P95 응답 시간" in told["Q4"].sentence and "안정성" in told["Q5"].sentence


def test_one_failing_gate_is_a_no_though_others_are_not_measured(strong):
    big = measured("vram", result={"vram_gb": {"process": 9.1}})
    assert words(strong, [big])["Q4"] == "아니오"


@pytest.mark.parametrize("change", [{"miniature": True}, {"frozen": False}, {"proposers": ("qwen3-vl",)}])
def test_evidence_that_proves_nothing_answers_nothing_about_quality(change):
    made = evaluation(systems=SYSTEMS, strengths={"qwen3-vl": 9.0}, **change)
    assert [words(made)[key] for key in ("Q1", "Q2", "Q3")] == ["판단 못 함"] * 3


def test_a_difference_that_is_not_clear_answers_nothing():
    """Equal strengths: neither better nor worse, and Q3 still says what became of the plan's −5 %."""
    made = evaluation(systems=SYSTEMS, strengths=dict.fromkeys(SYSTEMS, 1.2))
    told = answered(made)
    assert told["Q2"].answer == told["Q3"].answer == "판단 못 함"
    assert "기존 대비 기준(≥ −5 %)" in told["Q3"].sentence and "뚜렷하지 않습니다" in told["Q3"].sentence


def test_better_on_average_is_not_better_enough():
    made = evaluation(systems=SYSTEMS, strengths={"qwen3-vl": 1.15, TUNED: 1.05}, seed=8)
    result = made.scenarios[GATE]
    assert result.of("qwen3-vl", "cR@5").mean() > result.of(TUNED, "cR@5").mean() + 0.03
    assert answered(made)["Q3"].answer == "판단 못 함"


def test_the_joint_embedding_must_beat_both_parts():
    made = evaluation(systems=SYSTEMS, strengths={"qwen3-vl": 2.0, "qwen3-vl@text-only": 2.0, "qwen3-vl@image-only": 0.2})
    told = answered(made)["Q2"]
    assert told.answer == "판단 못 함" and "글만" in told.sentence and "그림만" not in told.sentence


def test_parts_of_another_precision_are_not_compared(strong):
    result = strong.scenarios["S4"]
    other = tuple(replace(run, config={"sets": [{"precision": "fp16", "max_pixels": 262144, "dims": 2048}]})
                  if run.system == "qwen3-vl@text-only" else run for run in result.systems)
    told = answered(replace(strong, scenarios={**strong.scenarios, "S4": replace(result, systems=other)}))["Q2"]
    assert told.answer == "판단 못 함" and "정밀도" in told.sentence


def test_missing_parts_and_missing_queries_are_said(strong):
    assert "A · Qwen3-VL @text-only의 실행이 없습니다" in answered(evaluation(systems=SYSTEMS[:3]))["Q2"].sentence
    empty = evaluation(systems=SYSTEMS, scenarios=(GATE,))
    assert "쿼리가 없습니다" in answered(empty)["Q2"].sentence


def test_the_planned_comparison_must_be_of_the_registered_variant(strong):
    """Where plain A is another variant, its comparison with D says nothing about the one that was registered."""
    result = strong.scenarios[GATE]
    nf4 = replace(result.systems[0], system="qwen3-vl@nf4", run_id=77)
    plain = replace(result.systems[0], config={"sets": [{"precision": "fp16", "max_pixels": 262144, "dims": 2048}]})
    values = {name: rows[[0, 0, 1, 2, 3, 4]] for name, rows in result.values.items()}
    bounds = {name: tuple(rows[[0, 0, 1, 2, 3, 4]] for rows in both) for name, both in result.bounds.items()}
    other = replace(strong, scenarios={**strong.scenarios, GATE: replace(
        result, systems=(plain, nf4, *result.systems[1:]), values=values, bounds=bounds)})
    told = answered(other)
    assert told["Q1"].answer == "예" and told["Q3"].answer == "판단 못 함" and "등록한 변형" in told["Q3"].sentence


def test_pipelines_are_counted_from_their_definition():
    one, two, reranked = bands.parts("qwen3-vl"), bands.parts("kure+siglip"), bands.parts("E")
    assert (len(one.steps), len(one.models), one.vectors) == (2, 1, 1)
    assert (len(two.steps), len(two.models), two.vectors) == (5, 2, 2)
    assert (len(reranked.steps), len(reranked.models), reranked.vectors) == (3, 2, 1)


def told_bands(made, days=None):
    return {band.name: band for band in bands.told(made, FILE, days)}


def test_complexity_is_four_parts_instead_of_nine(strong):
    band = told_bands(strong)["complexity"]
    assert band.value == pytest.approx(5 / 9) and band.band == "우수"
    assert "60.0 %" in band.sentence and "50.0 %" in band.sentence and "달라지므로" in band.sentence


@pytest.mark.parametrize(("days", "word"), [(15, "우수"), (14, "양호"), (7, "양호"), (6.5, "미흡"), (-3, "미흡")])
def test_days_saved_are_what_somebody_stated(strong, days, word):
    """More than two weeks, one to two weeks, less (plan 2.3)."""
    band = told_bands(strong, StatedValue("days_saved", days, "회의에서 정함", "김담당", datetime(2026, 11, 22, tzinfo=UTC)))["days_saved"]
    assert (band.value, band.band) == (days, word) and "김담당" in band.sentence and "회의에서 정함" in band.sentence


def test_days_nobody_stated_are_not_made_up(strong):
    band = told_bands(strong)["days_saved"]
    assert (band.value, band.band) == (None, "측정 안 됨") and band.limits == "우수 > 14일 · 양호 7–14일 · 미흡 < 7일"


def test_the_gain_of_figures_is_relative_on_items_with_figures(strong):
    result = strong.scenarios["S4"]
    own, other = (result.of(name, "nDCG@10").mean() for name in ("qwen3-vl", "qwen3-vl@text-only"))
    band = told_bands(strong)["multimodal_gain"]
    assert band.value == pytest.approx(own / other - 1) and band.low < band.value < band.high and band.band == "우수"


@pytest.mark.parametrize(("change", "word"), [({"miniature": True}, "축소 모델"), ({"stale": True}, "옛 벡터"),
                                              ({"unanswered": ("Q001",)}, "1개의 답")])
def test_a_gain_that_does_not_count_has_a_value_and_no_band(strong, change, word):
    result = strong.scenarios["S4"]
    runs = tuple(replace(run, **change) if run.system == "qwen3-vl@text-only" else run for run in result.systems)
    band = told_bands(replace(strong, scenarios={**strong.scenarios, "S4": replace(result, systems=runs)}))["multimodal_gain"]
    assert band.value is not None and band.band == "측정 안 됨" and word in band.sentence


def test_a_gain_without_runs_or_queries_is_not_measured(strong):
    for made in (evaluation(systems=SYSTEMS[:3]), evaluation(systems=SYSTEMS, scenarios=(GATE,))):
        band = told_bands(made)["multimodal_gain"]
        assert (band.value, band.band) == (None, "측정 안 됨") and band.sentence


def test_a_stale_run_answers_nothing(strong):
    told = words(with_run(strong, "qwen3-vl", stale=True))
    assert told["Q1"] == told["Q3"] == "판단 못 함"
