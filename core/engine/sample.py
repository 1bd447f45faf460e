"""One look at the machine's memory."""

from __future__ import annotations

from dataclasses import dataclass

from core.engine.cards import Card, Ram


@dataclass(frozen=True, slots=True)
class Sample:
    """One look. Bytes; None where nobody can tell, ``engine`` figures also where none runs or answers."""

    at: float
    """Seconds since the epoch."""
    ram: Ram
    cards: tuple[Card, ...]
    engine_rss: int | None = None
    engine_card: int | None = None
    """What the engine takes of its card: by the driver, else what its allocator reserved and CUDA's own share."""
    allocated: int | None = None
    home: str = ""
    """UUID of the engine's card; empty where it has none or nobody can tell."""
