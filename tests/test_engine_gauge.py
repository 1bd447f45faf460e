"""The gauge that reads the card, and what the engine says of its memory."""

from __future__ import annotations

import json
from types import SimpleNamespace

import pytest

from core.engine import messages
from core.engine.gauge import USUAL_CONTEXT, Driver, Gauge
from core.errors import ModelError
from core.models import registry
from core.models.contract import Content

GIB = 2**30
QWEN, RERANKER, KURE, SIGLIP = (each.key for each in registry.REAL)


class Cuda:
    """torch.cuda, as far as the gauge knows it."""

    def __init__(self, *, total: int = 80 * GIB) -> None:
        self.total, self.fraction, self.now, self.peak, self.reserved = total, None, 0, 0, 0

    def is_available(self):
        return True

    def is_initialized(self):
        return True

    def current_device(self):
        return 0

    def get_device_properties(self, device):
        return SimpleNamespace(total_memory=self.total, uuid="abc")

    def set_per_process_memory_fraction(self, fraction):
        self.fraction = fraction

    def memory_allocated(self):
        return self.now

    def max_memory_allocated(self):
        return self.peak

    def memory_reserved(self):
        return self.reserved

    def max_memory_reserved(self):
        return self.peak + 1

    def memory_stats(self):
        return {"num_ooms": 3}

    def reset_peak_memory_stats(self):
        self.peak = self.now

    def use(self, size: int, *, keep: int = 0) -> None:
        self.peak = max(self.peak, self.now + size)
        self.now += keep


class Readings:
    """A driver that gives one reading after the other, the last for ever."""

    def __init__(self, *readings) -> None:
        self._readings = list(readings)

    def usage(self):
        return self._readings.pop(0) if len(self._readings) > 1 else self._readings[0]


@pytest.fixture(autouse=True)
def no_real_card(monkeypatch):
    monkeypatch.setattr("core.engine.gauge._wake", lambda cuda: None)


def test_the_cap_leaves_room_for_what_cuda_takes_itself():
    cuda = Cuda()
    gauge = Gauge(cuda=cuda, driver=Readings((None, GIB, 80 * GIB), (400 * 2**20, 2 * GIB, 80 * GIB)))
    gauge.prepare(8 * GIB)
    assert gauge.context == 400 * 2**20 and gauge.budget == 8 * GIB
    assert type(cuda.fraction) is float and cuda.fraction * 80 * GIB == pytest.approx(8 * GIB - 400 * 2**20)
    assert gauge.reading().capped


@pytest.mark.parametrize(("readings", "context"), [
    ([(None, GIB, 2), (None, GIB + 300 * 2**20, 2)], 300 * 2**20),  # no figure of the process: how much fuller the card is
    ([(None, GIB, 2), (None, 5 * GIB, 2)], USUAL_CONTEXT),  # somebody else came meanwhile
    ([(None, None, None)], USUAL_CONTEXT),
])
def test_the_context_is_measured_as_well_as_the_driver_allows(readings, context):
    gauge = Gauge(cuda=Cuda(), driver=Readings(*readings))
    gauge.prepare(0)
    assert gauge.context == context


def test_without_a_budget_nothing_is_capped_and_the_card_is_the_limit():
    cuda = Cuda(total=8 * GIB)
    gauge = Gauge(cuda=cuda, driver=Readings((None, None, None)))
    gauge.prepare(0)
    assert cuda.fraction is None and gauge.budget == 8 * GIB
    reading = gauge.reading()
    assert not reading.capped and (reading.process, reading.device_used) == (None, None) and reading.device_total == 8 * GIB


def test_a_budget_larger_than_the_card_is_the_card():
    cuda = Cuda(total=6 * GIB)
    gauge = Gauge(cuda=cuda, driver=Readings((None, None, None)))
    gauge.prepare(8 * GIB)
    assert gauge.budget == 6 * GIB and cuda.fraction < 1


def test_each_action_has_its_own_peak_and_the_highest_is_kept():
    cuda = Cuda()
    gauge = Gauge(cuda=cuda, driver=Readings((None, None, None)))
    gauge.prepare(0)
    assert gauge.watched(lambda: cuda.use(50, keep=10)) == (None, 10, 50)
    assert gauge.watched(lambda: cuda.use(5)) == (None, 0, 5)
    assert gauge.reading().peak_allocated == 50 and gauge.reading().allocated == 10 and gauge.reading().allocator_ooms == 3
    gauge.reset_peaks()
    assert gauge.reading().peak_allocated == 10


def test_without_a_card_there_are_no_figures():
    gauge = Gauge(cuda=SimpleNamespace(is_available=lambda: False))
    gauge.prepare(8 * GIB)
    assert gauge.reading() is None and gauge.budget is None and gauge.watched(lambda: 7) == (7, None, None)


def nvml(*, processes, uuids: list[str] | None = None):
    def handle(uuid):
        if uuids is not None:
            uuids.append(uuid)
        return "card"

    return SimpleNamespace(
        nvmlInit=lambda: None, nvmlDeviceGetHandleByUUID=handle,
        nvmlDeviceGetMemoryInfo=lambda card: SimpleNamespace(used=2, total=9),
        nvmlDeviceGetComputeRunningProcesses=lambda card: processes,
    )


def test_the_driver_tells_this_process_from_the_others(monkeypatch):
    monkeypatch.setattr("os.getpid", lambda: 42)
    asked: list[str] = []
    mine, other = SimpleNamespace(pid=42, usedGpuMemory=7), SimpleNamespace(pid=1, usedGpuMemory=8)
    assert Driver("abc", nvml=nvml(processes=[other, mine], uuids=asked)).usage() == (7, 2, 9) and asked == ["GPU-abc"]
    assert Driver("abc", nvml=nvml(processes=[other])).usage() == (None, 2, 9)
    assert Driver("abc", nvml=nvml(processes=[SimpleNamespace(pid=42, usedGpuMemory=None)])).usage() == (None, 2, 9)


def test_a_driver_that_fails_gives_no_figures():
    def fails(*_):
        raise OSError("no driver")

    assert Driver("abc", nvml=SimpleNamespace(nvmlInit=fails)).usage() == (None, None, None)
    broken = nvml(processes=[])
    broken.nvmlDeviceGetMemoryInfo = fails
    assert Driver("abc", nvml=broken).usage() == (None, None, None)


# -- what the engine says of itself


def test_a_status_travels_whole():
    memory = messages.Memory(budget=8, capped=True, context=1, allocated=2, reserved=3, peak_allocated=4, peak_reserved=5,
                             process=None, device_used=6, device_total=9, allocator_ooms=0)
    status = messages.EngineStatus(running=True, memory=memory, ooms=2,
                                   events=(messages.Event(1.5, "stepped", "fake", "nf4", "낮추었습니다."),))
    assert messages.status_from(json.loads(json.dumps(messages.status_to(status)))) == status


def test_the_table_says_what_was_not_measured():
    from core.cli.models_status import UNMEASURED, figures

    assert {value for _, value in figures(None)} == {UNMEASURED}


def test_the_plan_is_printed_for_every_system_and_for_all_together(capsys):
    import argparse

    from core.cli import models_plan
    from core.search.residency import TOGETHER

    parser = argparse.ArgumentParser()
    models_plan.add_arguments(parser)
    assert models_plan.run(parser.parse_args(["--budget", "8", "--json"])) == 0
    plans = {each["system"]: each for each in json.loads(capsys.readouterr().out)["plans"]}
    assert {model["key"]: model["precision"] for model in plans[TOGETHER]["models"]} == {
        QWEN: "nf4", RERANKER: "nf4", KURE: "fp16", SIGLIP: "fp16"}
    assert plans["qwen3-vl"]["fits"] and plans["kure+siglip"]["fits"] and plans["qwen3-vl+rerank"]["fits"]
    models_plan.run(parser.parse_args(["--budget", "1", "--system", "E"]))
    assert "ENGINE_URL" in capsys.readouterr().out


@pytest.mark.slow
def test_a_real_engine_tells_what_it_holds_and_what_happened():
    from core.engine.client import engine

    client, key = engine(), KURE + "-mini"
    client.evict(key)
    client.load(key, precision="bf16")
    client.reset_peaks()
    status = client.status()
    entry = next(each for each in status.loaded if each.model.key == key)
    assert entry.model.precision == "bf16" and entry.weights_bytes == pytest.approx(2 * registry.record(key).parameters, rel=0.02)
    assert status.memory is None and entry.allocated_bytes is None
    client.evict(key)
    last = client.status().events[-2:]
    assert [(event.kind, event.key, event.precision) for event in last] == [("loaded", key, "bf16"), ("evicted", key, "bf16")]


@pytest.mark.slow
def test_an_asked_for_precision_reaches_the_engine_as_it_is():
    from core.engine.client import engine

    with pytest.raises(ModelError, match="NF4로 줄일 수 없습니다"):
        engine().load(SIGLIP + "-mini", precision="nf4")
    assert engine().encode(QWEN + "-mini", [Content("삼각형")], role="query", precision="nf4").model.precision == "nf4"
    assert engine().rerank(RERANKER + "-mini", Content("삼각형"), [Content("원")], precision="nf4").failures == {}
