"""The pool: which pairs of query and item are put before raters, and who proposed each of them."""

from __future__ import annotations

import logging
from collections import Counter
from collections.abc import Callable
from dataclasses import asdict, replace

from psycopg import Connection

from core.engine.client import EngineClient
from core.errors import InputError, NotFoundError
from core.labels import guidelines
from core.labels.pooling import gathering, proposing
from core.labels.pooling.pool_plan import PoolPair, PoolPlan, PoolRequest, ProposerCount, RaterScope, checked, counted
from core.search import running
from core.store import collections, flags, items, pools, queries, rounds, run_lists
from core.store.database import Database
from core.store.queries import QueryRevision

__all__ = ["PoolPair", "PoolPlan", "PoolRequest", "ProposerCount", "RaterScope", "open_round", "pick", "plan"]

log = logging.getLogger(__name__)

ASSUMED_SECONDS = 15.0
"""A pair, where fewer than ``FEWEST_TIMED`` judgments of the collection say how long one takes."""
FEWEST_TIMED = 30
CHANGED = "원본 문항이 바뀐 쿼리라 묻지 않습니다. 쿼리를 다시 저장해 주세요."


def plan(db: Database, engine: Callable[[], EngineClient] | None, collection: str, request: PoolRequest, *,
         progress: Callable[[str, int, int], None] | None = None,
         cancelled: Callable[[], bool] | None = None) -> PoolPlan:
    """Gather the pairs of a round without opening it.

    Systems answer through stored runs (``core.search.running``): what was run before is not computed again.

    Args:
        engine: gives the engine's client; asked only where ``systems`` are named, so stage 1 passes None.
        progress: called with (what proposes, queries done, queries in all).
        cancelled: asked between queries; a cancelled plan holds what there was until then and cannot be opened.

    Raises:
        InputError: a number is out of range, or there is no query.
        NotFoundError: no such collection, query or system, or it is not embedded for a system.
    """
    request = checked(request)
    say, stopped = progress or (lambda proposer, done, total: None), cancelled or (lambda: False)
    with db.connection() as conn:
        found = collections.get(conn, collection)
        asked = _chosen(queries.current(conn, found.id), request.query_ids)
        stale = queries.stale(conn, found.id, asked)
        asked = [query for query in asked if query.query_id not in stale]
        bank = proposing.read(conn, found.id, without=[flag.item_id for flag in flags.flagged(conn, found.id)])
        given = pools.graded_otherwise(conn, found.id) if request.constructed else {}
    gathered = gathering.Gathered({query.query_id: query for query in asked}, bank)
    gathered.left_out += [(query_id, "", CHANGED) for query_id in sorted(stale)]
    for done, query in enumerate(asked):
        if stopped():
            break
        say("metadata", done, len(asked))
        gathered.from_bank(query, request)
    gathered.from_files(given)
    for system in request.systems:
        if stopped():
            break
        if engine is None:
            raise InputError("시스템의 후보를 모으려면 검색 엔진이 필요합니다. 시스템을 비우거나 2단계로 열어 주세요.")
        outcome = running.run_system(db, engine(), system, collection=collection, queries=asked, cancelled=stopped,
                                     progress=lambda done, total, system=system: say(system, done, total))
        gathered.left_out += [(query_id, system, reason) for query_id, reason in outcome.left_out]
        with db.connection() as conn:
            for (_, query_id), (query_hash, hits) in run_lists.top(conn, [outcome.run_id], request.depth).items():
                gathered.from_run(query_id, query_hash, hits, system)
    with db.connection() as conn:
        pairs = gathering.decided(conn, found.id, gathered, request)
        seconds, timed = pace(conn, found.id)
    return PoolPlan(found.id, found.name, request, len(asked), pairs, counted(pairs), tuple(gathered.left_out), seconds, timed,
                    stopped())


def open_round(db: Database, planned: PoolPlan, *, by: str) -> int:
    """Store a plan as a round that raters can work on, and return its number.

    What another round began to ask since the plan was made is not asked twice.

    Raises:
        InputError: nothing is left to ask, or the plan was cancelled.
    """
    if planned.cancelled:
        raise InputError("도중에 멈춘 계획은 열 수 없습니다. 후보를 다시 모아 주세요.")
    request = planned.request
    with db.connection() as conn, conn.transaction():
        pools.lock(conn, planned.collection_id)
        elsewhere = pools.asked_now(conn, planned.collection_id)
        pairs = [replace(pair, why="asked") if pair.asked and pair.key in elsewhere else pair for pair in planned.pairs]
        if not any(pair.asked for pair in pairs):
            raise InputError("새로 물어볼 쌍이 없습니다. 이미 판정했거나 열린 라운드에서 묻고 있습니다.")
        counts = {proposer.proposer: asdict(proposer) for proposer in counted(pairs)}
        config = {"request": asdict(request), "why": dict(Counter(pair.why for pair in pairs)), "proposers": counts,
                  "left_out": len(planned.left_out)}
        round_id = rounds.create(conn, rounds.NewRound(
            collection_id=planned.collection_id, name=request.name, created_by=by, stage=request.stage,
            overlap=request.overlap, repeat_share=request.repeat_share, seed=request.seed,
            guideline_version=guidelines.VERSION, config=config))
        pools.add(conn, round_id, [pools.NewPair(*pair.key, pair.asked, pair.proposals) for pair in pairs])
        rounds.assign(conn, round_id, [rounds.RoundRater(rater.name, list(rater.subjects), list(rater.units))
                                       for rater in request.raters])
    return round_id


def pick(conn: Connection, round_id: int, query_id: str, item_id: str, by: str) -> bool:
    """Add a pair that staff chose themselves; False where it was in the round (or judged) already.

    Raises:
        InputError: the round is closed, or the item is the query's own source.
        NotFoundError: no such round, query or item.
    """
    found = rounds.get(conn, round_id)
    if not found.open or found.kind != "round":
        raise InputError("닫힌 라운드나 연습 라운드에는 쌍을 더할 수 없습니다. 열린 라운드를 골라 주세요.")
    query = queries.get(conn, found.collection_id, query_id)
    if query.retired:
        raise InputError(f"'{query_id}' 쿼리는 거둔 쿼리입니다. 다른 쿼리를 골라 주세요.")
    if query.source_item_id == item_id:
        raise InputError("쿼리의 원본 문항은 자기 쿼리의 후보가 될 수 없습니다. 다른 문항을 골라 주세요.")
    item = items.get(conn, found.collection_id, item_id)
    key = (query_id, query.content_hash, item_id, item.content_hash)
    log.info("%s picked %s for %s in round %d", by, item_id, query_id, round_id)
    with conn.transaction():
        pools.lock(conn, found.collection_id)
        if key in pools.judged(conn, found.collection_id):
            pools.remember(conn, round_id, key, proposing.STAFF)
            return False
        return pools.add_one(conn, round_id, key, proposing.STAFF)


def pace(conn: Connection, collection_id: int) -> tuple[float, int]:
    """Return the seconds a judgment takes, and from how many that was measured (0: assumed)."""
    seconds, timed = pools.pace(conn, collection_id)
    return (seconds, timed) if seconds is not None and timed >= FEWEST_TIMED else (ASSUMED_SECONDS, 0)


def _chosen(current: list[QueryRevision], query_ids: tuple[str, ...] | None) -> list[QueryRevision]:
    known = {query.query_id: query for query in current}
    if query_ids is not None:
        if missing := [query_id for query_id in query_ids if query_id not in known]:
            raise NotFoundError(f"'{missing[0]}' 쿼리가 이 컬렉션에 없거나 거둔 쿼리입니다. 쿼리 ID를 확인해 주세요.")
        known = {query_id: known[query_id] for query_id in query_ids}
    if not known:
        raise InputError("쿼리가 없습니다. 쿼리를 먼저 만들거나 가져와 주세요.")
    return list(known.values())
