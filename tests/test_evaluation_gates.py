"""The gate file: what is registered, what is refused, how values read."""

from __future__ import annotations

import hashlib
from dataclasses import replace

import pytest

from core.errors import InputError, NotFoundError
from core.evaluation.measures import BOUNDED, CATALOGUE
from core.evaluation.scenarios import SCENARIOS
from core.evaluation.verdict import gates, wording
from core.models import planner, registry
from core.search import variants


def test_the_plans_thresholds_are_registered():
    """Plan 2.2 and 2.3; a No-Go condition is registered as what it takes to be clear of it."""
    file = gates.load()
    told = {gate.name: (gate.kind, gate.direction, gate.threshold, gate.unit) for gate in file.gates}
    assert told == {
        "recall_5": ("go", ">=", 0.80, "%"), "recall_10": ("go", ">=", 0.90, "%"), "mrr": ("go", ">=", 0.65, ""),
        "against_baseline": ("go", ">=", -0.05, "%"), "latency_p95": ("go", "<=", 200, "ms"), "vram": ("go", "<=", 8, "GB"),
        "stability": ("go", ">=", 1.0, "%"), "recall_5_least": ("no-go", ">=", 0.70, "%"),
        "against_baseline_least": ("no-go", ">=", -0.15, "%"), "critical_errors": ("no-go", "<=", 0, "건"),
        "vram_4bit": ("no-go", "<=", 8, "GB")}
    assert {band.name: (band.good, band.fair) for band in file.bands} == {
        "complexity": (0.5, 0.3), "days_saved": (14, 7), "multimodal_gain": (0.1, 0.05)}


def test_what_is_registered_exists():
    file = gates.load()
    assert variants.find(file.subject.system).system.letter == "A"
    assert file.subject.dims == registry.record("qwen3-vl-embedding-2b").dims
    for gate in file.gates:
        assert not gate.measure or gate.measure in BOUNDED, "a gate's measure needs its bounds"
    for band in file.bands:
        assert not band.measure or (band.measure in CATALOGUE and band.scenario in SCENARIOS)


def test_the_registered_precision_is_what_the_planner_seats_on_eight_gibibytes():
    """The reason that the file gives for nf4."""
    subject = gates.load().subject
    told = planner.plan([planner.Wish(record, max_pixels=subject.max_pixels) for record in registry.REAL], budget=8 * 2**30)
    assert told.fits and told.precision_of("qwen3-vl-embedding-2b") == subject.precision
    both = [planner.Wish(registry.record(key), "fp16", subject.max_pixels) for key in ("qwen3-vl-embedding-2b", "qwen3-vl-reranker-2b")]
    assert not planner.plan(both, budget=8 * 2**30).fits


def test_the_hash_is_over_the_files_bytes(tmp_path):
    copy = tmp_path / "copy.toml"
    copy.write_bytes(gates.FILE.read_bytes())
    assert gates.load(copy).sha256 == gates.load().sha256 == hashlib.sha256(gates.FILE.read_bytes()).hexdigest()
    copy.write_bytes(gates.FILE.read_bytes() + b"# a word more\n")
    assert gates.load(copy).sha256 != gates.load().sha256


@pytest.mark.parametrize(("old", "new", "named"), [
    ("form = 1", "form = 2", "form"),
    ("form = 1", "form = 1\nextra = 1", "extra"),
    ("queries = 50  ", "queries = 50\nbonus = 1  ", "bonus"),
    ("queries = 50  ", "", "queries"),
    ("queries = 50  ", 'queries = "50"', "queries"),
    ("queries = 50  ", "queries = true", "queries"),
    ("judged_at_10 = 0.95", "judged_at_10 = nan", "judged_at_10"),
    ('name = "mrr"', 'name = "recall_5"', "같은 이름"),
    ('name = "mrr"', 'name = "mrr"\nweight = 2', "weight"),
    ('measure = "RR"\n', "", "measure"),
    ('source = "vram"\nthreshold = 8.0', 'source = "vram"\nmeasure = "RR"\nthreshold = 8.0', "measure"),
    ('direction = "<="\nunit = "ms"', 'direction = "<"\nunit = "ms"', "direction"),
    ('source = "latency"', 'source = "guess"', "source"),
    ("fair = 0.30", "fair = 0.60", "fair"),
    ("[baseline]", "[baselines]", "baselines"),
])
def test_a_gate_file_that_says_anything_unknown_or_too_little_is_refused(tmp_path, old, new, named):
    text = gates.FILE.read_text(encoding="utf-8")
    assert old in text
    path = tmp_path / "mine.toml"
    path.write_text(text.replace(old, new, 1), encoding="utf-8")
    with pytest.raises(InputError, match=r"mine\.toml") as refused:
        gates.load(path)
    assert named in str(refused.value)


@pytest.mark.parametrize("raw", [None, b"form = ", b"\xff\xfe"])
def test_a_gate_file_that_cannot_be_read_is_refused(tmp_path, raw):
    path = tmp_path / "mine.toml"
    if raw is not None:
        path.write_bytes(raw)
    with pytest.raises(InputError, match=r"mine\.toml"):
        gates.load(path)


def test_other_thresholds_keep_the_hash_of_what_was_registered():
    file = gates.load()
    other = file.with_thresholds({"mrr": 0.5})
    assert other.gate("mrr").threshold == 0.5 and file.gate("mrr").threshold == 0.65
    assert other.sha256 == file.sha256 and other.gate("recall_5") == file.gate("recall_5")
    with pytest.raises(NotFoundError, match="recall_5"):
        file.with_thresholds({"mmr": 0.5})
    with pytest.raises(InputError, match="mrr"):
        file.with_thresholds({"mrr": float("nan")})


def test_a_threshold_is_reached_by_a_mean_that_lacks_only_its_last_bit():
    at_least, at_most = gates.load().gate("recall_5"), gates.load().gate("latency_p95")
    assert at_least.holds(sum([0.1] * 8)) and sum([0.1] * 8) < 0.8, "0.7999999999999999"
    assert not at_least.holds(0.7999) and not at_most.holds(200.01) and at_most.holds(200)


def test_the_target_is_found_in_a_devices_name():
    subject = gates.load().subject
    assert subject.on_target("NVIDIA GeForce RTX 2070 SUPER")
    assert not subject.on_target("NVIDIA GeForce RTX 2070") and not subject.on_target("NVIDIA H100 80GB HBM3")


@pytest.mark.parametrize(("unit", "value", "told"), [
    ("%", 0.8125, "81.2 %"), ("%", -0.0512, "−5.1 %"), ("ms", 178.4, "178 ms"), ("GB", 7.456, "7.46 GB"), ("", 0.7123, "0.712"),
    ("건", 2.0, "2건"), ("일", 10.0, "10일"), ("%", -0.0001, "0.0 %"), ("%", None, "측정 안 됨")])
def test_values_read_in_their_unit(unit, value, told):
    assert wording.value_text(unit, value) == told


def test_conditions_read_as_the_plan_writes_them():
    file = gates.load()
    assert wording.threshold_text(file.gate("recall_5")) == "≥ 80 %"
    assert wording.threshold_text(file.gate("against_baseline")) == "≥ −5 %"
    assert wording.condition_text(file.gate("recall_5_least")) == "< 70 %"
    assert wording.condition_text(file.gate("vram_4bit")) == "> 8 GB"
    assert wording.condition_text(replace(file.gate("critical_errors"), threshold=0)) == "> 0건"
