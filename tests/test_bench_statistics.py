"""Percentiles and the Theil–Sen slope against values worked out by hand."""

import math

import pytest

from core.bench.statistics import MOST_POINTS, spread, theil_sen


def test_percentiles_are_interpolated_between_the_values_around_them():
    found = spread([4.0, 1.0, 3.0, 2.0])
    assert (found.calls, found.mean, found.p50) == (4, 2.5, 2.5)
    assert found.p95 == pytest.approx(3.85) and found.p99 == pytest.approx(3.97)  # 3 + 0.95·3 − 2 of the way from 3 to 4


def test_an_empty_series_has_no_percentiles():
    with pytest.raises(ValueError, match="no values"):
        spread([])


def test_one_outlier_does_not_bend_the_slope():
    # Slopes of the ten pairs: −26, 1 ×6, 10, 14.5, 28. Kendall: 5·4·15/18, so 1.96·4.08 = 8.0 ranks of ten: the whole range.
    found = theil_sen([0, 1, 2, 30, 4])
    assert (found.slope, found.low, found.high) == (1, -26, 28)
    assert not found.rising


def test_a_leak_shows_under_noise_and_a_jump():
    noise = [(turn * 7919) % 64 for turn in range(200)]
    leaking = theil_sen([8 * turn + noise[turn] + (100_000 if turn >= 190 else 0) for turn in range(200)])
    assert leaking.slope == pytest.approx(8, abs=0.2) and leaking.rising
    steady = theil_sen(noise)
    assert not steady.rising and steady.low <= 0 <= steady.high


def test_a_constant_series_does_not_rise():
    found = theil_sen([5.0] * 40)
    assert (found.slope, found.low, found.high, found.rising) == (0, 0, 0, False)


def test_places_count_and_equal_ones_are_left_out():
    assert theil_sen([0, 1, 4], [0, 2, 4]).slope == pytest.approx(1)  # slopes 0.5, 1, 1.5
    assert theil_sen([0, 9, 2], [0, 0, 1]).slope == pytest.approx(-2.5)  # 2 and −7; the pair at one place has no slope
    with pytest.raises(ValueError, match="different places"):
        theil_sen([1, 2], [3, 3])
    with pytest.raises(ValueError, match="different places"):
        theil_sen([1])


def test_a_long_series_is_thinned_and_keeps_its_slope():
    found = theil_sen([0.5 * turn for turn in range(3 * MOST_POINTS)])
    assert found.points == MOST_POINTS and math.isclose(found.slope, 0.5)
