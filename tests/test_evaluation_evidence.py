"""Evidence of a verdict: what counts of runs, measurements and the register, and why the rest does not."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import numpy as np
import pytest

from core.evaluation.scenarios import GATE, TUNED
from core.evaluation.verdict import evidence, gates
from core.evaluation.verdict.decision import decide
from core.evaluation.verdict.outcome import CriticalError
from core.models import registry
from core.store.measurements import Measurement
from tests.evaluation_data import evaluation, revision

pytestmark = pytest.mark.slow

FILE = gates.load()
CARD = "NVIDIA GeForce RTX 2070 SUPER"
AT = datetime(2026, 11, 22, 9, tzinfo=UTC)
ITEMS = "state of the items"
SYSTEMS = ("qwen3-vl", "kure+siglip", TUNED)
CONFIG = {"precision": "nf4", "dims": None, "max_pixels": 512 * 512}
RESULTS = {
    "latency": {"latency_ms": {kind: {"mean": 100.0, "p50": 95.0, "p95": p95, "p99": 190.0, "n": 100, "failures": 0}
                               for kind, p95 in (("text", 90.0), ("image", 120.0), ("both", 150.0))}},
    "vram": {"vram_gb": {"weights": 2.2, "allocated": 3.0, "reserved": 3.4, "process": 3.9}},
    "stability": {"calls": 1000, "failures": 0, "nan": 0, "crashes": 0},
    "hangul": {"items": 100, "lost": 0, "examples": []},
    "parity": {"ok": True, "checks": [{"name": "pooling", "ok": True, "detail": "같음"}]},
}
QWEN, KURE, SIGLIP = "qwen3-vl-embedding-2b", "kure-v1", "siglip-base"


def measured(kind, *, number=1, hours=0, **changes) -> Measurement:
    """A measurement that counts, but for the changes; those of ``config`` and ``result`` are laid over what is there."""
    told = {"system": "qwen3-vl@nf4", "device": CARD, "miniature": False, "environment": {}, "partial": False} | changes
    config = {"hangul": {"items": ITEMS}, "parity": {"hub_id": registry.record(QWEN).hub_id, "revision": revision(QWEN)}}.get(kind, CONFIG)
    told |= {"config": config | changes.get("config", {}), "result": RESULTS[kind] | changes.get("result", {})}
    return Measurement(id=number, sha256=f"{number:064d}", kind=kind, measured_at=AT + timedelta(hours=hours), stored_at=AT, **told)


def verified(model=QWEN, **changes) -> Measurement:
    """What verifying a model came to: it is run as published."""
    config = {"hub_id": registry.record(model).hub_id, "revision": revision(model)} | changes.pop("config", {})
    return measured("parity", system=model, device="cpu", config=config, **changes)


def all_measured(**changed) -> list[Measurement]:
    """One of every kind, and every model verified; what is named replaces it, None leaves it out."""
    whole = {kind: measured(kind, number=number) for number, kind in enumerate(RESULTS, start=1) if kind != "parity"}
    whole |= {name: verified(model, number=number)
              for number, (name, model) in enumerate((("qwen", QWEN), ("kure", KURE), ("siglip", SIGLIP)), start=20)}
    return [told for told in (whole | changed).values() if told is not None]


@pytest.fixture(scope="module")
def made():
    """A is much better than D, and everything is judged."""
    return evaluation(systems=SYSTEMS, strengths={"qwen3-vl": 9.0})


def of(made, measurements=None, register=(), name=None):
    """Return the body, or one gate's evidence."""
    body = evidence.gather(made, FILE, measured=all_measured() if measurements is None else measurements, register=register)
    return body if name is None else body.evidence[name]


def with_run(made, system, **changes):
    """Return the evaluation with a run of the gate set changed."""
    gate_set = made.scenarios[GATE]
    runs = tuple(replace(run, **changes) if run.system == system else run for run in gate_set.systems)
    return replace(made, scenarios={**made.scenarios, GATE: replace(gate_set, systems=runs)})


def test_real_runs_fair_labels_and_the_target_card_can_give_a_go(made):
    decision = decide(of(made))
    assert decision.verdict == "go", decision.reasons
    assert all(gate.passed for gate in decision.gates) and not decision.miniature
    assert (decision.queries, decision.subject_run, decision.baseline_run) == (60, 1, 3)
    assert all(gate.evidence for gate in decision.gates)


def test_values_are_those_of_the_gate_set(made):
    result = made.scenarios[GATE]
    own, other = result.of("qwen3-vl", "cR@5").mean(), result.of(TUNED, "cR@5").mean()
    assert of(made, name="recall_5").value == pytest.approx(own)
    assert of(made, name="mrr").value == pytest.approx(result.of("qwen3-vl", "RR").mean())
    told = of(made, name="against_baseline")
    assert told.value == pytest.approx((own - other) / other) and told.low < told.value < told.high
    assert of(made, name="recall_5").draws.mean() == pytest.approx(own, abs=0.01)


def test_unjudged_items_are_counted_both_ways():
    """With unjudged items as relevant the denominators grow too, so the bound may lie on either side."""
    made = evaluation(systems=SYSTEMS, judged=0.8)
    told, result = of(made, name="recall_10"), made.scenarios[GATE]
    low, high = result.bounds["cR@10"]
    place = result.names.index("qwen3-vl")
    assert told.ways == pytest.approx((result.of("qwen3-vl", "cR@10").mean(), low[place].mean(), high[place].mean()))
    assert told.ways[1] != told.ways[2] and told.draws.shape[0] == 3


INVALID = {
    "miniature models": ({"miniature": True}, "축소 모델"),
    "judgments that are not frozen": ({"frozen": False}, "정답 미확정"),
    "49 queries": ({"queries": 49}, "쿼리 수"),
    "61 queries of the items of four families": ({"queries": 61, "items": 16}, "문항군 수"),
    "unjudged items in the top ten": ({"judged": 0.8}, "판정된 비율"),
    "grades of a model": ({"origin": "model"}, "순환 근거"),
    "constructed grades": ({"origin": "constructed"}, "순환 근거"),
    "labels from A's own results": ({"proposers": ("qwen3-vl",)}, "순환 근거"),
    "no grades at all": ({"queries": 0}, "정답 없음"),
}


@pytest.mark.parametrize(("told", "topic"), INVALID.values(), ids=INVALID)
def test_evidence_that_proves_nothing_leaves_the_verdict_open(told, topic):
    """With every measurement in place and a system far above (or below) every threshold."""
    for strength in (9.0, 0.0):
        decision = decide(of(evaluation(**{"systems": SYSTEMS, "strengths": {"qwen3-vl": strength}, **told})))
        assert decision.verdict == "undetermined" and topic in decision.headline
        assert [each for each in decision.invalid if each.startswith(f"{topic}: ")]
        assert decision.gate("recall_5").passed is None


def test_fifty_queries_are_enough_and_declared_zeros_stand_for_judgments():
    assert of(evaluation(systems=SYSTEMS, queries=50)).invalid == ()
    assert of(evaluation(systems=SYSTEMS, judged=0.8, unlisted_zero_by="김담당")).invalid == ()


def test_a_miniature_baseline_alone_is_enough_to_prove_nothing(made):
    told = of(with_run(made, TUNED, miniature=True))
    assert told.miniature and told.invalid[0].startswith("축소 모델: ") and any("견줄 수 없습니다" in note for note in told.notes)


LACKING = {
    "old vectors": ("qwen3-vl", {"stale": True}, "옛 벡터"),
    "queries without an answer": ("qwen3-vl", {"unanswered": ("Q001", "Q002")}, "2개의 답"),
    "another precision": ("qwen3-vl", {"config": {"sets": [{"precision": "fp16", "max_pixels": 262144, "dims": 2048}]}}, "fp16"),
    "another image limit": ("qwen3-vl", {"config": {"sets": [{"precision": "nf4", "max_pixels": 1024**2, "dims": 2048}]}}, "1,048,576픽셀"),
    "fewer dimensions": ("qwen3-vl", {"config": {"dims": 512, "sets": [{"precision": "nf4", "max_pixels": 262144, "dims": 2048}]}},
                         "512차원"),
}


@pytest.mark.parametrize(("system", "changes", "word"), LACKING.values(), ids=LACKING)
def test_a_run_that_is_not_the_registered_one_is_shown_and_does_not_count(made, system, changes, word):
    told = of(with_run(made, system, **changes))
    decision = decide(told)
    assert decision.verdict == "undetermined" and told.invalid == ()
    for name in ("recall_5", "recall_10", "mrr", "against_baseline", "recall_5_least", "against_baseline_least"):
        assert word in told.evidence[name].lacking and told.evidence[name].value is not None
    assert decision.gate("latency_p95").passed


def test_an_old_baseline_takes_only_the_comparison_away(made):
    told = of(with_run(made, TUNED, stale=True))
    assert "옛 벡터" in told.evidence["against_baseline"].lacking and not told.evidence["recall_5"].lacking


def test_the_registered_variant_counts_under_its_own_name(made):
    """Where plain A is embedded in fp16, ``@nf4`` speaks."""
    gate_set = made.scenarios[GATE]
    plain = replace(gate_set.systems[0], config={"sets": [{"precision": "fp16", "max_pixels": 262144, "dims": 2048}]})
    runs = (plain, replace(gate_set.systems[0], system="qwen3-vl@nf4", run_id=77), gate_set.systems[2])
    other = replace(made, scenarios={**made.scenarios, GATE: replace(gate_set, systems=runs)})
    assert of(other).subject_run == 77 and not of(other, name="recall_5").lacking


def test_missing_systems_are_missing_evidence():
    without_d = of(evaluation(systems=("qwen3-vl", "kure+siglip")))
    assert "가중치 조정" in without_d.evidence["against_baseline"].lacking and not without_d.evidence["recall_5"].lacking
    without_a = of(evaluation(systems=("kure-v1", TUNED)))
    assert "실행이 없습니다" in without_a.evidence["recall_5"].lacking and without_a.evidence["recall_5"].value is None
    nothing = decide(of(evaluation(systems=()), measurements=[]))
    assert nothing.verdict == "undetermined" and all(gate.title in " ".join(nothing.missing) for gate in FILE.gates)


def test_a_baseline_that_finds_nothing_gives_no_ratio(made):
    gate_set = made.scenarios[GATE]
    zeros = {name: np.vstack([rows[:2], 0 * rows[2:]]) for name, rows in gate_set.values.items() if name != "Judged@10"}
    bounds = {name: tuple(np.vstack([rows[:2], 0 * rows[2:]]) for rows in both) for name, both in gate_set.bounds.items()}
    values = {**gate_set.values, **zeros}
    other = replace(made, scenarios={**made.scenarios, GATE: replace(gate_set, values=values, bounds=bounds)})
    assert "0이라" in of(other, name="against_baseline").lacking and of(other, name="against_baseline").value is None


OBSTACLES = {
    "not measured": (None, "측정 안 됨"),
    "another card": ({"device": "NVIDIA H100 80GB HBM3"}, "대상 카드가 아닌 NVIDIA H100"),
    "another card that was given the target's name": ({"environment": {"device": "NVIDIA H100"}}, "대상 카드가 아닌 NVIDIA H100"),
    "a miniature": ({"miniature": True}, "축소 모델"),
    "random weights": ({"environment": {"random_weights": True}}, "무작위"),
    "another precision": ({"config": {"precision": "fp16"}}, "fp16"),
    "another image limit": ({"config": {"max_pixels": 1024**2}}, "1,048,576픽셀"),
    "fewer dimensions": ({"config": {"dims": 512}}, "512차원"),
    "cut off": ({"partial": True}, "중간에 끊겼습니다"),
    "another system": ({"system": "kure-v1"}, "측정 안 됨"),
    "A by its texts alone": ({"system": "qwen3-vl@text-only"}, "측정 안 됨"),
}


@pytest.mark.parametrize("kind", ["latency", "vram", "stability"])
@pytest.mark.parametrize(("changes", "word"), OBSTACLES.values(), ids=OBSTACLES)
def test_a_measurement_counts_from_the_registered_variant_on_the_target_card_alone(made, kind, changes, word):
    given = None if changes is None else measured(kind, **changes)
    body = of(made, all_measured(**{kind: given}))
    gates_of = {"latency": ("latency_p95",), "vram": ("vram", "vram_4bit"), "stability": ("stability", "critical_errors")}[kind]
    for name in gates_of:
        assert word in body.evidence[name].lacking, name
        assert "RTX 2070 SUPER" in body.evidence[name].lacking, "it says where to measure"
    assert decide(body).verdict == "undetermined"


def test_the_worst_of_text_image_and_both_counts(made):
    told = of(made, name="latency_p95")
    assert (told.value, told.samples) == (150.0, 100) and "글+그림" in told.remark


@pytest.mark.parametrize(("series", "word"), [
    ({"text": {"p95": 90.0, "n": 100}, "image": {"p95": 90.0, "n": 100}}, "글+그림 쿼리의 P95가 없습니다"),
    ({kind: {"p95": 90.0, "n": 99 if kind == "image" else 100} for kind in ("text", "image", "both")}, "99번만"),
    ({"text": {"p95": None}}, "P95가 없습니다")])
def test_a_latency_that_says_too_little_is_missing(made, series, word):
    assert word in of(made, all_measured(latency=measured("latency", result={"latency_ms": series})), name="latency_p95").lacking


def test_the_newest_measurement_that_counts_is_taken(made):
    newer = measured("vram", number=9, hours=2, result={"vram_gb": {"process": 8.3}})
    elsewhere = measured("vram", number=10, hours=3, device="NVIDIA H100", result={"vram_gb": {"process": 30.0}})
    body = of(made, [*all_measured(), newer, elsewhere])
    assert body.evidence["vram"].value == 8.3 and decide(body).verdict == "no-go"


@pytest.mark.parametrize(("process", "verdict"), [(7.9, "undetermined"), (8.3, "no-go")])
def test_a_peak_is_not_the_whole_where_something_ran_out_of_memory(made, process, verdict):
    """A card of 8 GB can show no more than 8 GB: what did not fit would have taken more."""
    given = measured("vram", result={"vram_gb": {"process": process}, "fits": False})
    assert decide(of(made, all_measured(vram=given))).verdict == verdict


@pytest.mark.parametrize(("result", "verdict", "word"), [
    ({"single_fits": True, "fits": False}, "go", "나누어"),
    ({"single_fits": False, "fits": False, "room_gb": 8.0}, "no-go", "모자랐습니다"),
    ({"single_fits": False, "fits": False, "room_gb": 2.0}, "undetermined", "2.00 GB"),
    ({"single_fits": None, "fits": False}, "undetermined", "들어가지 않으면")])
def test_one_query_that_does_not_fit_fails_the_gate_and_a_large_call_does_not(made, result, verdict, word):
    """A peak is within the card, whatever failed; 2 GB of room say nothing about 8."""
    body = of(made, all_measured(vram=measured("vram", result={"vram_gb": {"process": 1.9}} | result)))
    assert decide(body).verdict == verdict
    assert word in body.evidence["vram"].remark + body.evidence["vram"].lacking


def test_a_series_that_was_cut_off_shows_already_that_one_query_does_not_fit(made):
    given = measured("vram", partial=True, result={"vram_gb": {"process": None}, "single_fits": False, "room_gb": 8.05})
    assert decide(of(made, all_measured(vram=given))).verdict == "no-go"


def test_four_bit_memory_is_asked_of_a_four_bit_measurement(made):
    """Another file may register fp16; that 4-bit does not fit either is still a question of its own."""
    file = replace(FILE, subject=replace(FILE.subject, precision="fp16"))
    both = [measured("vram", number=5, config={"precision": "fp16"}, result={"vram_gb": {"process": 8.6}}), measured("vram", number=6)]
    told = evidence.gather(made, file, measured=both, register=()).evidence
    assert (told["vram"].value, told["vram_4bit"].value) == (8.6, 3.9)


def test_a_thousand_calls_without_failure_bound_the_failure_rate(made):
    """Facts on statistics: 0 of 1,000 means at most 0.30 % (one-sided 95 %)."""
    told = of(made, name="stability")
    assert told.value == 1.0 and 1 - told.low == pytest.approx(0.0030, abs=5e-5) and "0.30 %" in told.remark


def test_one_failure_fails_however_short_the_series(made):
    """A series that was cut off proves no stability, but it can disprove it."""
    broken = measured("stability", hours=1, partial=True, result={"calls": 40, "failures": 1})
    body = of(made, all_measured(stability=broken))
    assert body.evidence["stability"].value == pytest.approx(0.975) and not body.evidence["stability"].lacking
    short = of(made, all_measured(stability=measured("stability", result={"calls": 999})), name="stability")
    assert "999번만" in short.lacking


CRITICAL = {
    "a crash": (measured("stability", result={"crashes": 1}), "crash"),
    "a crash in a series cut off": (measured("stability", partial=True, result={"calls": 12, "crashes": 1}), "crash"),
    "answers that are no numbers": (measured("stability", result={"nan": 3}), "nan"),
    "Hangul lost": (measured("hangul", result={"lost": 2, "examples": ["MATH_007"]}), "hangul"),
}


@pytest.mark.parametrize(("given", "failed"), CRITICAL.values(), ids=CRITICAL)
def test_an_automatic_check_that_fails_is_a_critical_error(made, given, failed):
    body = of(made, all_measured(**{given.kind: given}))
    assert [check.name for check in body.checks if check.passed is False] == [failed]
    assert body.evidence["critical_errors"].value == 1 and decide(body).verdict == "no-go"


@pytest.mark.parametrize("given", [None, measured("hangul", miniature=True), measured("hangul", partial=True),
                                   measured("hangul", config={"items": "before an item was edited"})])
def test_a_check_that_was_not_run_here_and_now_is_missing_evidence(made, given):
    body = of(made, all_measured(hangul=given))
    assert "한글 손실 점검" in body.evidence["critical_errors"].lacking and decide(body).verdict == "undetermined"


POOLING = {"ok": False, "checks": [{"name": "pooling", "ok": False, "detail": "평균"}, {"name": "single", "ok": True, "detail": ""}]}


def test_a_subject_that_is_not_run_as_published_proves_nothing(made):
    """The wrong pooling still finds something, and its numbers look like any other's: they speak neither for A nor against it."""
    body = of(made, all_measured(qwen=verified(result=POOLING)))
    decision = decide(body)
    assert decision.verdict == "undetermined" and [check.name for check in body.checks if check.passed is False] == ["parity"]
    assert decision.invalid == (decision.reasons[0],) and "풀링" in decision.reasons[0] and QWEN in decision.reasons[0]
    assert body.evidence["critical_errors"].value == 0
    worse = decide(of(made, all_measured(qwen=verified(result=POOLING)), register=[error()]))
    assert worse.verdict == "undetermined", "what proves nothing comes before a No-Go"


@pytest.mark.parametrize("given", [None, verified(miniature=True), verified(config={"revision": "another"}), verified(partial=True),
                                   verified(config={"hub_id": "somebody/else"})])
def test_a_subject_that_nobody_verified_is_missing_evidence(made, given):
    """The check counts for exactly the checkpoint that made the vectors."""
    body = of(made, all_measured(qwen=given))
    assert decide(body).verdict == "undetermined" and "models verify" in body.evidence["critical_errors"].lacking


@pytest.mark.parametrize(("given", "word"), [(None, "models verify"), (verified(KURE, result=POOLING), "풀링")])
def test_a_baseline_that_is_not_verified_takes_the_comparison_away(made, given, word):
    """KURE run wrongly would make A look good: no fault of A's, so no No-Go, but no Go either."""
    body = of(made, all_measured(kure=given))
    assert word in body.evidence["against_baseline"].lacking and not body.evidence["recall_5"].lacking
    assert decide(body).verdict == "undetermined" and not body.evidence["critical_errors"].lacking


def test_the_newest_verification_counts(made):
    mended = [*all_measured(qwen=verified(result=POOLING)), verified(hours=1)]
    assert decide(of(made, mended)).verdict == "go"


def test_hangul_is_checked_anywhere(made):
    assert not of(made, all_measured(hangul=measured("hangul", device="토크나이저")), name="critical_errors").lacking


def error(system="qwen3-vl", open_=True):
    return CriticalError("e-1", system, "한글 조사가 깨짐", open_, "김담당", AT, "")


@pytest.mark.parametrize(("entry", "counts"), [(error(), True), (error("qwen3-vl@nf4"), True), (error(open_=False), False),
                                               (error("kure-v1"), False), (error("qwen3-vl+rerank"), False)])
def test_an_open_error_of_the_subject_is_a_no_go(made, entry, counts):
    body = of(made, register=[entry])
    assert decide(body).verdict == ("no-go" if counts else "go") and len(body.errors) == counts
    assert not counts or "한글 조사가 깨짐" in decide(body).reasons[0]


def test_an_open_error_decides_though_checks_are_missing(made):
    assert decide(of(made, measurements=[], register=[error()])).verdict == "no-go"


def test_resampling_that_was_made_already_is_used(made):
    from core.evaluation.resampling import Resampling

    drawn = Resampling(made.scenarios[GATE].groups, draws=50)
    body = evidence.gather(made, FILE, measured=all_measured(), register=(), drawn=drawn)
    assert body.evidence["recall_5"].draws.shape == (3, 50) and body.evidence["against_baseline"].draws.shape == (3, 50)
