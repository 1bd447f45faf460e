"""The figures of a bench: percentiles against numpy, their intervals against simulation, leaks planted and not."""

from __future__ import annotations

import mmap

import numpy as np
import psutil
import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.bench import leak, order, vram
from core.store.bench_samples import Sample

MB = 10**6


@given(st.lists(st.floats(0, 1e6), min_size=1, max_size=300))
def test_percentiles_are_numpys(values):
    found = order.summary(values)
    for name, share in order.PERCENTILES.items():
        assert found[name] == pytest.approx(np.percentile(values, 100 * share), rel=1e-9, abs=1e-9)
    assert found["mean"] == pytest.approx(np.mean(values), rel=1e-9, abs=1e-9) and found["n"] == len(values)


def test_a_failed_call_counts_as_slower_than_any_other():
    found = order.summary([30.0, 10.0, 20.0], failures=1)  # places 1.5 and 2.85 of 0 … 3, of which the last is the failure
    assert (found["p50"], found["p95"], found["p99"]) == (25.0, None, None)
    assert (found["n"], found["failures"], found["mean"]) == (4, 1, 20.0)
    hundred = order.summary([float(each) for each in range(95)], failures=6)
    assert (hundred["p50"], hundred["p95"]) == (50.0, None)
    assert order.summary([float(each) for each in range(97)], failures=4)["p95"] == 95.0


def test_nothing_was_answered():
    found = order.summary([], failures=3)
    assert {found[name] for name in ("mean", "p50", "p95", "p99", "p95_high")} == {None} and found["n"] == 3
    assert order.summary([])["n"] == 0 and order.summary([7.0])["p99"] == 7.0


def test_ranks_of_the_interval_are_the_tables_ones():
    # Binomial(10, 1/2): P(≤1) = 11/1024 = 0.0107, P(≤2) = 56/1024 = 0.0547; so the 2nd and the 9th value bound the median.
    assert order.ranks(10, 0.5) == (2, 9)
    assert order.ranks(5, 0.5) == (None, None)  # 1/32 beyond either end is more than 2.5 %
    assert order.ranks(200, 0.99)[1] is None and order.ranks(1000, 0.99)[1] is not None


@pytest.mark.parametrize(("name", "count"), [("p50", 50), ("p95", 200), ("p99", 1000)])
def test_intervals_hold_the_true_percentile_as_often_as_they_say(name, count):
    drawn = np.sort(np.random.default_rng(3).exponential(size=(4000, count)), axis=1)
    low, high = order.ranks(count, order.PERCENTILES[name])
    true = -np.log(1 - order.PERCENTILES[name])
    held = (drawn[:, low - 1] <= true) & (true <= drawn[:, high - 1])
    assert 0.945 <= held.mean() <= 0.99


@pytest.mark.parametrize(("calls", "failures", "bound"), [
    (1000, 0, 1 - 0.05 ** (1 / 1000)), (10, 10, 1.0), (1, 0, 0.95), (10, 1, 0.394163), (700, 0, 0.004270)])
def test_the_bound_on_failures_is_the_exact_one(calls, failures, bound):
    assert order.failure_bound(calls, failures) == pytest.approx(bound, abs=2e-6)
    assert order.failure_bound(1000, 0) <= 0.0030


def noise(rng, count: int) -> np.ndarray:
    """Memory as it is read: neighbours alike, a collection now and then."""
    steps = rng.normal(0, 0.15 * MB, count)
    slow = np.zeros(count)
    for place in range(1, count):
        slow[place] = 0.9 * slow[place - 1] + steps[place]
    return 800 * MB + slow - np.where(rng.random(count) < 0.02, 2 * MB, 0)


@pytest.mark.parametrize("seed", range(20))
def test_a_planted_leak_is_found_and_a_flat_run_is_not_flagged(seed):
    rng = np.random.default_rng(seed)
    flat = noise(rng, 1000)
    assert leak.trend(flat.astype(int)).leak is False
    found = leak.trend((flat + 8 * 1024 * np.arange(1000)).astype(int))
    assert found.leak is True and found.slope == pytest.approx(8 * 1024, rel=0.2)


@pytest.mark.parametrize("seed", range(20))
def test_a_cache_that_fills_and_a_jump_that_stays_are_no_leak(seed):
    rng = np.random.default_rng(seed)
    places = np.arange(1000)
    filling = noise(rng, 1000) + 60 * MB * (1 - np.exp(-places / 60))
    jump = noise(rng, 1000) + np.where(places > rng.integers(200, 900), 40 * MB, 0)
    assert not leak.trend(filling.astype(int)).leak
    assert not leak.trend(jump.astype(int)).leak


@pytest.mark.parametrize("seed", range(20))
def test_a_list_that_grows_shows_in_the_memory_of_a_real_process(seed):
    rng, own, held = np.random.default_rng(seed), psutil.Process(), []
    readings = []
    for _ in range(150):
        held.append(mmap.mmap(-1, int(rng.integers(90_000, 110_000))))  # no memory that an earlier test gave back
        held[-1].write(b"x" * len(held[-1]))
        readings.append(own.memory_info().rss)
    assert leak.trend(readings).leak is True
    steady = [own.memory_info().rss for _ in range(150)]
    assert leak.trend(steady).leak is False


def test_a_rise_that_is_not_clear_of_the_noise_around_it_cannot_be_told():
    places = np.arange(1000)
    swing = np.where(places // 20 % 2, 1, -1)  # as long as a block of readings: slow noise, which their medians keep
    rise = 800 * MB + 2000 * places
    assert leak.trend(rise + 50_000 * swing).leak is True
    assert leak.trend(rise + 200_000 * swing).leak is None


def test_too_few_readings_say_nothing():
    found = leak.trend([1000 * each for each in range(99)])
    assert (found.leak, found.slope, found.readings, found.last) == (None, None, 99, 98_000)
    assert leak.trend([]).leak is None
    assert leak.trend([5 * MB] * 200).leak is False


def test_the_slope_is_per_call_also_where_only_some_are_read():
    found = leak.trend([20_000 * each for each in range(200)], [10 * each for each in range(200)])
    assert found.slope == pytest.approx(2000) and found.leak is True


GB = 10**9


def call(series: str, ooms: int, outcome: str = "ok", **given) -> Sample:
    card = {"ooms": ooms, "peak_reserved": 5 * GB, "context": GB, "process": 6 * GB, "device_used": 7 * GB, "device_total": 9 * GB,
            "budget": 8 * GB + 5 * 10**8}
    told = {"ooms_before": 4, "model": "m"} if series.startswith("load") else {}
    return Sample(0, series, True, 0.0, outcome, 1.0, input=told, memory=card | given)


@pytest.mark.parametrize(("samples", "fits", "single", "room"), [
    ([call("load m", 4), call("query text", 4), call("batch 32", 4)], True, True, None),  # four of an earlier life
    ([call("load m", 4), call("query text", 4), call("batch 1", 4), call("batch 32", 6, "failed")], False, True, None),
    ([call("load m", 4), call("query text", 5, "failed"), call("batch 32", 5)], False, False, 8.0),  # 9 less 1 of others
    ([call("load m", 4), call("query text", 5, "failed", budget=2 * GB)], False, False, 2.0),
    ([call("load m", 5, "failed")], False, False, 8.0),
    ([call("load m", 4), call("query text", 4), call("batch 1", 5, "failed")], False, False, 8.0),
    ([call("load m", 4), call("query text", 5)], False, True, None),  # another model left, and it was answered
    ([call("load m", 4), call("query text", 4, "failed")], False, None, None),  # not for lack of memory
    ([call("load m", 4)], True, None, None)])
def test_only_a_single_call_that_memory_failed_does_not_fit(samples, fits, single, room):
    found = vram.summarise(samples, {})
    assert (found["fits"], found["single_fits"], found["room_gb"]) == (fits, single, room)
