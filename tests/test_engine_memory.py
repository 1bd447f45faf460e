"""Memory that runs out: who leaves, who steps down, who is told; and the gauge that reads the card."""

from __future__ import annotations

import json
import weakref
from dataclasses import dataclass, field
from types import SimpleNamespace

import numpy as np
import pytest

from core.engine import isolate, messages
from core.engine.client import EngineClient
from core.engine.diary import MOST_EVENTS, Diary
from core.engine.gauge import USUAL_CONTEXT, Driver, Gauge
from core.engine.pace import Pace
from core.engine.rows import Bench, Counters, encode
from core.engine.shelf import Shelf
from core.engine.slots import Settled, Slot, Wanted
from core.engine.source import Checkpoints
from core.errors import ModelError
from core.models import planner, registry, sizes
from core.models.contract import Content
from tests.fake_engine import FakeEncoder, FakeSource

GIB = 2**30
QWEN, RERANKER, KURE, SIGLIP = (each.key for each in registry.REAL)


class OutOfMemoryError(RuntimeError):
    """Named like torch's."""


class Hungry(FakeEncoder):
    """Each text needs as much memory as its length beside the weights, a quarter of it under NF4."""

    def __init__(self, slot: Slot, card: Card) -> None:
        super().__init__(slot)
        self._card = card

    def encode(self, contents: list[Content], *, role: str) -> np.ndarray:
        share = 4 if self.info.precision == "nf4" else 1
        self._card.take(sum(len(content.text or "") for content in contents) // share)
        return super().encode(contents, role=role)


@dataclass
class Card(FakeSource):
    """A card of ``size`` bytes whose allocator says no. Weights: fp16 10, nf4 4."""

    size: int = 30
    shelf: Shelf | None = None
    planned: bool = False
    refused: list[str] = field(default_factory=list)

    def settle(self, wanted: Wanted) -> Settled:
        if wanted.precision != "auto":
            return Settled(Slot(wanted.key, wanted.precision, wanted.max_pixels, "cuda"))
        return Settled(Slot(wanted.key, "fp16", wanted.max_pixels, "cuda"), lower=("nf4",))

    def load(self, slot: Slot) -> Hungry:
        self.loads.append(slot)
        try:
            self.take(self.weights(slot.precision))
        except OutOfMemoryError as error:
            raise ModelError("들어가지 않습니다.") from error
        return Hungry(slot, self)

    def take(self, size: int) -> None:
        if sum(self.weights(each.model.precision) for each in self.shelf.listing()) + size > self.size:
            self.refused.append(f"{size}")
            raise OutOfMemoryError(f"CUDA out of memory: {size}")

    def weights(self, precision: str) -> int:
        return 4 if precision == "nf4" else 10

    def weights_bytes(self, model: Hungry) -> int:
        return self.weights(model.info.precision)

    def expected_bytes(self, slot: Slot) -> int:
        return self.weights(slot.precision)

    def working_bytes(self, slot: Slot) -> int:
        return 8


def card(size: int, **options) -> Card:
    source = Card(size=size, **options)
    source.shelf = Shelf(source)
    return source


def kinds(shelf: Shelf) -> list[str]:
    return [f"{event.kind} {event.key} {event.precision}" for event in shelf.diary.events()]


def resident(shelf: Shelf) -> list[str]:
    return sorted(f"{each.model.key} {each.model.precision}" for each in shelf.listing())


def worked(source: Card, texts: list[str], wanted: Wanted, *, between=None):
    bench = Bench(source.shelf, Pace(), Counters())
    steps = encode(bench, wanted, [Content(text) for text in texts], role="document")
    while True:
        try:
            next(steps)
        except StopIteration as end:
            return end.value, bench.counters
        if between is not None:
            between()
            between = None


# -- loading


def test_auto_steps_down_where_a_model_does_not_fit_alone_and_says_so():
    source = card(8)
    _, info = source.shelf.get(Wanted("fake"))
    assert info.precision == "nf4" and info.notes == ("메모리가 모자라 fp16 대신 nf4로 계산했습니다.",)
    assert kinds(source.shelf) == ["oom fake fp16", "stepped fake nf4", "loaded fake nf4"]
    assert source.shelf.diary.load_ooms == 1 and source.shelf.diary.events()[0].at > 1.7e9


def test_auto_stays_down_until_the_model_is_evicted_by_request():
    source = card(8)
    source.shelf.get(Wanted("fake"))
    source.size = 100
    assert source.shelf.get(Wanted("fake"))[1].precision == "nf4"
    assert source.shelf.get(Wanted("fake", max_pixels=9))[1].precision == "nf4"  # another wish for the same model
    assert source.shelf.evict("fake") == 2
    assert source.shelf.get(Wanted("fake"))[1].precision == "fp16"


def test_what_was_asked_for_is_never_changed_but_refused_with_a_sentence():
    source = card(8)
    with pytest.raises(ModelError, match=r"fake 모델을 fp16으로 올리기에는 GPU 메모리가 모자랍니다.*auto나 nf4.*ENGINE_URL"):
        source.shelf.get(Wanted("fake", "fp16"))
    assert resident(source.shelf) == [] and "stepped" not in " ".join(kinds(source.shelf))
    assert source.shelf.get(Wanted("fake", "nf4"))[1].notes == ()


def test_the_end_of_the_ladder_names_the_remote_engine():
    source = card(3)
    with pytest.raises(ModelError) as refusal:
        source.shelf.get(Wanted("fake"))
    assert "nf4로 올리기에는" in str(refusal.value) and "ENGINE_URL" in str(refusal.value)
    assert "auto" not in str(refusal.value)  # it was


def test_the_others_leave_before_anything_steps_down():
    source = card(19)
    source.shelf.get(Wanted("fake-2"))
    assert source.shelf.get(Wanted("fake"))[1].precision == "fp16"
    assert resident(source.shelf) == ["fake fp16"]
    assert kinds(source.shelf)[1:] == ["oom fake fp16", "evicted fake-2 fp16", "loaded fake fp16"]


def test_room_is_made_for_weights_and_for_the_work():
    source = card(100, budget=28)
    source.shelf.get(Wanted("fake"))
    source.shelf.get(Wanted("fake-2"))  # 10 + 10 + 8 for the one that works
    assert resident(source.shelf) == ["fake fp16", "fake-2 fp16"]
    source.shelf.get(Wanted("fake-3", "nf4"))
    assert resident(source.shelf) == ["fake-2 fp16", "fake-3 nf4"] and source.refused == []


def test_an_error_that_is_not_about_memory_steps_nothing_down():
    source = card(100)
    source.load = lambda slot: (_ for _ in ()).throw(ModelError("모델이 설치되어 있지 않습니다."))
    with pytest.raises(ModelError, match="설치"):
        source.shelf.get(Wanted("fake"))
    assert kinds(source.shelf) == []


# -- calls


def test_a_content_that_finds_no_memory_makes_the_others_leave_first():
    source = card(40)
    source.shelf.get(Wanted("fake-2"))
    work, counters = worked(source, ["가" * 25], Wanted("fake"))
    assert work.failures == {} and work.model.precision == "fp16" and resident(source.shelf) == ["fake fp16"]
    assert counters.ooms == 1 and "oom fake fp16" in kinds(source.shelf)


def test_then_auto_steps_down_and_the_whole_call_is_of_one_precision():
    source = card(40)
    texts = ["가", "나" * 40, "다"]
    work, _ = worked(source, texts, Wanted("fake"))
    assert work.failures == {} and work.model.precision == "nf4" and "fp16 대신 nf4" in work.model.notes[0]
    again, _ = worked(source, texts, Wanted("fake", "nf4"))
    np.testing.assert_array_equal(work.values, again.values)
    assert np.isfinite(work.values).all() and resident(source.shelf) == ["fake nf4"]


def test_under_an_asked_for_precision_the_content_alone_fails_and_is_told():
    source = card(40)
    work, counters = worked(source, ["가", "나" * 40, "다"], Wanted("fake", "fp16"))
    assert list(work.failures) == [1] and "ENGINE_URL" in work.failures[1] and work.model.precision == "fp16"
    assert np.isnan(work.values[1]).all() and np.isfinite(work.values[[0, 2]]).all() and counters.failures == 1


def test_at_the_end_of_the_ladder_the_content_alone_fails():
    source = card(12)
    work, _ = worked(source, ["가", "나" * 400], Wanted("fake"))
    assert list(work.failures) == [1] and work.model.precision == "nf4" and np.isfinite(work.values[0]).all()


def test_a_batch_that_is_too_much_is_only_cut():
    source = card(30)
    for _ in range(4):
        work, counters = worked(source, ["가" * 4] * 12, Wanted("fake"))
    assert work.failures == {} and work.model.precision == "fp16" and "stepped" not in " ".join(kinds(source.shelf))


def test_a_call_whose_model_stepped_down_meanwhile_begins_again():
    source = card(40)
    texts = [letter * length for letter, length in zip("가나다라", (1, 20, 3, 9), strict=True)]
    work, _ = worked(source, texts, Wanted("fake"), between=lambda: worked(source, ["마" * 40], Wanted("fake")))
    assert work.model.precision == "nf4" and work.failures == {}
    np.testing.assert_array_equal(work.values, worked(source, texts, Wanted("fake", "nf4"))[0].values)


def test_a_long_list_in_several_requests_is_of_one_precision(monkeypatch):
    answers = iter(["fp16", "nf4", "nf4", "nf4"])
    calls = []

    def answer(packed, *, deadline):
        calls.append(packed)
        told = {"failures": {}, "milliseconds": 1.0, "queue_ms": 0.0, "retried_fp32": 0,
                "model": {"key": "fake", "id": "f", "revision": "r", "precision": next(answers), "device": "cuda", "dims": 2,
                          "max_pixels": None, "miniature": True, "notes": []}}
        reply = messages.Packed(told)
        told["values"] = messages.pack_array(reply, np.ones((len(packed.header["contents"]), 2), dtype=np.float32))
        return messages.Frame(reply.header, tuple(memoryview(blob) for blob in reply.blobs))

    client = EngineClient(launcher=SimpleNamespace())
    monkeypatch.setattr(client, "_call", answer)
    result = client.encode("fake", [Content("가")] * 300, role="document")
    assert result.vectors.shape == (300, 2) and result.model.precision == "nf4" and len(calls) == 4


def test_nothing_of_a_batch_that_failed_is_held_while_its_halves_are_tried():
    alive: list[weakref.ref] = []
    held: list[bool] = []

    class Activations:
        pass

    def compute(contents):
        held.extend(ref() is not None for ref in alive)
        activations = Activations()
        alive.append(weakref.ref(activations))
        if len(contents) > 1:
            raise OutOfMemoryError("CUDA out of memory")
        return np.zeros((len(contents), 2), dtype=np.float32)

    outcome = isolate.run(compute, [Content("가")] * 4)
    assert outcome.ooms == 3 and len(outcome.values) == 4 and held and not any(held)


@pytest.mark.parametrize(("error", "crowded"), [
    (MemoryError(), True), (OutOfMemoryError(), True), (RuntimeError("DefaultCPUAllocator: can't allocate memory: 12"), True),
    (RuntimeError("CUDA error: CUBLAS_STATUS_ALLOC_FAILED when calling cublasCreate"), True),
    (RuntimeError("CUDA error: an illegal memory access was encountered"), False), (ValueError("memory"), False),
])
def test_what_counts_as_no_memory(error, crowded):
    assert isolate.out_of_memory(error) is crowded


def test_the_diary_is_bounded():
    diary = Diary()
    for number in range(MOST_EVENTS + 5):
        diary.note("evicted", str(number), "fp16", "내렸습니다.")
    assert len(diary.events()) == MOST_EVENTS and diary.events()[-1].key == str(MOST_EVENTS + 4)


# -- checkpoints


@pytest.mark.slow
def test_a_machine_with_little_memory_steps_down_real_models_on_the_cpu():
    record = registry.record(QWEN + "-mini")
    between = {
        "fp32": sizes.weights_bytes(record, "fp32", device="cpu") * 2,
        "bf16": sizes.weights_bytes(record, "bf16", device="cpu") * 1.3,
    }
    for expected, free in between.items():
        source = Checkpoints(host_memory=lambda free=free: int(free))
        source.prepare()
        shelf = Shelf(source)
        model, info = shelf.get(Wanted(record.key))
        assert info.precision == expected and len(info.notes) == (expected != "fp32")
        assert np.isfinite(model.encode([Content("삼각형")], role="query")).all()
    source = Checkpoints(host_memory=lambda: 10)
    with pytest.raises(ModelError, match="nf4로 올리기에는 이 컴퓨터의 메모리가 모자랍니다.*ENGINE_URL"):
        Shelf(source).get(Wanted(record.key))
    with pytest.raises(ModelError, match="fp32로 올리기에는.*정밀도를 auto나 nf4"):
        Shelf(source).get(Wanted(record.key, "fp32"))


@pytest.mark.slow
@pytest.mark.parametrize("where", ["loading", "computing"])
def test_the_allocator_s_own_error_steps_real_models_down(where, monkeypatch):
    import torch

    from core.models import loading
    from core.models.qwen3_vl_embedding import Qwen3VLEmbedder

    load, forward = loading._LOADERS["qwen3-vl-embedding"], Qwen3VLEmbedder._forward

    def loads(record, placement, info, max_pixels):
        if placement.precision == "fp32":
            raise torch.OutOfMemoryError("CUDA out of memory. Tried to allocate 3.96 GiB.")
        return load(record, placement, info, max_pixels)

    def computes(model, *given):
        if model.info.precision == "fp32":
            raise torch.OutOfMemoryError("CUDA out of memory. Tried to allocate 2.00 GiB.")
        return forward(model, *given)

    if where == "loading":
        monkeypatch.setitem(loading._LOADERS, "qwen3-vl-embedding", loads)
    else:
        monkeypatch.setattr(Qwen3VLEmbedder, "_forward", computes)
    source = Checkpoints()
    source.prepare()
    source.shelf = Shelf(source)
    work, _ = worked(source, ["삼각형", "원의 넓이"], Wanted(QWEN + "-mini"))
    assert work.failures == {} and work.model.precision == "bf16" and "fp32 대신 bf16" in work.model.notes[0]
    assert "stepped" in " ".join(kinds(source.shelf))
    np.testing.assert_allclose(np.linalg.norm(work.values, axis=1), 1, atol=1e-3)


@dataclass
class StillGauge:
    budget: int | None
    context: int = planner.CONTEXT


@pytest.mark.parametrize(("gib", "wanted", "precision", "lower", "told"), [
    (8, Wanted(QWEN), "nf4", (), 1), (8, Wanted(KURE), "fp16", ("nf4",), 0), (8, Wanted(SIGLIP), "fp16", (), 0),
    (80, Wanted(QWEN), "fp16", ("nf4",), 0), (8, Wanted(QWEN, "fp16"), "fp16", (), 0),
    (8, Wanted(QWEN, preferred="fp16"), "fp16", (), 0), (8, Wanted(SIGLIP, preferred="nf4"), "fp16", (), 1),
])
def test_auto_on_a_card_follows_the_plan_of_all_systems(monkeypatch, gib, wanted, precision, lower, told):
    import torch

    monkeypatch.setattr(torch.cuda, "is_available", lambda: True)
    settled = Checkpoints(gauge=StillGauge(int(gib * GIB))).settle(wanted)
    assert (settled.slot.precision, settled.slot.device, settled.lower, len(settled.notes)) == (precision, "cuda", lower, told)


def test_an_asked_for_precision_that_a_model_cannot_have_is_refused_before_loading(monkeypatch):
    import torch

    monkeypatch.setattr(torch.cuda, "is_available", lambda: True)
    with pytest.raises(ModelError, match="NF4"):
        Checkpoints(gauge=StillGauge(8 * GIB)).settle(Wanted(SIGLIP, "nf4"))


# -- the gauge


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
