"""Who brought which pairs into the pools, and what would be missing without one of them (circularity guard).

Systems that share an encoder are one family, not independent witnesses: A and E with all their variants (Qwen3-VL); B and the
text half of D (KURE); C and the image half of D (SigLIP); the keyword baseline. What D proposes is its halves' together.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

from psycopg import Connection

from core.errors import NotFoundError
from core.labels.consensus import final
from core.labels.pooling import proposing
from core.search import variants
from core.store import pools

RELEVANT_FROM = 2
FAMILIES = {
    "qwen": "Qwen3-VL 계열 (A, E와 변형)", "kure": "KURE 계열 (B, D의 글)", "siglip": "SigLIP 계열 (C, D의 그림)",
    "keyword": "키워드 기준선 (BM25)", "metadata": "문항 정보 (단원, 개념, 키워드)", "random": "무작위",
    "constructed": "만들어 넣은 정답", "imported": "가져온 정답", "staff": "담당자가 고른 것",
}
_OF_LETTER = {"A": ("qwen",), "E": ("qwen",), "B": ("kure",), "C": ("siglip",), "D": ("kure", "siglip")}
_OF_PROPOSER = {proposing.KEYWORD: "keyword", proposing.METADATA: "metadata", proposing.RANDOM: "random",
                proposing.CONSTRUCTED: "constructed", proposing.IMPORTED: "imported", proposing.STAFF: "staff"}


@dataclass(frozen=True, slots=True)
class SystemContribution:
    """What one proposer, or one family of proposers that are not independent of each other, brought in.

    ``alone`` counts what nobody outside brought: leave it out, and these are not in the pool. ``judged`` counts pairs with a
    final grade, ``relevant`` those of them from ``relevant_from`` on.
    """

    name: str
    level: Literal["proposer", "family"]
    title: str
    """Korean, for pages seen by those who may see systems."""
    pairs: int
    alone: int
    judged: int
    relevant: int
    relevant_alone: int


def contribution(conn: Connection, collection_id: int, *, round_id: int | None = None,
                 relevant_from: int = RELEVANT_FROM) -> list[SystemContribution]:
    """Return every proposer, then every family, of one round or of all rounds of a collection."""
    proposed = pools.proposers(conn, collection_id, round_id=round_id)
    grades = {(each.query_id, each.item_id): each.grade for each in final.grades(conn, collection_id)}
    kin = {name: families(name) for name in set().union(*proposed.values())}
    by_family = {pair: sorted(set().union(*(kin[name] for name in names))) for pair, names in proposed.items()}
    return [*_counted(proposed, grades, relevant_from, "proposer", {name: title_of(name) for name in kin}),
            *_counted(by_family, grades, relevant_from, "family", FAMILIES)]


def families(proposer: str) -> tuple[str, ...]:
    """Return the families a proposer belongs to; a candidate model of no letter is a family of its own."""
    if proposer in _OF_PROPOSER:
        return (_OF_PROPOSER[proposer],)
    try:
        return _OF_LETTER.get(variants.find(proposer).system.letter, (proposer,))
    except NotFoundError:  # stored under a name this release no longer has
        return (proposer,)


def title_of(proposer: str) -> str:
    """Return what a page calls a proposer."""
    if proposer in _OF_PROPOSER:
        return FAMILIES[_OF_PROPOSER[proposer]]
    try:
        return variants.find(proposer).label
    except NotFoundError:
        return proposer


def _counted(proposed: dict[tuple[str, str], list[str]], grades: dict[tuple[str, str], int], relevant_from: int,
             level: Literal["proposer", "family"], titles: dict[str, str]) -> Iterable[SystemContribution]:
    for name in sorted({each for names in proposed.values() for each in names}):
        own = [(pair, len(names) == 1) for pair, names in proposed.items() if name in names]
        judged = [(grades[pair] >= relevant_from, alone) for pair, alone in own if pair in grades]
        yield SystemContribution(
            name, level, titles.get(name, title_of(name)), len(own), sum(alone for _, alone in own), len(judged),
            sum(relevant for relevant, _ in judged), sum(relevant and alone for relevant, alone in judged))
