"""The verdict: a table of made-up evidence for every verdict and every reason, the precedence among them, and how firm it is."""

from __future__ import annotations

from dataclasses import replace
from statistics import NormalDist

import numpy as np
import pytest

from core.errors import InputError, NotFoundError
from core.evaluation.verdict import gates, wording
from core.evaluation.verdict.body import Body, Evidence
from core.evaluation.verdict.decision import decide

FILE = gates.load()
QUALITY = ("recall_5", "recall_10", "mrr", "against_baseline")
HARDWARE = ("latency_p95", "vram", "stability")
NO_GO = ("recall_5_least", "against_baseline_least", "critical_errors", "vram_4bit")
GOOD = {"recall_5": 0.86, "recall_10": 0.94, "mrr": 0.72, "against_baseline": 0.04, "latency_p95": 140.0, "vram": 5.2, "stability": 1.0,
        "recall_5_least": 0.86, "against_baseline_least": 0.04, "critical_errors": 0.0, "vram_4bit": 5.2}
FAILING = {"recall_5": 0.75, "recall_10": 0.85, "mrr": 0.6, "against_baseline": -0.08, "latency_p95": 260.0, "vram": 8.4,
           "stability": 0.999, "recall_5_least": 0.62, "against_baseline_least": -0.2, "critical_errors": 1.0, "vram_4bit": 8.4}
DRAWS = 4000
LACKING = "측정 안 됨. 재어 주세요."


def body(values=None, *, lacking=(), invalid=(), spread=0.01, evidence=None) -> Body:
    """Evidence as good as it gets but for what is named; quality is resampled normally with a standard error of ``spread``."""
    told = {}
    for name, value in (GOOD | (values or {})).items():
        of_queries = FILE.gate(name).measure
        told[name] = Evidence(None if name in lacking else value, lacking=LACKING if name in lacking else "")
        if of_queries and name not in lacking:
            told[name] = replace(told[name], ways=(value,) * 3, draws=normal(value, spread))
    return Body(FILE, {**told, **(evidence or {})}, tuple(invalid), (), (), (), (), "bank", "버전 1", "f" * 64, 2, {"human": 900},
                60, 40, 1, 2)


def normal(value: float, spread: float) -> np.ndarray:
    """The quantiles of a normal distribution in place of draws, the same in all three ways of counting the unjudged."""
    steps = np.array([NormalDist().inv_cdf((step + 0.5) / DRAWS) for step in range(DRAWS)])
    return np.tile(value + spread * steps, (3, 1))


def test_go_where_everything_passes():
    decision = decide(body())
    assert (decision.verdict, decision.borderline, decision.missing, decision.invalid) == ("go", False, (), ())
    assert all(gate.passed for gate in decision.gates) and decision.title == "Go" and not decision.hypothetical
    assert decision.joint_firmness > 0.99 and decision.more_queries == 0
    assert [gate.firmness is None for gate in decision.gates] == [not FILE.gate(gate.name).measure for gate in decision.gates]


@pytest.mark.parametrize("name", QUALITY + HARDWARE)
def test_hold_where_one_go_condition_fails(name):
    decision = decide(body({name: FAILING[name]}))
    assert decision.verdict == "hold" and [gate.name for gate in decision.gates if not gate.passed] == [name]
    assert len(decision.reasons) == 1 and FILE.gate(name).title in decision.headline


@pytest.mark.parametrize("name", NO_GO)
def test_no_go_where_one_condition_is_met(name):
    decision = decide(body({name: FAILING[name]}))
    assert decision.verdict == "no-go" and decision.gate(name).passed is False
    assert len(decision.reasons) == 1 and FILE.gate(name).title in decision.headline


@pytest.mark.parametrize("name", QUALITY + HARDWARE + NO_GO)
def test_undetermined_where_evidence_of_one_gate_is_missing(name):
    decision = decide(body(lacking=[name]))
    assert decision.verdict == "undetermined" and decision.gate(name).passed is None and decision.gate(name).reason == LACKING
    assert decision.missing == decision.reasons == (f"{FILE.gate(name).title}: {LACKING}",)


def test_everything_that_is_missing_is_named():
    decision = decide(body(lacking=[gate.name for gate in FILE.gates]))
    assert decision.verdict == "undetermined"
    assert all(gate.title in " ".join(decision.missing) for gate in FILE.gates)


def test_figures_that_do_not_count_are_shown_and_neither_pass_nor_fail():
    """Measured on another card, say: far too slow, and still no reason for anything but 판정 불가."""
    decision = decide(body(evidence={"latency_p95": Evidence(900.0, lacking="다른 카드입니다.")}))
    gate = decision.gate("latency_p95")
    assert decision.verdict == "undetermined" and (gate.value, gate.passed, gate.holds) == (900.0, None, False)


PRECEDENCE = {
    "invalid evidence before No-Go": ({"values": FAILING, "invalid": ["순환 근거"]}, "undetermined"),
    "invalid evidence before an open critical error": ({"values": {"critical_errors": 1.0}, "invalid": ["순환 근거"]}, "undetermined"),
    "No-Go before missing evidence": ({"values": {"critical_errors": 1.0}, "lacking": ["latency_p95", "vram"]}, "no-go"),
    "No-Go before Hold": ({"values": {"recall_5": 0.62, "recall_5_least": 0.62}}, "no-go"),
    "missing evidence before Hold": ({"values": {"mrr": 0.3}, "lacking": ["stability"]}, "undetermined"),
    "Hold before Go": ({"values": {"mrr": 0.649}}, "hold"),
}


@pytest.mark.parametrize(("told", "verdict"), PRECEDENCE.values(), ids=PRECEDENCE)
def test_precedence(told, verdict):
    assert decide(body(**told)).verdict == verdict


def test_invalid_evidence_names_itself_and_what_is_missing_beside_it():
    decision = decide(body(lacking=["vram"], invalid=["순환 근거: 가", "축소 모델: 나"]))
    assert decision.reasons == ("순환 근거: 가", "축소 모델: 나", f"VRAM 사용량: {LACKING}")
    assert decision.headline == "판정에 쓸 수 없는 근거: 순환 근거, 축소 모델. 모자라는 근거: VRAM 사용량."
    assert {gate.name: gate.passed for gate in decision.gates if gate.name in QUALITY} == dict.fromkeys(QUALITY)
    assert decision.gate("recall_5").holds and decision.gate("latency_p95").passed, "speed does not rest on labels"


@pytest.mark.parametrize(("name", "value", "passed"), [
    ("recall_5", 0.80, True), ("recall_5", 0.8 - 1e-12, True), ("recall_5", 0.7999, False), ("latency_p95", 200.0, True),
    ("latency_p95", 200.5, False), ("vram", 8.0, True), ("stability", 0.999, False), ("against_baseline", -0.05, True),
    ("recall_5_least", 0.70, True), ("recall_5_least", 0.6999, False), ("against_baseline_least", -0.15, True), ("vram_4bit", 8.0, True)])
def test_the_threshold_itself_passes(name, value, passed):
    """≥ and ≤ as the plan writes Go; < and > as it writes No-Go."""
    assert decide(body({name: value})).gate(name).passed is passed


def test_a_failing_value_never_reads_as_the_threshold():
    gate = decide(body({"recall_5": 0.79999})).gate("recall_5")
    assert gate.passed is False and wording.gate_value_text(gate) == "79.999 %"
    assert wording.gate_value_text(decide(body({"recall_5": 0.75})).gate("recall_5")) == "75.0 %"


def ways(as_judged, zero, three):
    return Evidence(as_judged, ways=(as_judged, zero, three), draws=np.array([[as_judged], [zero], [three]]) + np.zeros(DRAWS))


def test_a_quality_gate_must_hold_however_the_unjudged_are_counted():
    decision = decide(body(evidence={"recall_5": ways(0.82, 0.82, 0.78)}))
    gate = decision.gate("recall_5")
    assert decision.verdict == "hold" and gate.passed is False and gate.firmness == 0.0
    assert (gate.unjudged_low, gate.unjudged_high) == (0.82, 0.78)
    assert "78.0 %" in decision.reasons[0] and "판정 안 된 문항에 따라" in decision.headline


def test_a_no_go_condition_must_be_met_however_the_unjudged_are_counted():
    assert decide(body(evidence={"recall_5_least": ways(0.69, 0.69, 0.74)})).verdict == "go"
    assert decide(body(evidence={"recall_5_least": ways(0.69, 0.69, 0.695)})).verdict == "no-go"


def test_a_gate_nobody_can_pass_decides_nothing():
    """Plain recall@5 of queries with eight relevant items ends at 0.625: below Go, and below No-Go too."""
    for name in ("recall_5", "recall_5_least"):
        evidence = replace(body({name: 0.5}).evidence[name], ceiling=0.625)
        decision = decide(body(evidence={name: evidence}))
        assert decision.verdict == "undetermined" and "62.5 %" in decision.invalid[0] and FILE.gate(name).title in decision.invalid[0]
    assert decide(body(evidence={"recall_5": replace(body().evidence["recall_5"], ceiling=0.8)})).verdict == "go"


def test_a_go_that_few_resamples_confirm_is_borderline_with_how_many_more_queries():
    """z = 0.5 is confirmed by 69 %; 80 % need z = 0.8416, so (0.8416 / 0.5)² = 2.833 times the 40 groups: 73.3 more."""
    decision = decide(body({"recall_5": 0.81}, spread=0.02))
    assert decision.verdict == "go" and decision.borderline and decision.title == "Go (경계)"
    assert decision.joint_firmness == pytest.approx(NormalDist().cdf(0.5), abs=0.002)
    assert decision.more_queries == pytest.approx(73.3, abs=2) and decision.gate("recall_5").more_queries == decision.more_queries
    assert str(decision.more_queries) in decision.headline and "69 %" in decision.headline


def test_firmness_is_joint_over_the_same_resamples():
    """Two gates that pass in 60 % of the draws each, but never fail together: jointly 20 %."""
    draws = np.where(np.arange(DRAWS) < 0.6 * DRAWS, 1.0, 0.0)
    evidence = {"recall_5": Evidence(0.9, ways=(0.9,) * 3, draws=np.tile(draws, (3, 1))),
                "mrr": Evidence(0.9, ways=(0.9,) * 3, draws=np.tile(draws[::-1], (3, 1)))}
    decision = decide(body(evidence=evidence))
    assert decision.gate("recall_5").firmness == decision.gate("mrr").firmness == 0.6
    assert decision.joint_firmness == pytest.approx(0.2) and decision.borderline


def test_firmness_of_a_gate_counts_a_resample_only_where_all_ways_pass():
    draws = np.array([[1.0, 1.0, 1.0, 0.0], [1.0, 1.0, 0.0, 0.0], [1.0, 0.0, 1.0, 0.0]]).repeat(DRAWS // 4, axis=1)
    gate = decide(body(evidence={"mrr": Evidence(0.9, ways=(0.9, 0.9, 0.9), draws=draws)})).gate("mrr")
    assert gate.firmness == 0.25


def test_no_number_of_queries_settles_what_lies_on_the_threshold():
    decision = decide(body({"recall_5": 0.80}, spread=0.02))
    assert decision.borderline and decision.more_queries is None and "굳어지지 않습니다" in decision.headline


def test_a_failing_gate_tells_how_many_queries_would_make_the_failure_firm():
    gate = decide(body({"recall_5": 0.79}, spread=0.02)).gate("recall_5")
    assert gate.passed is False and gate.more_queries == pytest.approx(73.3, abs=2)


def test_what_if_changes_the_verdict_and_says_that_it_is_none():
    decision = decide(body({"mrr": 0.6}), {"mrr": 0.55, "recall_5": 0.80})
    assert decision.verdict == "go" and decision.hypothetical == {"mrr": 0.55}, "what is left as it was is no assumption"
    assert decision.gate("mrr").threshold == 0.55 and decision.gate_file_sha256 == FILE.sha256
    assert decide(body({"mrr": 0.6})).verdict == "hold" and FILE.gate("mrr").threshold == 0.65, "nothing was kept"
    with pytest.raises(NotFoundError, match="mrr"):
        decide(body(), {"mmr": 0.5})
    with pytest.raises(InputError):
        decide(body(), {"mrr": float("inf")})
