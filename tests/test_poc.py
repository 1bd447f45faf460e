"""The run over its steps: what a failure costs, what a stop keeps, what the whole's progress says; with steps made up for it."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import UTC, datetime

import pytest

from core.errors import InputError, StoreError
from core.jobs.working import StoppedError, Worker
from core.poc import record, running
from core.poc.part import WHOLE, Part
from core.poc.step import House, Look, Outcome, Step, Wish, digest
from core.poc.steps import STEPS


class Told(Worker):
    """A job that remembers what it was told."""

    def __init__(self) -> None:
        super().__init__()
        self.told: list[tuple[int, str]] = []

    def progress(self, done, total=None, words=""):
        super().progress(done, total, words)
        assert total == WHOLE
        self.told.append((done, words))


@dataclass
class Made:
    """Steps with a standing and a deed each, and which of them were done."""

    steps: list[Step] = field(default_factory=list)
    done: list[str] = field(default_factory=list)

    def add(self, name, *needs, standing="missing", work=1.0, deed=lambda part: None):
        def run(house, part):
            deed(part)
            self.done.append(name)
            return f"{name} 했습니다."

        self.steps.append(Step(name, name.upper(), "", needs, work, lambda house: Look(standing, f"{name} 이유.", work, "f" + name), run))


@pytest.fixture
def made():
    return Made()


@pytest.fixture
def house(database, collection):
    return House(database, lambda: pytest.fail("the engine was asked for"), Wish(collection.name))


def fail(error):
    def deed(part):
        raise error

    return deed


@pytest.mark.parametrize(("error", "words"), [(InputError("자리가 없습니다."), "자리가 없습니다."), (KeyError("x"), running.UNEXPECTED)])
def test_a_step_that_fails_costs_only_those_that_need_it(made, house, error, words):
    made.add("a")
    made.add("b", "a", deed=fail(error))
    made.add("c", "b")
    made.add("d", "c")
    made.add("e", "a")
    told = []
    found = running.run(house, Worker(), steps=made.steps, tell=told.append)
    assert [each.ending for each in found] == ["done", "failed", "refused", "refused", "done"]
    assert made.done == ["a", "e"] and told == list(found)
    assert found[1].words == words and "B" in found[2].words and "C" in found[3].words
    assert found[0].words == "a 이유. a 했습니다."


def test_what_is_there_is_kept_and_what_cannot_be_is_told(made, house):
    made.add("a", standing="done")
    made.add("b", "a", standing="left_out")
    made.add("c", "a", standing="impossible")
    made.add("d", "b")
    found = running.run(house, Worker(), steps=made.steps)
    assert [(each.ending, each.words) for each in found[:3]] == [("kept", "a 이유."), ("left_out", "b 이유."), ("failed", "c 이유.")]
    assert found[3].ending == "refused", "what was left out is not there"
    assert made.done == []


def test_a_stop_keeps_what_was_done_and_does_nothing_more(made, house, conn):
    worker = Worker()
    made.add("a")
    made.add("b", deed=lambda part: (worker.stop(), part.check()))
    made.add("c")
    with pytest.raises(StoppedError):
        running.run(house, worker, steps=made.steps)
    assert made.done == ["a"]
    last = record.last(conn, house.wish.collection)
    assert [(each.name, each.ending, each.fingerprint) for each in last.outcomes] == [("a", "done", "fa")]


def test_a_database_that_is_away_ends_the_run_so_that_the_job_waits_for_it(made, house):
    made.add("a", deed=fail(StoreError("닿지 못합니다.")))
    made.add("b")
    with pytest.raises(StoreError):
        running.run(house, Worker(), steps=made.steps)
    assert made.done == []


def test_the_whole_moves_by_the_work_of_the_steps_and_never_back(made, house):
    def deed(part):
        part.progress(5, 10, "가")
        part.progress(1, 10, "나")  # another count begins
        inner = part.within(0.5, 1.0, "안")
        inner.progress(1, 2)

    made.add("a", standing="done", work=50)
    made.add("b", work=30, deed=deed)
    made.add("c", "a", work=10)
    worker = Told()
    running.run(house, worker, steps=made.steps)
    places = [done for done, _ in worker.told]
    assert places == sorted(places) and places[-1] == WHOLE
    # What is there already weighs nothing: b is three quarters of the whole, and its half is 375.
    assert (375, "2/3 B · 가") in worker.told and (375, "2/3 B · 나") in worker.told
    assert (562, "2/3 B · 안") in worker.told and (750, "3/3 C") in worker.told


def test_a_jobs_words_say_which_step_is_under_way():
    for number, step in enumerate(STEPS, start=1):
        worker = Told()
        Part(worker, begin=0, end=1, words=running.words(step, number, len(STEPS))).progress(1, 2, "A · qwen")
        assert running.step_of(worker.told[-1][1]) is step
    assert running.step_of("") is None and running.step_of("임베딩") is None


def test_a_plan_knows_only_what_lies_before_the_first_open_step(made, house):
    made.add("a", standing="done")
    made.add("b", "a", standing="stale")
    made.add("c", "b")
    made.add("d", "a", standing="impossible")
    made.add("e", "d")
    found = running.plan(house, made.steps)
    assert [each.look.standing for each in found] == ["done", "stale", "waiting", "impossible", "impossible"]
    assert [each.runs for each in found] == [False, True, True, False, False] and "'B'" in found[2].look.why
    assert made.done == []


def test_a_step_that_takes_another_in_waits_for_it_and_does_without_it(made, house):
    made.add("a", deed=fail(InputError("nein")))
    made.add("b", standing="done")
    made.steps[1] = replace(made.steps[1], follows=("a",))
    assert running.plan(house, made.steps)[1].look.standing == "waiting"
    assert [each.ending for each in running.run(house, Worker(), steps=made.steps)] == ["failed", "kept"]


def test_every_step_needs_only_steps_before_it():
    names = [step.name for step in STEPS]
    assert len(set(names)) == len(names)
    assert all(names.index(needed) < names.index(step.name) for step in STEPS for needed in (*step.needs, *step.follows))


def test_a_record_keeps_what_was_said_last_and_one_that_cannot_be_read_is_none(conn, collection):
    assert record.last(conn, collection.name) is None
    record.keep(conn, collection.name, [Outcome("a", "가", "done", "했습니다.", 1.5, "f")])
    assert record.of_step(conn, collection.name, "a") == Outcome("a", "가", "done", "했습니다.", 1.5, "f")
    assert record.of_step(conn, collection.name, "b") is None
    record.keep(conn, collection.name, [Outcome("b", "나", "failed", "못 했습니다.")])
    record.keep(conn, collection.name, [Outcome("b", "나", "done", "했습니다.", at=datetime(2026, 11, 23, tzinfo=UTC))])
    assert [(each.name, each.ending, each.at and each.at.day) for each in record.last(conn, collection.name).outcomes] == [
        ("b", "done", 23), ("a", "done", None)], "what a run did not reach stays as the one before left it"
    record._path(conn, collection.name).write_text('{"at": "2026')
    assert record.last(conn, collection.name) is None


def test_a_digest_knows_contents_and_not_their_order():
    assert digest({"a": 1, "b": {"c": 2, "d": 3}}) == digest({"b": {"d": 3, "c": 2}, "a": 1})
    assert digest({"a": 1}) != digest({"a": 2}) != digest({"b": 2})
