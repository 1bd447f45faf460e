"""What the steps of a run have in common: how a step stands, what came of it, and what it is given to work with."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

from core.engine.client import EngineClient
from core.jobs.working import Worker
from core.store.collections import Collection
from core.store.database import Database

Standing = Literal["done", "missing", "stale", "impossible", "left_out", "waiting"]
"""``stale``: there, but of other contents than today's; ``impossible``: something that a person must give is lacking;
``left_out``: not asked for; ``waiting``: known only once a step before it is done."""
Ending = Literal["done", "kept", "failed", "refused", "left_out"]
"""``kept``: nothing was to be done; ``refused``: a step that it needs has not succeeded."""
GOOD: tuple[Ending, ...] = ("done", "kept")


@dataclass(frozen=True, slots=True)
class Wish:
    """A run as somebody asks for it."""

    collection: str
    calls: int | None = None
    """Calls of each bench; each bench's own number where None."""
    bench: bool = True
    """False: what is not measured stays so."""
    by: str = ""
    """Who stands for the report."""


@dataclass(frozen=True, slots=True)
class House:
    """What a step works with."""

    database: Database
    engine: Callable[[], EngineClient]
    """Gives the engine's client; asked only where something is computed."""
    wish: Wish

    def collection(self) -> Collection:
        """Return the collection.

        Raises:
            NotFoundError: there is none of that name.
        """
        from core.store import collections

        with self.database.connection() as conn:
            return collections.get(conn, self.wish.collection)


@dataclass(frozen=True, slots=True)
class Look:
    """How a step stands by the contents of what is stored."""

    standing: Standing
    why: str
    """One Korean line: why it is to be run, or need not be."""
    work: float = 0.0
    """Roughly how many seconds it takes on a plain processor; only its share of the whole matters."""
    fingerprint: str = ""
    """SHA-256 over the contents that the step depends on."""
    at: datetime | None = None
    """When the newest of what it left was made, where that is known."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of a step in a run."""

    name: str
    title: str
    ending: Ending
    words: str
    """One Korean line: why it was run or not, and what came of it."""
    seconds: float = 0.0
    fingerprint: str = ""
    at: datetime | None = None
    """When it was known; of what was kept, when it was made."""

    @property
    def good(self) -> bool:
        """Whether steps that need it may go on."""
        return self.ending in GOOD


@dataclass(frozen=True, slots=True)
class Step:
    """One step of the run."""

    name: str
    title: str
    about: str
    """One Korean line for those who look on."""
    needs: tuple[str, ...]
    """Names of the steps that must have succeeded."""
    guess: float
    """Seconds where nobody can know yet; as ``Look.work``."""
    look: Callable[[House], Look]
    run: Callable[[House, Worker], str]
    """Does what is lacking and returns one Korean line of what came of it; goes on where it was stopped."""
    follows: tuple[str, ...] = ()
    """Names of steps whose results it takes in as well, and whose failure does not stop it."""


def digest(contents: Mapping[str, Any]) -> str:
    """Return the SHA-256 over contents, the same for the same contents in whatever order."""
    packed = json.dumps(contents, ensure_ascii=False, sort_keys=True, separators=(",", ":"), default=str)
    return hashlib.sha256(packed.encode()).hexdigest()
