"""Gather pairs from everything that proposes, and decide which of them are asked."""

from __future__ import annotations

import hashlib
import math
from collections import Counter
from dataclasses import replace

from psycopg import Connection

from core.labels.pooling import proposing
from core.labels.pooling.pool_plan import PoolPair, PoolRequest
from core.labels.pooling.proposing import Bank
from core.labels.versions import mirroring
from core.store import pools, queries
from core.store.queries import QueryRevision


class Gathered:
    """Pairs as they are proposed: who brought what at which rank."""

    def __init__(self, asked: dict[str, QueryRevision], bank: Bank) -> None:
        self.asked = asked
        self.bank = bank
        self.found: dict[tuple[str, str], dict[str, int | None]] = {}
        self.left_out: list[tuple[str, str, str]] = []

    def from_bank(self, query: QueryRevision, request: PoolRequest) -> None:
        """Let metadata, shared words and chance propose."""
        if request.keyword:
            self._take(query, proposing.KEYWORD, self.bank.keyword(query, request.depth))
            if self.bank.text_of(query) is None:
                self.left_out.append((query.query_id, proposing.KEYWORD, "글이 없는 쿼리라 키워드로는 찾지 않았습니다."))
        if request.metadata_per_query:
            self._take(query, proposing.METADATA, self.bank.metadata(query, request.metadata_per_query))
        self._take(query, proposing.RANDOM, self.bank.chance(query, request.random_per_query, request.seed))

    def from_files(self, given: dict[pools.Key, set[str]]) -> None:
        """Take pairs whose grade was constructed or imported, for queries and items as they are now."""
        for (query_id, query_hash, item_id, item_hash), proposers in given.items():
            query = self.asked.get(query_id)
            if query and query.content_hash == query_hash and self.bank.hashes.get(item_id) == item_hash:
                for proposer in proposers:
                    self._take(query, proposer, [(item_id, None)])

    def from_run(self, query_id: str, query_hash: str, hits: list[str], system: str) -> None:
        """Take the head of one stored ranked list."""
        query = self.asked.get(query_id)
        if query and query.content_hash == query_hash:
            self._take(query, system, [(item_id, rank) for rank, item_id in enumerate(hits, start=1)])

    def _take(self, query: QueryRevision, proposer: str, proposed: proposing.Proposed) -> None:
        for item_id, rank in proposed:
            if item_id in self.bank.hashes and item_id != query.source_item_id:
                self.found.setdefault((query.query_id, item_id), {})[proposer] = rank


def decided(conn: Connection, collection_id: int, gathered: Gathered, request: PoolRequest) -> tuple[PoolPair, ...]:
    """Say of each gathered pair whether it is asked, and if not, why."""
    judged, elsewhere = pools.judged(conn, collection_id), pools.asked_now(conn, collection_id)
    pairs = {}
    for (query_id, item_id), proposers in sorted(gathered.found.items()):
        pair = PoolPair(query_id, gathered.asked[query_id].content_hash, item_id, gathered.bank.hashes[item_id],
                        tuple(sorted(proposers.items())))
        key = pair.key
        pairs[key] = replace(pair, why="judged" if key in judged else "asked" if key in elsewhere else "ask")
    other_way = _Mirror(conn, collection_id, gathered.bank)
    turned = {key: reverse for key, pair in pairs.items() if pair.asked and (reverse := other_way.of(pair)) is not None
              and (reverse in judged or reverse in elsewhere or reverse in pairs)}
    both_ways = _both_ways(conn, collection_id, request, {_unordered(key, reverse) for key, reverse in turned.items()})
    for key, reverse in turned.items():
        # Of two directions that are both new, a draw decides which one is asked, so that neither side is favoured.
        first = reverse in judged or reverse in elsewhere or _draw(request.seed, *key) > _draw(request.seed, *reverse)
        if first and _unordered(key, reverse) not in both_ways:
            pairs[key] = replace(pairs[key], why="mirrored")
    return tuple(pairs.values())


def _both_ways(conn: Connection, collection_id: int, request: PoolRequest, symmetric: set[tuple[str, ...]]) -> set[tuple[str, ...]]:
    """Draw the pairs asked in both directions: the share, but as many as it takes to decide whether grades may be mirrored.

    Fewer would leave the other directions without a grade for good. Where it was decided that they may not, all are asked.
    """
    if not symmetric or not request.both_ways_share:
        return set()
    measured = mirroring.check(conn, collection_id)
    if measured.n >= mirroring.LEAST and not measured.allowed:
        return symmetric
    number = max(math.ceil(request.both_ways_share * len(symmetric)), mirroring.LEAST - measured.n)
    return set(sorted(symmetric, key=lambda pair: _draw(request.seed, *pair))[:number])


def _unordered(key: pools.Key, reverse: pools.Key) -> tuple[str, ...]:
    return tuple(sorted((key[0], reverse[0])))


class _Mirror:
    """Finds the same two items asked about the other way round: both are the whole of one query each."""

    def __init__(self, conn: Connection, collection_id: int, bank: Bank) -> None:
        alone = [query for query in queries.current(conn, collection_id)
                 if query.source_item_id and query.text is None and query.image_hash is None]
        times = Counter(query.source_item_id for query in alone)
        # With two queries of one item, which of them the other direction stands for would be ambiguous.
        self._of_source = {query.source_item_id: query for query in alone if times[query.source_item_id] == 1}
        self._source = {query.query_id: query.source_item_id for query in self._of_source.values()}
        self._bank = bank

    def of(self, pair: PoolPair) -> pools.Key | None:
        source, back = self._source.get(pair.query_id), self._of_source.get(pair.item_id)
        if source is None or back is None or source not in self._bank.hashes:
            return None
        return back.query_id, back.content_hash, source, self._bank.hashes[source]


def _draw(*parts: object) -> float:
    """Return a number in [0, 1) that depends on nothing but the parts."""
    return int.from_bytes(hashlib.sha256("\x1f".join(map(str, parts)).encode()).digest()[:7], "big") / 2**56
