"""A watch over the server during ``make soak``: memory, processor, connections, and whether the memory grows."""

from __future__ import annotations

import asyncio
import time
from contextlib import suppress
from dataclasses import dataclass, field

import psutil

from core.bench.statistics import Slope, theil_sen
from core.store import Database

EVERY = 2.0
"""Seconds between two looks."""
SETTLING = 0.5
"""The first part of the time counts for no slope: pools and caches are filled once, and Streamlit keeps what a closed tab held for two
minutes, so that the number of sessions rises until everybody has reloaded and two minutes have passed."""
GROWTH = 1.0
"""MiB a minute; more would be half a gibibyte over a working day."""
SHORTEST = 9.0
"""Minutes below which a slope says nothing, for the same reason."""
_CONNECTIONS = "SELECT count(*) FROM pg_stat_activity WHERE backend_type = 'client backend' AND pid <> pg_backend_pid()"


@dataclass
class Watch:
    """What was seen: minutes since the start, MiB of the dashboard and the engine, connections, share of a core."""

    dashboard: psutil.Process
    engine: psutil.Process | None
    database: Database
    minutes: list[float] = field(default_factory=list)
    memory: list[float] = field(default_factory=list)
    engine_memory: list[float] = field(default_factory=list)
    connections: list[int] = field(default_factory=list)
    processor: list[float] = field(default_factory=list)

    async def look_on(self, until: float) -> None:
        """Look every ``EVERY`` seconds until that ``time.monotonic()``."""
        begun = time.monotonic()
        self.dashboard.cpu_percent()
        while time.monotonic() < until:
            await asyncio.sleep(EVERY)
            self.connections.append(await asyncio.to_thread(self._connections))
            self.minutes.append((time.monotonic() - begun) / 60)
            self.memory.append(self.dashboard.memory_info().rss / 2**20)
            self.processor.append(self.dashboard.cpu_percent() / 100)
            if self.engine is not None:
                with suppress(psutil.Error):
                    self.engine_memory.append(self.engine.memory_info().rss / 2**20)

    def _connections(self) -> int:
        with self.database.connection() as conn:
            return conn.execute(_CONNECTIONS).fetchone()[0]

    def slope(self) -> Slope:
        """Return the dashboard's growth in MiB a minute after it has settled."""
        start = int(len(self.memory) * SETTLING)
        return theil_sen(self.memory[start:], self.minutes[start:])
