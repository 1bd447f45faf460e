"""What was done around an evaluation, as far as the store remembers it: what a verdict does not follow from, and must be read with."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from psycopg import Connection

from core.evaluation.results import Evaluation
from core.evaluation.verdict.circularity import BY_PEOPLE
from core.labels.versions.truth import Truth
from core.store import label_traces, reviews, seen_gates, truths
from core.store.seen_gates import SeenGates
from core.store.truths import Version


@dataclass(frozen=True, slots=True)
class Background:
    """Traces of what happened before; without any, nothing is said."""

    seen: tuple[SeenGates, ...] = ()
    """Gate files that the collection was evaluated under, the first one first."""
    unasked: frozenset[tuple[str, str]] = frozenset()
    """Pairs (query id, item id) with a grade that was not asked for on the labelling desk."""
    dropped: frozenset[str] = frozenset()
    """Queries that people judged and that the ground truth does not have."""
    rewritten: frozenset[str] = frozenset()
    """Queries of the ground truth that people had judged in other words."""
    others: tuple[Version, ...] = ()
    """The collection's other ground truth versions, oldest first."""
    frozen_at: datetime | None = None
    """When the sample was frozen that the first evaluation was made on; None: never."""
    drifted: int = 0
    """Items that are gone, new or changed since."""


def read(conn: Connection, evaluation: Evaluation) -> Background:
    """Return what the store tells of an evaluation's past."""
    truth, collection_id = evaluation.truth, evaluation.collection_id
    seen = tuple(seen_gates.history(conn, collection_id))
    until = truth.version.created_at if truth.version else None
    judged = label_traces.judged(conn, collection_id, origins=BY_PEOPLE, until=until)
    frozen_at, drifted = _sample(conn, collection_id, seen)
    return Background(
        seen, frozenset(label_traces.unasked(conn, collection_id, origins=BY_PEOPLE, until=until)),
        frozenset(query_id for query_id, _ in judged if query_id not in truth.query_hashes), frozenset(_rewritten(truth, judged)),
        tuple(each for each in truths.listing(conn, collection_id) if truth.version is None or each.id != truth.version.id),
        frozen_at, drifted)


def _rewritten(truth: Truth, judged: set[tuple[str, str]]) -> set[str]:
    return {query_id for query_id, query_hash in judged if truth.query_hashes.get(query_id, query_hash) != query_hash}


def _sample(conn: Connection, collection_id: int, seen: Sequence[SeenGates]) -> tuple[datetime | None, int]:
    """Return when the sample was frozen that results were first seen on, and how many items differ today.

    That is the last freeze before the first evaluation; where the first evaluation came earlier, the first freeze.
    """
    frozen = reviews.freezes(conn, collection_id)
    if not frozen:
        return None, 0
    chosen = next((each for each in frozen if seen and each.at <= seen[0].seen_at), frozen[-1] if seen else frozen[0])
    then = {each["id"]: (each["content_hash"], each["kind"]) for each in chosen.body["items"]}
    today = {each.item_id: (each.content_hash, each.kind) for each in reviews.current(conn, collection_id)}
    return chosen.at, sum(then.get(name) != today.get(name) for name in then.keys() | today.keys())
