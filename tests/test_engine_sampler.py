"""The sampler behind the memory monitor, and the forecast before a model is loaded."""

from __future__ import annotations

from dataclasses import replace
from types import SimpleNamespace

import pytest

from core.engine import forecast
from core.engine.cards import Card, Cards, Ram
from core.engine.messages import EngineStatus, Event, Memory, ModelStatus
from core.engine.sampler import SPAN, Sample, Sampler, card_of, thinned
from core.errors import EngineError
from core.models import planner, registry, sizes, staging
from core.models.contract import LoadedModel

GIB = 2**30
MEMORY = Memory(8 * GIB, True, GIB // 2, 2 * GIB, 3 * GIB, 2 * GIB, 3 * GIB, None, 4 * GIB, 8 * GIB, 0)


class Engine:
    """Says what it is told to; an exception is raised."""

    def __init__(self, *statuses):
        self.statuses = list(statuses)

    def status(self, *, timeout):
        found = self.statuses.pop(0) if len(self.statuses) > 1 else self.statuses[0]
        if isinstance(found, Exception):
            raise found
        return found

    def close(self):
        pass


def running(*loaded: ModelStatus, device="NVIDIA", events=(), memory=MEMORY) -> EngineStatus:
    return EngineStatus(running=True, pid=7, device=device, activity="대기 중", loaded=loaded, rss_bytes=GIB, memory=memory, events=events)


def model(key: str, precision="fp16", device="cuda", *, idle_s=500.0) -> ModelStatus:
    record = registry.record(key)
    weights = sizes.weights_bytes(record, precision, device=device)
    return ModelStatus(LoadedModel(key, record.hub_id, "r", precision, device, record.dims, None, False), weights, 1, idle_s, 1.0, False,
                       weights)


def card(uuid: str, *, used=0, processes=None, name="NVIDIA") -> Card:
    return Card(uuid, name, used, 8 * GIB, 10, 50, 100.0, processes or {})


def nvml(count: int, **changes):
    def power(handle):
        raise RuntimeError("not supported")

    return SimpleNamespace(**{
        "NVML_TEMPERATURE_GPU": 0, "nvmlInit": lambda: None, "nvmlDeviceGetCount": lambda: count,
        "nvmlDeviceGetHandleByIndex": lambda index: index, "nvmlDeviceGetUUID": lambda handle: f"GPU-{handle}",
        "nvmlDeviceGetName": lambda handle: "NVIDIA", "nvmlDeviceGetMemoryInfo": lambda handle: SimpleNamespace(used=handle + 1, total=9),
        "nvmlDeviceGetPowerUsage": power, "nvmlDeviceGetTemperature": lambda handle, kind: 41,
        "nvmlDeviceGetUtilizationRates": lambda handle: SimpleNamespace(gpu=12),
        "nvmlDeviceGetComputeRunningProcesses": lambda handle: [SimpleNamespace(pid=7, usedGpuMemory=5)] if handle else [],
        **changes})


def test_several_cards_are_read_and_a_figure_that_a_card_keeps_back_is_none():
    first, second = Cards(nvml=nvml(2)).read()
    assert (first.uuid, first.used, first.utilisation, first.temperature, first.power) == ("GPU-0", 1, 12, 41, None)
    assert second.processes == {7: 5} and not first.processes

    def fails():
        raise OSError

    assert Cards(nvml=nvml(1, nvmlInit=fails)).read() == ()


def test_the_engine_is_found_on_its_card_and_its_use_told_without_the_driver():
    sampler = Sampler(Engine(running()), cards=Cards(nvml=nvml(2)), clock=lambda: 100.0)
    sampler.look()
    (sample,) = sampler.view().samples
    assert sample.home == "GPU-1" and card_of(sample).uuid == "GPU-1" and card_of(sample, "GPU-0").uuid == "GPU-0"
    assert sample.engine_card == MEMORY.reserved + MEMORY.context and sample.engine_rss == GIB


def test_an_hour_is_kept_events_once_each_and_those_of_a_former_engine_too():
    events = [Event(100.0 + n, "loaded", "kure-v1", "fp16", "") for n in range(3)]
    now = iter([100.0, 103.0, 104.0, 103.0 + SPAN, 110.0 + SPAN])
    engine = Engine(running(events=tuple(events[:2])), running(events=tuple(events)), running(events=()))
    sampler = Sampler(engine, cards=Cards(nvml=nvml(0)), clock=lambda: next(now))
    for _ in range(3):
        sampler.look()
    assert sampler.view().events == tuple(events)
    sampler.look()
    assert [each.at for each in sampler.view().samples] == [103.0, 104.0, 103.0 + SPAN]
    sampler.look()
    assert [each.at for each in sampler.view().samples] == [103.0 + SPAN, 110.0 + SPAN] and sampler.view().events == ()


def test_an_engine_that_had_to_start_again_is_noted_before_what_it_did_then_and_one_that_merely_ended_is_not():
    came = Event(101.5, "loaded", "kure-v1", "fp16", "")
    off = EngineStatus(running=False)
    again = replace(running(events=(came,)), pid=8, restarts=1)
    engine = Engine(running(), off, again, again, replace(running(), pid=9, restarts=1))
    sampler = Sampler(engine, cards=Cards(nvml=nvml(0)), clock=iter([100.0, 101.0, 102.0, 103.0, 104.0]).__next__)
    for _ in range(5):
        sampler.look()
    restarted, then = sampler.view().events
    assert (restarted.kind, restarted.at, then) == ("restarted", 101.5, came)


def test_an_engine_that_does_not_answer_leaves_a_hole_and_what_was_known_of_it():
    sampler = Sampler(Engine(running(), EngineError("hung")), cards=Cards(nvml=nvml(1)), clock=iter([1.0, 2.0]).__next__)
    sampler.look()
    sampler.look()
    view = sampler.view()
    assert not view.answered and view.status.pid == 7
    assert view.samples[1].engine_rss is None and view.samples[1].cards


def test_thinning_keeps_peaks_and_shows_where_nobody_looked():
    ram = Ram(1, 2)
    samples = [Sample(1000.0 + n, ram, (card("a", used=n == 137),)) for n in range(600)]
    short = thinned(samples, seconds=600.0, points=60)
    assert 60 <= len(short) <= 62 and any(each.cards[0].used for each in short)
    gap = thinned([*samples[:10], *samples[500:510]], seconds=600.0, points=600)
    assert gap.count(None) == 1 and gap[10] is None
    assert thinned([], seconds=10.0) == []


def room(budget_gib: float) -> forecast.Room:
    return forecast.Room("cuda", round(budget_gib * GIB), GIB // 2, 0)


@pytest.fixture
def embedder():
    return registry.record("qwen3-vl-embedding-2b")


def test_a_forecast_pushes_out_the_least_recently_used_and_no_more_than_needed(embedder):
    first, last = model("kure-v1"), model("siglip-base")
    status = running(first, last)
    alone = forecast.forecast(embedder, "fp16", running(), room(24))
    both = forecast.forecast(embedder, "fp16", status, room(24))
    assert both.leaving == () and both.fits
    assert both.needed - alone.needed == first.weights_bytes + last.weights_bytes
    tight = forecast.forecast(embedder, "fp16", status, room((both.needed - 1) / GIB))
    assert tight.leaving == ("siglip-base",) and tight.fits and tight.needed == both.needed - last.weights_bytes
    none = forecast.forecast(embedder, "fp16", status, room(1))
    assert none.leaving == ("siglip-base", "kure-v1") and not none.fits


def test_a_forecast_of_another_precision_counts_the_model_once_and_auto_is_the_planners(embedder):
    status = running(model(embedder.key, "fp16"))
    alone = forecast.forecast(embedder, "nf4", running(), room(8))
    assert forecast.forecast(embedder, "nf4", status, room(8)).needed == alone.needed
    assert forecast.forecast(embedder, "fp16", status, room(8)).loaded
    assert forecast.forecast(embedder, "auto", running(), room(8)).precision == planner.resident_precision(
        embedder, budget=8 * GIB, context=GIB // 2)


def test_on_a_cpu_the_free_ram_decides(embedder):
    weights = sizes.weights_bytes(embedder, "fp32", device="cpu")
    enough = forecast.Room("cpu", None, 0, 4 * weights)
    assert forecast.forecast(embedder, "auto", EngineStatus(False), enough).fits
    assert not forecast.forecast(embedder, "auto", EngineStatus(False), replace(enough, free_ram=weights)).fits


def test_a_model_is_in_use_while_the_engine_works_or_was_just_asked():
    asked = replace(model("kure-v1", idle_s=3.0), last_for="query")
    used = replace(running(asked), activity="계산 중", waiting_batch=2, waiting_interactive=1)
    assert forecast.uses(used, "kure-v1") == [
        "엔진이 지금 일하고 있습니다.", "답을 기다리는 검색이 1개 있습니다.", "차례를 기다리는 작업의 요청이 2개 있습니다.",
        "3초 전에 검색어를 읽는 데 쓰였습니다."]
    assert forecast.uses(running(replace(asked, last_for="document")), "kure-v1") == ["3초 전에 문항을 임베딩하는 데 쓰였습니다."]
    assert forecast.uses(running(replace(asked, calls=0)), "kure-v1") == [], "it was only loaded"
    assert forecast.uses(running(model("kure-v1")), "kure-v1") == []


@pytest.mark.parametrize(("gib", "card", "stepped", "current", "why"), [
    (24, True, False, "fp16", "card"), (8, True, False, "nf4", "card"), (2, True, False, "cloud", "card"),
    (24, True, True, "nf4", "stepped"), (8, False, False, None, "none")])
def test_the_step_of_the_plan(gib, card, stepped, current, why):
    found = staging.strategy(budget=gib * GIB, card=card, stepped=stepped)
    assert (found.current, found.why) == (current, why)
    assert found.usd == (3.0, 15.0)  # the plan's "$5-15 (10-20 h)" over all three offers


def test_the_hour_goes_on_after_the_dashboard_was_started_again(tmp_path):
    kept = tmp_path / "hour.json"
    told = (Event(90.0, "loaded", "a", "fp16", "올렸습니다."), Event(95.0, "oom", "a", "fp16", "모자랐습니다."))
    before = Sampler(Engine(running(events=told)), cards=Cards(nvml=nvml(2)), clock=lambda: 100.0, kept=kept)
    before.look()
    before.stop()
    after = Sampler(Engine(running(events=(*told, Event(130.0, "evicted", "a", "fp16", "내렸습니다.")))), cards=Cards(nvml=nvml(2)),
                    clock=lambda: 140.0, kept=kept)
    (seen,), (was,) = after.view().samples, before.view().samples
    assert seen == replace(was, cards=tuple(replace(each, processes={}) for each in was.cards))
    after.look()
    view = after.view()
    assert [each.at for each in view.samples] == [100.0, 140.0]
    assert [event.kind for event in view.events] == ["loaded", "oom", "evicted"], "none twice"
    assert thinned(view.samples, seconds=300)[1] is None, "nobody looked in between"


def test_what_is_older_than_the_hour_or_of_a_wrong_clock_is_not_shown_again(tmp_path):
    kept = tmp_path / "hour.json"
    Sampler(Engine(running()), cards=Cards(nvml=nvml(1)), clock=lambda: 100.0, kept=kept).stop()
    first = Sampler(Engine(running()), cards=Cards(nvml=nvml(1)), clock=lambda: 100.0, kept=kept)
    first.look()
    first.keep()
    for now in (100.0 + SPAN + 1, 50.0):
        assert Sampler(Engine(running()), cards=Cards(nvml=nvml(1)), clock=lambda now=now: now, kept=kept).view().samples == ()
    assert len(Sampler(Engine(running()), cards=Cards(nvml=nvml(1)), clock=lambda: 100.0 + SPAN, kept=kept).view().samples) == 1


@pytest.mark.parametrize("damage", [b"", b"{", b"[]", b'{"form": 2}', b'{"form": 1, "cards": [], "samples": [[1, 2]], "events": []}',
                                    b'{"form": 1, "cards": [], "samples": [[1, 2, 3, 4, 5, 6, "", [[0, 1, 2, 3, 4, 5]]]], "events": []}'])
def test_a_damaged_hour_is_as_good_as_none(tmp_path, damage):
    kept = tmp_path / "hour.json"
    kept.write_bytes(damage)
    sampler = Sampler(Engine(running()), cards=Cards(nvml=nvml(1)), clock=lambda: 100.0, kept=kept)
    sampler.look()
    assert len(sampler.view().samples) == 1
    sampler.stop()
    assert b'"form":1' in kept.read_bytes()


def test_a_disk_that_is_full_costs_the_hour_and_nothing_else(tmp_path):
    sampler = Sampler(Engine(running()), cards=Cards(nvml=nvml(1)), clock=lambda: 100.0, kept=tmp_path / "gone" / "hour.json")
    sampler.look()
    sampler.stop()
    assert len(sampler.view().samples) == 1 and list(tmp_path.iterdir()) == []
