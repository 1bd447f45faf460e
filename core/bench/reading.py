"""Memory after a call: bytes by name, of the engine's process and its card."""

from __future__ import annotations

import logging

from core.engine.client import EngineClient
from core.engine.messages import EngineStatus
from core.errors import UserError

log = logging.getLogger(__name__)
CARD = ("context", "allocated", "reserved", "peak_allocated", "peak_reserved", "process", "device_used", "device_total", "budget")


def status(engine: EngineClient) -> EngineStatus:
    """Look at the engine; one that does not answer is as good as none."""
    try:
        return engine.status()
    except UserError:
        log.info("the engine told nothing of itself", exc_info=True)
        return EngineStatus(running=False)


def of(told: EngineStatus) -> dict[str, int]:
    """Return ``rss`` and, on a card, the figures of ``CARD`` and the models' ``weights``; with them ``ooms`` and ``restarts``.

    ``process`` is the driver's figure. Empty where no engine runs; what nobody tells is not there.
    """
    if not told.running:
        return {}
    found = {"rss": told.rss_bytes, "ooms": told.ooms, "restarts": told.restarts, "pid": told.pid or 0}
    if told.memory is not None:
        found |= {name: value for name in CARD if (value := getattr(told.memory, name)) is not None}
        weights = [each.weights_bytes for each in told.loaded if not each.temporary]
        if None not in weights:
            found["weights"] = sum(weights)
    return found


def process(memory: dict[str, int], *, peak: bool = True) -> int | None:
    """Return what a process takes of its card: the allocator's (highest) reserve and CUDA's own share; None without a card."""
    reserved = memory.get("peak_reserved" if peak else "reserved")
    return None if reserved is None or "context" not in memory else reserved + memory["context"]


def taken(memory: dict[str, int]) -> int | None:
    """Return what a process takes of its card now: by the driver, which does not tell everywhere, else as ``process`` reckons it."""
    return memory["process"] if "process" in memory else process(memory, peak=False)
