"""An engine for benches that costs nothing: it fails when told to, and says how much memory it holds."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from core.engine.messages import Encoding, EngineStatus, Memory
from core.store import images, items, queries
from tests.stored_engine import FakeEngine, embed, vector
from tests.test_search_running import PIXEL
from tests.test_store_items import new

MB = 10**6


class BenchEngine(FakeEngine):
    """``on[n]`` is called instead of the n-th encoding, counted from 1; what it raises is raised."""

    def __init__(self, *, card: bool = False) -> None:
        super().__init__()
        self.on: dict[int, Callable[[], None]] = {}
        self.asked, self.evicted, self.resets = 0, [], 0
        self.pid, self.restarts, self.ooms, self.rss, self.device = 100, 0, 0, 500 * MB, "NVIDIA GeForce RTX 2070 SUPER" if card else "cpu"
        self.card, self.peak = card, 0

    def encode(self, model_key, contents, *, role, precision, max_pixels, priority="interactive", timeout=0):
        with self._lock:
            self.asked += 1
            number = self.asked
        self.peak = max(self.peak, (1000 + 10 * len(contents)) * MB)
        if number in self.on:
            self.on[number]()
        vectors = np.stack([vector(model_key, content) for content in contents])
        return Encoding(vectors, {}, self._model(model_key), 1.0, 0.0, 0)

    def load(self, model_key, *, precision, max_pixels, timeout=0):
        return self._model(model_key)

    def evict(self, model_key=None, *, timeout=0):
        self.evicted.append(model_key)
        return 1

    def reset_peaks(self):
        self.resets += 1
        self.peak = 0

    def status(self, *, timeout=0):
        memory = None
        if self.card:
            memory = Memory(budget=8 * 2**30, capped=True, context=400 * MB, allocated=900 * MB, reserved=1000 * MB,
                            peak_allocated=self.peak, peak_reserved=self.peak + 50 * MB, process=1500 * MB,
                            device_used=1600 * MB, device_total=8 * 2**30, allocator_ooms=0)
        return EngineStatus(running=True, pid=self.pid, device=self.device, rss_bytes=self.rss, ooms=self.ooms, restarts=self.restarts,
                            memory=memory)


def fill(conn, collection):
    """Give a collection six embedded items and three queries: a text, a small picture, and both."""
    items.upsert(conn, collection.id, [new(number, text=f"교점 {number}") for number in range(1, 7)])
    embed(conn, collection.id)
    sha = images.put(conn, PIXEL, media_type="image/png", width=1, height=1)
    for query_id, what in (("q1", {"text": "교점"}), ("q2", {"image_hash": sha}), ("q3", {"text": "넓이", "image_hash": sha})):
        queries.put(conn, collection.id, query_id=query_id, query_type="natural_language", origin="human", **what)
    return collection
