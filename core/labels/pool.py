"""The pool: which pairs of query and item are put before raters, and who proposed each of them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

from psycopg import Connection

from core.engine.client import EngineClient
from core.store.database import Database

ASSUMED_SECONDS = 15.0
"""A pair, where fewer than ``FEWEST_TIMED`` judgments of the collection say how long one takes."""
FEWEST_TIMED = 30

Why = Literal["ask", "mirrored", "judged", "asked"]
"""Ask it; asked the other way round; people judged it already; another open round asks it."""


@dataclass(frozen=True, slots=True)
class RaterScope:
    """One rater of a round, and the subjects and units of the queries to judge; empty: all of them."""

    name: str
    subjects: tuple[str, ...] = ()
    units: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class PoolRequest:
    """What a round is made of. Stage 1 needs no embedding and no engine as long as ``systems`` is empty."""

    name: str
    stage: Literal[1, 2] = 1
    systems: tuple[str, ...] = ()
    """Names or letters, variants too; each proposes its first ``depth`` items a query."""
    depth: int = 10
    random_per_query: int = 2
    metadata_per_query: int = 5
    keyword: bool = True
    constructed: bool = True
    """Also ask about pairs whose grade was constructed or imported."""
    query_ids: tuple[str, ...] | None = None
    """None: every query of the collection that is not retired."""
    overlap: int = 2
    repeat_share: float = 0.1
    both_ways_share: float = 0.1
    """Of the item–item pairs that need asking in one direction only, the share asked in both."""
    seed: int = 1
    raters: tuple[RaterScope, ...] = ()
    """Empty: every rater may judge everything."""


@dataclass(frozen=True, slots=True)
class PoolPair:
    """A pair with who proposed it: (proposer, rank or None)."""

    query_id: str
    query_hash: str
    item_id: str
    item_hash: str
    proposals: tuple[tuple[str, int | None], ...]
    why: Why = "ask"

    @property
    def asked(self) -> bool:
        """Whether raters get to see it in this round."""
        return self.why == "ask"


@dataclass(frozen=True, slots=True)
class ProposerCount:
    """How many pairs one proposer brought, how many of them are asked, and how many nobody else brought."""

    proposer: str
    pairs: int
    asked: int
    alone: int


@dataclass(frozen=True, slots=True)
class PoolPlan:
    """A round before it is opened; nothing is stored yet."""

    collection_id: int
    collection: str
    request: PoolRequest
    queries: int
    pairs: tuple[PoolPair, ...]
    proposers: tuple[ProposerCount, ...]
    left_out: tuple[tuple[str, str, str], ...]
    """(query id, proposer, Korean reason) where a proposer could not take a query."""
    seconds_per_pair: float
    timed: int
    """Judgments the pace was taken from; 0: ``seconds_per_pair`` is assumed, and has to be called so."""

    def count(self, why: Why) -> int:
        """Return how many pairs are asked, mirrored, judged already or asked elsewhere."""
        return sum(pair.why == why for pair in self.pairs)

    @property
    def asked(self) -> int:
        """Pairs that raters will see."""
        return self.count("ask")

    @property
    def looks(self) -> int:
        """Judgments to be made: pairs × overlap, hidden repeats included."""
        return round(self.asked * self.request.overlap * (1 + self.request.repeat_share))

    @property
    def hours(self) -> float:
        """Hours of work of all raters together."""
        return self.looks * self.seconds_per_pair / 3600

    @property
    def assumed(self) -> bool:
        """Whether the pace is assumed, not measured."""
        return self.timed == 0


def plan(db: Database, engine: Callable[[], EngineClient] | None, collection: str, request: PoolRequest, *,
         progress: Callable[[str, int, int], None] | None = None,
         cancelled: Callable[[], bool] | None = None) -> PoolPlan:
    """Gather the pairs of a round without opening it.

    Args:
        engine: gives the engine's client; asked only where ``systems`` are named, so stage 1 passes None.
        progress: called with (what proposes, queries done, queries in all).
        cancelled: asked between queries.

    Raises:
        InputError: a number is out of range, or there is no query.
        NotFoundError: no such collection, query or system, or it is not embedded for a system.
    """
    raise NotImplementedError


def open_round(db: Database, planned: PoolPlan, *, by: str) -> int:
    """Store a plan as a round that raters can work on, and return its number.

    Raises:
        InputError: nothing is left to ask.
    """
    raise NotImplementedError


def pick(conn: Connection, round_id: int, query_id: str, item_id: str, by: str) -> bool:
    """Add a pair that staff chose themselves; False where it was in the round (or judged) already.

    Raises:
        InputError: the round is closed, or the item is the query's own source.
        NotFoundError: no such round, query or item.
    """
    raise NotImplementedError
