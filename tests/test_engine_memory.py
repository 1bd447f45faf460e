"""Memory that runs out: who leaves, who steps down, who is told."""

from __future__ import annotations

import weakref
from dataclasses import dataclass, field
from types import SimpleNamespace

import numpy as np
import pytest

from core.engine import isolate, messages
from core.engine.client import EngineClient
from core.engine.diary import MOST_EVENTS, Diary
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
    monkeypatch.setattr(client._sockets, "ask", answer)
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
