"""The six planned comparisons, one correction over those that could be tested, and what more queries would tell."""

from dataclasses import astuple

import numpy as np
import pytest

from core.evaluation import comparisons, statistics, summary
from core.evaluation.resampling import Resampling
from core.evaluation.scenarios import GATE, PRIMARY, TUNED
from tests.evaluation_data import SYSTEMS, evaluation


@pytest.fixture(scope="module")
def whole():
    return evaluation(systems=(*SYSTEMS, "siglip"))


def planned(made, **options):
    return {each.scenario.key: each for each in comparisons.planned(made, draws=2000, **options)}


def test_the_plan_names_six_and_d_is_the_tuned_one(whole):
    told = planned(whole)
    assert [(key, each.a, each.b) for key, each in told.items()] == [
        ("S1", "qwen3-vl", "kure-v1"), ("S2", "qwen3-vl", TUNED), ("S3", "qwen3-vl", "siglip"), ("S4", "qwen3-vl", TUNED),
        ("S5", "qwen3-vl", "qwen3-vl+rerank"), (GATE, "qwen3-vl", TUNED)]
    assert [each.p_holm for each in told.values()] == statistics.holm([each.difference.p for each in told.values()])
    result = whole.scenarios["S2"]
    by_hand = result.of("qwen3-vl", PRIMARY) - result.of(TUNED, PRIMARY)
    assert told["S2"].difference.value == pytest.approx(by_hand.mean())
    assert told["S2"].difference.wins == (by_hand > 0).sum()


def test_what_is_missing_is_named_and_not_corrected_for(whole):
    told = planned(evaluation(scenarios=("S1", GATE), systems=("qwen3-vl", "kure-v1", "kure+siglip")))
    assert "쿼리가 없습니다" in told["S2"].missing
    assert told["S2"].difference is None
    assert not told["S2"].significant
    assert told[GATE].b == "kure+siglip", "no tuned run"
    tested = [told["S1"], told[GATE]]
    assert [each.p_holm for each in tested] == statistics.holm([each.difference.p for each in tested])
    lacking = {each.missing for each in planned(evaluation(systems=("qwen3-vl",))).values()}
    assert lacking == {f"이 시나리오에서 아직 실행하지 않은 시스템: {name}." for name in (
        "B · KURE-v1", "C · SigLIP", "D · KURE + SigLIP", "E · Qwen3-VL + Reranker")}


def test_equal_systems_are_never_settled_and_strong_ones_are():
    same = evaluation(strengths={"qwen3-vl": 1.0, "qwen3-vl+rerank": 9.0, "kure-v1": -9.0})
    values = same.scenarios[GATE].values[PRIMARY]
    values[list(SYSTEMS).index(TUNED)] = values[0]
    told = planned(same)
    assert (told[GATE].difference.p, told[GATE].effect, told[GATE].more_queries) == (1, None, None)
    assert "쿼리를 늘려도" in told[GATE].outlook
    assert told["S5"].significant
    assert told["S5"].more_queries is None
    assert told["S5"].outlook.endswith("E · Qwen3-VL + Reranker 쪽이 낫습니다.")
    assert told["S5"].effect < -1
    assert told["S1"].difference.value > 0.5


def test_a_small_difference_says_how_many_more_queries():
    told = planned(evaluation(strengths={TUNED: 1.15}))[GATE]
    assert not told.significant
    assert told.more_queries >= 1
    assert f"{told.more_queries:,}개" in told.outlook


def test_effect_size_by_hand():
    assert comparisons.effect_size(np.array([0.1, 0.3, 0.2])) == pytest.approx(2)
    assert comparisons.effect_size(np.array([0.1, 0.1])) is None
    assert comparisons.effect_size(np.array([0.1])) is None


def test_a_summary_gives_the_same_numbers_and_its_draws_are_used_again(whole):
    summaries = {key: summary.of(result, draws=2000) for key, result in whole.scenarios.items()}
    again = planned(whole, summaries=summaries)
    assert [each.p_holm for each in again.values()] == [each.p_holm for each in planned(whole).values()]
    result = whole.scenarios["S3"]
    found = summaries["S3"].interval("RR", "siglip")
    alone = Resampling(result.groups, draws=2000).intervals(result.values["RR"][[result.names.index("siglip")]])[0]
    assert astuple(found) == pytest.approx(astuple(alone))
    assert summaries["S3"].bounds["RR", "siglip"][0] == pytest.approx(found.value)


def test_a_scenario_without_queries_or_systems_has_an_empty_summary():
    made = evaluation(scenarios=(GATE,))
    told = summary.of(made.scenarios["S1"])
    assert (told.resampling, dict(told.intervals)) == (None, {})
