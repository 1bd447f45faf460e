"""Twenty raters label while the database is killed under them: whatever was acknowledged is there, once, in order.

``LABEL_CRASH_SECONDS`` sets how long they label (15 by default).
"""

from __future__ import annotations

import os
import random
import shutil
import threading
import time
from collections import Counter
from contextlib import suppress
from itertools import pairwise
from uuid import uuid4

import psutil
import psycopg
import pytest

from core import daemon
from core.errors import StoreError
from core.labels import queue, recording, tokens
from core.labels.tokens import Assignment
from core.store import binaries, cluster, collections, judgments, open_database, pools, rounds
from core.store.judgments import JudgmentEvent
from tests.label_data import Bank

pytestmark = pytest.mark.slow

SECONDS = float(os.environ.get("LABEL_CRASH_SECONDS", "15"))
RATERS = 20
Pair = tuple[str, str]
BETWEEN_KILLS = 2.5
LATEST = 60.0
"""Seconds for which an unanswered batch is sent again; a server that is not back by then failed."""


@pytest.fixture
def database(tmp_path):
    """A server of its own: killing the session's would hurt other tests."""
    opened = open_database(data_dir=tmp_path / "data", url="")
    yield opened
    opened.close()
    folder = opened.embedded.data_dir / "postgres"
    for process in cluster.processes(folder):
        with suppress(psutil.NoSuchProcess):
            process.kill()
    for uid in {os.geteuid(), binaries.account_for(folder).uid}:
        shutil.rmtree(daemon.socket_dir(folder, owner=uid), ignore_errors=True)


class Rater(threading.Thread):
    """One rater's browser: small requests of new events, each sent again with the same uuids until it is answered for."""

    def __init__(self, database, assignment: Assignment, pairs: dict[str, Pair], enough: threading.Event) -> None:
        super().__init__(name=assignment.rater, daemon=True)
        self.database, self.assignment, self.pairs, self.enough = database, assignment, pairs, enough
        self.random = random.Random(assignment.rater)
        self.sent: list[dict] = []
        self.acknowledged: list[str] = []
        self.answered_at: list[float] = []
        self.failures: Counter[str] = Counter()
        self.unexpected: BaseException | None = None

    def run(self) -> None:
        try:
            while not self.enough.is_set():
                self.label()
        except BaseException as error:  # told by the test, not by the thread
            self.unexpected = error

    def label(self) -> None:
        events = [self.event() for _ in range(self.random.randint(1, 3))]
        self.sent += events
        self.acknowledged += self.deliver(events)
        self.answered_at.append(time.monotonic())
        if self.random.random() < 0.1:
            self.deliver(events)  # the answer was lost on its way: the browser sends it all once more
        time.sleep(self.random.uniform(0, 0.02))

    def deliver(self, events: list[dict]) -> list[str]:
        begun = time.monotonic()
        while True:
            try:
                recorded = recording.record(self.database, self.assignment, events)
            except (StoreError, psycopg.OperationalError) as error:
                self.failures[type(error).__name__] += 1
                if time.monotonic() > begun + LATEST:
                    raise
                time.sleep(self.random.uniform(0.02, 0.1))
                continue
            assert recorded.refused == []
            return recorded.stored

    def event(self) -> dict:
        kind = self.random.choices(("grade", "unrateable", "withdraw"), (8, 1, 1))[0]
        return {"uuid": str(uuid4()), "ref": self.random.choice(sorted(self.pairs)), "kind": kind,
                "grade": self.random.randint(0, 3) if kind == "grade" else None, "note": self.random.choice(("", "까닭 ½")),
                "at": int(time.time() * 1000), "ms": self.random.randint(300, 9000), "client": self.name}

    def stored(self, event: dict) -> tuple[object, ...]:
        """What the row of an event has to say."""
        return (event["uuid"], self.pairs[event["ref"]], event["grade"], event["kind"] == "unrateable", event["note"], event["ms"])


def row(event: JudgmentEvent) -> tuple[object, ...]:
    return str(event.uuid), (event.query_id, event.item_id), event.grade, event.unrateable, event.note, event.ms_spent


def assignments(database, collection_id: int) -> list[tuple[Assignment, dict[str, Pair]]]:
    """Open a round of 400 pairs that three raters each judge; hand every rater a queue, and name its pairs as a browser does."""
    with database.connection() as conn:
        bank = Bank(conn, collections.get(conn, "crash"), size=20)
        round_id = rounds.create(conn, rounds.NewRound(collection_id=collection_id, name="1차", created_by="개발자",
                                                       guideline_version="1", overlap=3))
        pools.add(conn, round_id, [pools.NewPair(query, query_hash, item, item_hash, asked=True)
                                   for query, query_hash in bank.queries.items() for item, item_hash in bank.contents.items()])
        found = []
        for number in range(RATERS):
            assignment = Assignment.of(round_id, collection_id, f"라벨러 {number:02d}")
            entries = queue.hand_out(conn, round_id, assignment.rater, ahead=30)
            names = tokens.refs(conn, assignment, entries)
            found.append((assignment, {name: (entry.query_id, entry.item_id)
                                       for name, entry in zip(names, entries, strict=True)}))
        return found


def postmaster(folder) -> psutil.Process:
    return psutil.Process(int((folder / "postmaster.pid").read_text().split("\n", 1)[0]))


def kill(folder, *, everything: bool) -> int:
    """Kill the postmaster alone, whose backends live on for a moment, or all of its processes; return its id."""
    pid = postmaster(folder).pid
    for process in cluster.processes(folder) if everything else [postmaster(folder)]:
        with suppress(psutil.NoSuchProcess):
            process.kill()
    return pid


def test_every_acknowledged_label_is_there_once_though_the_database_was_killed(database):
    folder = database.embedded.data_dir / "postgres"
    with database.connection() as conn:
        collection = collections.ensure(conn, "crash")
    assigned = assignments(database, collection.id)
    begun = time.monotonic()
    finished = threading.Event()
    raters = [Rater(database, assignment, pairs, finished) for assignment, pairs in assigned]
    for rater in raters:
        rater.start()
    killed = []
    while (left := begun + SECONDS - time.monotonic()) > BETWEEN_KILLS:
        time.sleep(min(BETWEEN_KILLS, left))
        enough = sum(len(rater.acknowledged) for rater in raters) + 5 * RATERS
        killed.append(kill(folder, everything=len(killed) % 2 == 1))
        assert daemon.wait_until(lambda: sum(len(rater.acknowledged) for rater in raters) > enough, seconds=LATEST)  # noqa: B023
    # Only now: raters who stop by the clock would leave a slow recovery without anybody to be answered.
    finished.set()
    for rater in raters:
        rater.join(2 * LATEST)
    assert not [rater.name for rater in raters if rater.is_alive()]
    assert [rater.unexpected for rater in raters if rater.unexpected] == []

    with database.connection() as conn:
        stored = judgments.events(conn, collection.id)
        current = {(event.rater, event.query_id, event.item_id): str(event.uuid)
                   for event in judgments.current(conn, collection.id)}
    arrived = Counter(str(event.uuid) for event in stored)
    acknowledged = [uuid for rater in raters for uuid in rater.acknowledged]
    failures = sum((rater.failures for rater in raters), Counter())
    times = sorted(moment for rater in raters for moment in rater.answered_at)
    pause = max(later - earlier for earlier, later in pairwise(times))
    print(f"\n{SECONDS:.0f} s, {RATERS} raters, {len(killed)} kills: {len(acknowledged)} labels acknowledged, {len(stored)} stored, "
          f"{sum(failures.values())} sendings failed ({dict(failures)}), "
          f"longest time without an answer {pause:.2f} s")
    assert len({*killed, postmaster(folder).pid}) == len(killed) + 1 > 2, "each kill took a server that had to be replaced"
    assert sum(failures.values()) > 0, "the kills interrupted nobody in the middle of a sending: nothing was tested"
    assert [uuid for uuid in acknowledged if arrived[uuid] != 1] == [], "acknowledged and lost, or there twice"
    assert arrived.keys() == set(acknowledged), "stored and never sent, or sent and never acknowledged"
    for rater in raters:
        own = [row(event) for event in stored if event.rater == rater.name]
        assert own == [rater.stored(event) for event in rater.sent], "all of it, as it was sent, in its order"
        last = {(rater.name, *rater.pairs[event["ref"]]): event["uuid"] for event in rater.sent}
        assert {key: current[key] for key in last} == last, "what holds is the last thing the rater said"
