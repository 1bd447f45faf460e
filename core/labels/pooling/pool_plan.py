"""What a round is to be made of, and what it would be: the request and the plan. Nothing here reads or stores anything."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Literal

from core.errors import InputError
from core.labels.pooling.proposing import KEYWORD
from core.search import running, variants

LARGEST_SEED = 2**31 - 1

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
    """Of the item–item pairs that would be asked in one direction only, the share asked in both; more where too few pairs were
    judged both ways to decide about mirroring (``core.labels.versions.mirroring``), none where the share is 0."""
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
    def key(self) -> tuple[str, str, str, str]:
        """Query id and hash, item id and hash."""
        return self.query_id, self.query_hash, self.item_id, self.item_hash

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
    """(query id, proposer, Korean reason) where a proposer could not take a query; no proposer where none was asked."""
    seconds_per_pair: float
    timed: int
    """Judgments the pace was taken from; 0: ``seconds_per_pair`` is assumed, and has to be called so."""
    cancelled: bool = False
    """Whether somebody stopped it on the way; it then lacks pairs and cannot be opened."""

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


def checked(request: PoolRequest) -> PoolRequest:
    """Return the request with the canonical names of its systems; the keyword baseline among them becomes ``keyword``.

    Raises:
        InputError: a number is out of range, or nothing would propose anything.
        NotFoundError: there is no such system.
    """
    names = list(dict.fromkeys(variants.find(system).name for system in request.systems))
    keyword = request.keyword or KEYWORD in names
    request = replace(request, name=request.name.strip(), keyword=keyword,
                      systems=tuple(name for name in names if name != KEYWORD))
    for holds, sentence in (
        (request.name, "라운드 이름을 써 주세요."),
        (request.stage in (1, 2), "단계는 1이나 2입니다."),
        (1 <= request.depth <= running.DEPTH, f"깊이는 1부터 {running.DEPTH}까지입니다."),
        (request.random_per_query >= 0 and request.metadata_per_query >= 0, "쿼리당 후보 수는 0 이상이어야 합니다."),
        (1 <= request.overlap <= 3, "한 쌍을 판정할 사람 수는 1부터 3까지입니다."),
        (0 <= request.repeat_share <= 0.5, "숨은 반복의 비율은 0부터 0.5까지입니다."),
        (0 <= request.both_ways_share <= 1, "양쪽으로 물어볼 비율은 0부터 1까지입니다."),
        (0 <= request.seed <= LARGEST_SEED, f"시드는 0부터 {LARGEST_SEED:,}까지의 정수입니다."),
        (request.systems or request.keyword or request.constructed or request.random_per_query or request.metadata_per_query,
         "후보를 낼 것이 하나도 없습니다. 시스템이나 메타데이터, 키워드, 무작위 가운데 하나는 골라 주세요."),
        (len({rater.name for rater in request.raters}) == len(request.raters) and all(rater.name for rater in request.raters),
         "라벨러 이름이 비었거나 두 번 나왔습니다."),
    ):
        if not holds:
            raise InputError(sentence)
    return request


def counted(pairs: Iterable[PoolPair]) -> tuple[ProposerCount, ...]:
    """Count pairs by proposer, in order of name."""
    brought: Counter[str] = Counter()
    asked: Counter[str] = Counter()
    alone: Counter[str] = Counter()
    for pair in pairs:
        for proposer, _ in pair.proposals:
            brought[proposer] += 1
            asked[proposer] += pair.asked
            alone[proposer] += len(pair.proposals) == 1
    return tuple(ProposerCount(name, brought[name], asked[name], alone[name]) for name in sorted(brought))
