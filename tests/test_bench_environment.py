"""What a measurement says of the card it ran on: asked of the driver, of the card that computes, as far as the driver tells."""

from __future__ import annotations

import sys
from types import SimpleNamespace

import pytest

from core.bench import environment
from core.engine.messages import EngineStatus, Memory

ON_CARD = EngineStatus(running=True, pid=7, device="RTX", memory=Memory(8, True, 1, 1, 1, 1, 1, None, 1, 8, 0))


def driver(**changes) -> SimpleNamespace:
    """Two cards of one name; the engine's process is on the second."""
    return SimpleNamespace(**{
        "NVML_CLOCK_SM": "sm", "NVML_CLOCK_MEM": "memory", "NVML_TEMPERATURE_GPU": 0, "nvmlInit": lambda: None,
        "nvmlDeviceGetCount": lambda: 2, "nvmlDeviceGetHandleByIndex": lambda index: index, "nvmlDeviceGetName": lambda card: "RTX",
        "nvmlDeviceGetComputeRunningProcesses": lambda card: [SimpleNamespace(pid=7)] if card else [SimpleNamespace(pid=8)],
        "nvmlDeviceGetClockInfo": lambda card, clock: {"sm": 1605, "memory": 7001}[clock] + card,
        "nvmlDeviceGetTemperature": lambda card, kind: 60 + card, "nvmlDeviceGetPowerUsage": lambda card: 215_999 + card,
        "nvmlDeviceGetUtilizationRates": lambda card: SimpleNamespace(gpu=90 + card), **changes})


@pytest.fixture
def told(monkeypatch):
    def tell(status=ON_CARD, **changes):
        monkeypatch.setitem(sys.modules, "pynvml", driver(**changes))
        return environment.clocks(status)
    return tell


def refused(*ignored):
    raise RuntimeError("not supported")


def test_clocks_are_those_of_the_card_that_knows_the_engine(told):
    assert told() == {"sm_mhz": 1606, "memory_mhz": 7002, "temperature_c": 61, "power_w": 216, "utilisation_percent": 91}


def test_in_a_container_the_card_is_found_by_its_name(told):
    named = told(nvmlDeviceGetComputeRunningProcesses=lambda card: [], nvmlDeviceGetName=lambda card: "RTX" if card else "T4")
    assert named["sm_mhz"] == 1606
    unknown = told(nvmlDeviceGetComputeRunningProcesses=lambda card: [], nvmlDeviceGetName=lambda card: "T4")
    assert unknown["sm_mhz"] == 1605, "the first, where none is of that name"


def test_what_a_card_keeps_back_is_left_out_and_a_driver_that_says_nothing_is_none(told):
    assert told(nvmlDeviceGetPowerUsage=refused, nvmlDeviceGetTemperature=refused) == {
        "sm_mhz": 1606, "memory_mhz": 7002, "utilisation_percent": 91}
    assert told(nvmlInit=refused) is None
    assert told(nvmlDeviceGetClockInfo=refused, nvmlDeviceGetTemperature=refused, nvmlDeviceGetPowerUsage=refused,
                nvmlDeviceGetUtilizationRates=refused) is None


def test_without_a_card_the_driver_is_not_even_asked(told):
    assert told(EngineStatus(running=True, pid=7, device="cpu"), nvmlInit=lambda: pytest.fail("asked")) is None
    assert environment.moment(EngineStatus(running=False))["clocks"] is None
