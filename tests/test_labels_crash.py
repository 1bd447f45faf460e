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
from uuid import UUID, uuid4

import psutil
import psycopg
import pytest

from core import daemon
from core.errors import StoreError
from core.store import binaries, cluster, collections, judgments, open_database
from core.store.judgments import JudgmentEvent
from tests.label_data import Bank

pytestmark = pytest.mark.slow

SECONDS = float(os.environ.get("LABEL_CRASH_SECONDS", "15"))
RATERS = 20
BETWEEN_KILLS = 2.5
LATEST = 60.0
"""Seconds after the end until which an unanswered batch is sent again; a server that is not back by then failed."""


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
    """One rater's browser: small batches of new events, each sent again with the same uuids until it is acknowledged."""

    def __init__(self, name: str, database, bank: Bank, until: float) -> None:
        super().__init__(name=name, daemon=True)
        self.database, self.bank, self.until = database, bank, until
        self.random = random.Random(name)
        self.sent: list[JudgmentEvent] = []
        self.acknowledged: list[UUID] = []
        self.acknowledged_at: list[float] = []
        self.failures: Counter[str] = Counter()
        self.unexpected: BaseException | None = None

    def run(self) -> None:
        try:
            while time.monotonic() < self.until:
                self.label()
        except BaseException as error:  # noqa: BLE001 - told by the test, not by the thread
            self.unexpected = error

    def label(self) -> None:
        batch = [self.event() for _ in range(self.random.randint(1, 3))]
        self.sent += batch
        self.deliver(batch)
        self.acknowledged += [event.uuid for event in batch]
        self.acknowledged_at.append(time.monotonic())
        if self.random.random() < 0.1:
            self.deliver(batch)  # the answer was lost on its way: the browser sends it once more
        time.sleep(self.random.uniform(0, 0.02))

    def deliver(self, batch: list[JudgmentEvent]) -> None:
        while True:
            try:
                with self.database.connection() as conn:
                    judgments.append(conn, batch)
                return
            except (StoreError, psycopg.OperationalError) as error:
                self.failures[type(error).__name__] += 1
                if time.monotonic() > self.until + LATEST:
                    raise
                time.sleep(self.random.uniform(0.02, 0.1))

    def event(self) -> JudgmentEvent:
        query, item = self.random.choice(sorted(self.bank.queries)), self.random.choice(sorted(self.bank.contents))
        return JudgmentEvent(collection_id=self.bank.collection.id, query_id=query, query_hash=self.bank.queries[query],
                             item_id=item, item_hash=self.bank.contents[item], grade=self.random.randint(0, 3),
                             rater=self.name, origin="human", uuid=uuid4())


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
        bank = Bank(conn, collections.ensure(conn, "crash"))
    begun = time.monotonic()
    raters = [Rater(f"라벨러 {number:02d}", database, bank, begun + SECONDS) for number in range(RATERS)]
    for rater in raters:
        rater.start()
    killed = []
    while (left := begun + SECONDS - time.monotonic()) > BETWEEN_KILLS:
        time.sleep(min(BETWEEN_KILLS, left))
        enough = sum(len(rater.acknowledged) for rater in raters) + 5 * RATERS
        killed.append(kill(folder, everything=len(killed) % 2 == 1))
        assert daemon.wait_until(lambda: sum(len(rater.acknowledged) for rater in raters) > enough, seconds=LATEST)  # noqa: B023
    for rater in raters:
        rater.join(SECONDS + 2 * LATEST)
    assert not [rater.name for rater in raters if rater.is_alive()]
    assert [rater.unexpected for rater in raters if rater.unexpected] == []

    with database.connection() as conn:
        stored = judgments.events(conn, bank.collection.id)
        current = {(event.rater, event.query_id, event.item_id): event.uuid
                   for event in judgments.current(conn, bank.collection.id)}
    arrived = Counter(event.uuid for event in stored)
    acknowledged = [uuid for rater in raters for uuid in rater.acknowledged]
    failures = sum((rater.failures for rater in raters), Counter())
    times = sorted(moment for rater in raters for moment in rater.acknowledged_at)
    pause = max(later - earlier for earlier, later in pairwise(times))
    print(f"\n{SECONDS:.0f} s, {RATERS} raters, {len(killed)} kills: {len(acknowledged)} labels acknowledged, {len(stored)} stored, "
          f"{sum(failures.values())} sendings failed ({dict(failures)}), "
          f"longest time without an answer {pause:.2f} s")
    assert len({*killed, postmaster(folder).pid}) == len(killed) + 1 > 2, "each kill took a server that had to be replaced"
    assert sum(failures.values()) > 0, "the kills interrupted nobody in the middle of a sending: nothing was tested"
    assert [uuid for uuid in acknowledged if arrived[uuid] != 1] == [], "acknowledged and lost, or there twice"
    assert arrived.keys() == set(acknowledged), "stored and never sent, or sent and never acknowledged"
    for rater in raters:
        own = [event for event in stored if event.rater == rater.name]
        assert own == rater.sent, "all of it, as it was sent, in its order"
        last = {(rater.name, event.query_id, event.item_id): event.uuid for event in rater.sent}
        assert {key: current[key] for key in last} == last, "what holds is the last thing the rater said"
