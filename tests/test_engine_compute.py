"""Lanes, pace, shelf and rows: the engine's inside, without its process."""

from __future__ import annotations

import os
import time

import numpy as np
import pytest

from core.engine import lanes as lanes_module
from core.engine import shelf as shelf_module
from core.engine.compute import Compute
from core.engine.isolate import DeviceLostError
from core.engine.lanes import Job, Lanes
from core.engine.pace import Pace, grouped
from core.engine.rows import Bench, Counters, Work, encode, rerank
from core.engine.shelf import Shelf
from core.engine.slots import Wanted
from core.errors import EngineBusyError, EngineError, InputError, ModelError
from core.models.contract import Content
from tests.fake_engine import DIMS, FakeSource

FAKE = Wanted("fake")


def finished(steps) -> Work:
    while True:
        try:
            next(steps)
        except StopIteration as end:
            return end.value


@pytest.fixture
def source() -> FakeSource:
    return FakeSource()


@pytest.fixture
def bench(source) -> Bench:
    return Bench(Shelf(source), Pace(), Counters())


def encoded(bench: Bench, *texts: str, wanted: Wanted = FAKE) -> Work:
    return finished(encode(bench, wanted, [Content(text) for text in texts], role="query"))


# -- lanes


def job(name: str = "", *, priority="interactive", seconds=60.0, log: list | None = None, steps: int = 1) -> Job:
    def work():
        for number in range(steps):
            (log if log is not None else []).append(f"{name}{number}")
            if number < steps - 1:
                yield
        return name

    return Job(work, priority=priority, deadline=time.monotonic() + seconds)


@pytest.mark.parametrize(("device", "aside"), [("cpu", os.SCHED_IDLE), ("NVIDIA H100", os.SCHED_OTHER)])
def test_on_a_processor_alone_what_nobody_waits_for_gives_way(device, aside):
    lanes, source = Lanes(), FakeSource(device=device)
    compute = Compute(lanes, Shelf(source), source, device_lost=lambda: None)
    seen = {}
    calls = [Job(_told(seen, priority), priority=priority, deadline=time.monotonic() + 60) for priority in ("batch", "interactive")]
    compute.start()
    for call in calls:
        lanes.put(call)
        os.set_blocking(call.done_fd, True)
        os.eventfd_read(call.done_fd)
        call.leave()
    lanes.close(EngineError("끝"))
    compute.join(timeout=30)
    assert seen == {"batch": [aside, aside], "interactive": [os.SCHED_OTHER, os.SCHED_OTHER]} and not compute.is_alive()


def _told(seen: dict, name: str):
    def work():
        seen[name] = [os.sched_getscheduler(0)]
        yield
        seen[name].append(os.sched_getscheduler(0))

    return work


def test_interactive_goes_between_the_batches_of_a_batch_job():
    lanes, log = Lanes(), []
    lanes.put(job("b", priority="batch", steps=3, log=log))
    first = lanes.take(timeout=0)
    assert not first.step()
    lanes.put_back(first)
    lanes.put(job("i", log=log))
    lanes.put(job("c", priority="batch", log=log))
    while (taken := lanes.take(timeout=0)) is not None:
        if not taken.step():
            lanes.put_back(taken)
    assert log == ["b0", "i0", "b1", "b2", "c0"]


def test_a_full_lane_refuses_but_the_other_does_not():
    lanes = Lanes(most_waiting={"interactive": 2, "batch": 1})
    lanes.put(job(priority="batch"))
    with pytest.raises(EngineBusyError, match="혼잡"):
        lanes.put(job(priority="batch"))
    lanes.put(job())
    assert (lanes.waiting("interactive"), lanes.waiting("batch")) == (1, 1)


def test_jobs_nobody_waits_for_make_room():
    lanes = Lanes(most_waiting={"interactive": 1, "batch": 1})
    left = job()
    lanes.put(left)
    left.leave()
    lanes.put(job("kept"))
    assert lanes.take(timeout=0).priority == "interactive"
    assert lanes.take(timeout=0) is None


def test_a_passed_deadline_is_busy_and_never_computed():
    lanes, log = Lanes(), []
    late = job("late", seconds=0.0, log=log)
    lanes.put(late)
    assert lanes.take(timeout=0) is None
    assert isinstance(late.error, EngineBusyError) and log == []


def test_a_result_for_a_client_that_left_goes_nowhere():
    gone = job("gone")
    gone.leave()
    gone.finish("result")
    assert gone.result is None


def test_closing_ends_waiting_calls_and_refuses_new_ones():
    lanes, waiting, running = Lanes(), job(), job(steps=2)
    lanes.put(waiting)
    lanes.close(EngineError("끝"))
    lanes.put_back(running)
    assert str(waiting.error) == "끝" and str(running.error) == "끝"
    assert lanes.take(timeout=None) is None
    with pytest.raises(EngineError):
        lanes.put(job())


def test_a_user_error_ends_its_job_only():
    def work():
        raise InputError("안 됨")
        yield

    failing = Job(work, priority="interactive", deadline=time.monotonic() + 60)
    assert failing.step() and isinstance(failing.error, InputError)


def test_waiting_for_a_job_has_an_end():
    assert Lanes().take(timeout=0.01) is None


def test_limits_are_set_for_every_priority():
    assert set(lanes_module.MOST_WAITING) == set(lanes_module.PRIORITIES)


# -- pace


def test_pace_starts_with_one_doubles_and_settles_at_its_target():
    pace = Pace(target=0.1)
    sizes = []
    for _ in range(8):
        sizes.append(pace.size("k"))
        pace.record("k", rows=sizes[-1], seconds=0.005 * sizes[-1])
    assert sizes[:5] == [1, 2, 4, 8, 16] and sizes[-1] == 20


def test_pace_forgets_a_slow_first_batch():
    pace = Pace(target=0.1)
    pace.record("k", rows=1, seconds=3.0)
    pace.record("k", rows=1, seconds=0.01)
    pace.record("k", rows=2, seconds=0.02)
    assert pace.size("k") == 4


def test_pace_never_exceeds_what_fitted_into_memory():
    pace = Pace()
    for rows in (1, 2, 4, 8, 16):
        pace.record("k", rows=rows, seconds=0.0001)
    pace.shrink("k", rows=16)
    assert pace.size("k") == 8
    pace.record("k", rows=8, seconds=0.0001)
    assert pace.size("k") == 8


def test_a_row_that_takes_long_goes_alone():
    pace = Pace(target=0.1)
    pace.record("k", rows=1, seconds=5.0)
    assert pace.size("k") == 1


def test_groups_hold_every_row_once_and_separate_images():
    contents = [Content("a"), Content("a" * 500), Content("a", b"x"), Content("b")]
    groups = grouped(contents)
    assert sorted(row for rows in groups.values() for row in rows) == [0, 1, 2, 3]
    assert [0, 3] in groups.values() and len(groups) == 3


# -- shelf


def test_one_model_is_loaded_once_whoever_asks(source):
    shelf = Shelf(source)
    first = shelf.get(Wanted("fake", "auto"))[0]
    assert shelf.get(Wanted("fake", "fp16"))[0] is first
    assert shelf.get(Wanted("fake", "fp32"))[0] is not first
    assert len(source.loads) == 2


def test_a_fallback_is_told_to_the_one_who_asked_only(source):
    shelf = Shelf(source)
    assert shelf.get(Wanted("fake", "nf4"))[1].notes == ("nf4 대신 fp16으로 불러왔습니다.",)
    assert shelf.get(Wanted("fake", "auto"))[1].notes == ()


def test_a_changed_checkpoint_is_loaded_again(source):
    shelf = Shelf(source)
    first = shelf.get(FAKE)[0]
    source.stamps["fake"] = 1
    assert shelf.get(FAKE)[0] is not first
    assert len(shelf.listing()) == 1


def test_the_least_recently_used_leaves_before_the_next_is_loaded(source):
    source.budget = 20
    shelf = Shelf(source)
    present = []
    load = source.load
    source.load = lambda slot: present.append([each.model.key for each in shelf.listing()]) or load(slot)
    for key in ("fake", "fake-2", "fake", "fake-3"):
        shelf.get(Wanted(key))
    assert {each.model.key for each in shelf.listing()} == {"fake", "fake-3"}
    assert present[-1] == ["fake"]


def test_an_uninstalled_model_pushes_nobody_out(source):
    shelf = Shelf(source)
    shelf.get(FAKE)
    with pytest.raises(ModelError):
        shelf.get(Wanted("fake-missing"))
    assert [each.model.key for each in shelf.listing()] == ["fake"]


def test_a_model_that_does_not_fit_beside_the_others_is_tried_alone(source):
    shelf = Shelf(source)
    shelf.get(FAKE)
    load = source.load

    def crowded(slot):
        if shelf.listing():
            raise ModelError("들어가지 않습니다.") from MemoryError()
        return load(slot)

    source.load = crowded
    shelf.get(Wanted("fake-2"))
    assert [each.model.key for each in shelf.listing()] == ["fake-2"]


def test_evicting_drops_every_precision_of_a_key(source):
    shelf = Shelf(source)
    for wanted in (FAKE, Wanted("fake", "fp32"), Wanted("fake-2")):
        shelf.get(wanted)
    assert shelf.evict("fake") == 2 and shelf.evict() == 1 and shelf.listing() == ()


def test_an_fp32_copy_leaves_by_itself(source, monkeypatch):
    shelf = Shelf(source)
    shelf.get(FAKE)
    shelf.fp32_copy(FAKE)
    assert [each.temporary for each in shelf.listing()] == [True, False]
    assert 0 < shelf.retire() <= shelf_module.TEMPORARY_SECONDS
    monkeypatch.setattr(shelf_module, "TEMPORARY_SECONDS", 0.0)
    assert shelf.retire() is None
    assert [each.model.precision for each in shelf.listing()] == ["fp16"]


# -- rows


def test_rows_come_back_in_order_whatever_the_batches(bench):
    texts = [("가" * (7 * n % 40 + 1)) * 9 + str(n) for n in range(30)]
    work = encoded(bench, *texts)
    single = [encoded(bench, text).values[0] for text in texts]
    np.testing.assert_array_equal(work.values, np.stack(single))
    assert work.failures == {} and bench.counters.rows == 60


@pytest.mark.parametrize(("text", "said"), [("refuse", "열 수 없습니다"), ("raise", "ValueError")])
def test_a_bad_content_fails_alone(bench, text, said):
    work = encoded(bench, *["가"] * 6, text, *["나"] * 6)
    assert list(work.failures) == [6] and said in work.failures[6]
    assert np.isnan(work.values[6]).all() and np.isfinite(np.delete(work.values, 6, axis=0)).all()
    assert bench.counters.failures == 1


def test_a_batch_too_big_for_memory_is_halved_until_it_fits(bench):
    for _ in range(4):
        encoded(bench, *["가"] * 20)
    work = encoded(bench, *["memory"] * 12)
    assert work.failures == {} and np.isfinite(work.values).all()


def test_non_finite_rows_are_computed_again_in_fp32(bench, source):
    work = encoded(bench, "가", "nan", "nan-always", "나", "nan")
    assert work.retried == 3 and bench.counters.nan_retries == 3
    assert list(work.failures) == [2] and "NaN" in work.failures[2]
    assert np.isfinite(work.values[[0, 1, 3, 4]]).all()
    assert work.model.precision == "fp16"
    assert [(slot.precision, slot.device) for slot in source.loads] == [("fp16", "cuda"), ("fp32", "cpu")]


def test_nan_in_fp32_fails_without_a_second_try(bench, source):
    work = encoded(bench, "nan-always", wanted=Wanted("fake", "fp32"))
    assert list(work.failures) == [0] and work.retried == 0 and len(source.loads) == 1


def test_nan_without_an_fp32_copy_is_that_rows_failure(bench):
    work = encoded(bench, "nan", "가", wanted=Wanted("fake-no-copy"))
    assert list(work.failures) == [0] and "fp32" in work.failures[0] and np.isfinite(work.values[1]).all()


def test_rerank_isolates_and_retries_likewise(bench):
    documents = [Content(text) for text in ("가", "nan", "refuse", "나")]
    work = finished(rerank(bench, Wanted("fake-reranker"), Content("질문"), documents))
    assert work.values.shape == (4,) and list(work.failures) == [2] and work.retried == 1
    assert np.isfinite(np.delete(work.values, 2)).all()


def test_no_content_still_names_the_model(bench):
    work = encoded(bench)
    assert work.values.shape == (0, DIMS) and work.model.key == "fake"


def test_a_model_of_the_other_kind_is_refused(bench):
    with pytest.raises(InputError, match="재정렬"):
        finished(rerank(bench, FAKE, Content("가"), [Content("나")]))
    with pytest.raises(InputError, match="임베딩"):
        encoded(bench, "가", wanted=Wanted("fake-reranker"))


def test_a_broken_gpu_context_is_not_taken_for_a_bad_content(bench):
    with pytest.raises(DeviceLostError):
        encoded(bench, "가", "lost")


def test_no_model_is_held_between_batches(bench, source):
    steps = encode(bench, FAKE, [Content("가")] * 5, role="query")
    next(steps)
    bench.shelf.evict()
    assert finished(steps).failures == {}
    assert len(source.loads) == 2
