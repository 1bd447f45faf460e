"""Calibration: a fixed set of pairs with agreed grades, and how a rater compares with them afterwards."""

from __future__ import annotations

import hashlib
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

from psycopg import Connection

from core.errors import InputError, NotFoundError
from core.labels import guidelines, queue
from core.labels.consensus import final
from core.labels.consensus.coefficients import weighted_kappa
from core.labels.consensus.confusion import confusion
from core.store import items, pools, queries, rounds

SIZE = 20


@dataclass(frozen=True, slots=True)
class AgreedPair:
    """A pair and the grade the seniors agreed on."""

    query_id: str
    item_id: str
    grade: int


@dataclass(frozen=True, slots=True)
class CalibrationResult:
    """A rater against the agreed grades; everything but ``answered`` and ``total`` is None until all are answered.

    ``total`` leaves out what was flagged or changed since.
    """

    answered: int
    total: int
    exact: float | None
    kappa: float | None
    """Quadratic-weighted; None where it is not defined."""
    confusion: tuple[tuple[int, ...], ...] | None
    """4 × 4, rows agreed, columns given."""
    differing: tuple[tuple[str, str, int, int | None], ...] | None
    """(query, item, agreed, given; None: unrateable), the widest difference first."""


def candidates(conn: Connection, collection_id: int, *, size: int = SIZE, seed: int = 1) -> list[AgreedPair]:
    """Return judged pairs fit for calibration (adjudicated, or several raters agreed), spread evenly over the grades."""
    by_grade: dict[int, list[AgreedPair]] = defaultdict(list)
    for each in final.grades(conn, collection_id):
        if each.origin == "human" and each.rule in ("adjudicated", "agreed"):
            by_grade[each.grade].append(AgreedPair(each.query_id, each.item_id, each.grade))
    for pairs in by_grade.values():
        pairs.sort(key=lambda pair: hashlib.sha256(f"{seed} {pair.query_id} {pair.item_id}".encode()).digest())
    chosen: list[AgreedPair] = []
    while len(chosen) < size and any(by_grade.values()):
        for grade in sorted(by_grade):
            if by_grade[grade] and len(chosen) < size:
                chosen.append(by_grade[grade].pop())
    return sorted(chosen, key=lambda pair: (pair.query_id, pair.item_id))


def make(conn: Connection, collection_id: int, *, name: str, pairs: Sequence[AgreedPair], by: str, seed: int = 1) -> int:
    """Open a calibration round for every rater and return its number.

    Raises:
        InputError: there are no pairs, a pair comes twice, or a grade is not 0 to 3.
        NotFoundError: a query or an item does not exist.
    """
    if not pairs or not name.strip():
        raise InputError("연습 라운드에는 이름과, 등급을 합의한 쌍이 하나 이상 필요합니다.")
    if len({(pair.query_id, pair.item_id) for pair in pairs}) < len(pairs):
        raise InputError("같은 쌍이 두 번 들어 있습니다. 하나만 남겨 주세요.")
    known = {query_id: queries.get(conn, collection_id, query_id) for query_id in {pair.query_id for pair in pairs}}
    new = []
    for pair in pairs:
        if pair.grade not in (0, 1, 2, 3):
            raise InputError(f"등급 {pair.grade}은(는) 쓸 수 없습니다. 0부터 3까지 가운데 골라 주세요.")
        item = items.get(conn, collection_id, pair.item_id)
        new.append(pools.NewPair(pair.query_id, known[pair.query_id].content_hash, pair.item_id, item.content_hash,
                                 asked=True, agreed_grade=pair.grade))
    with conn.transaction():
        round_id = rounds.create(conn, rounds.NewRound(collection_id=collection_id, name=name.strip(), created_by=by,
                                                       guideline_version=guidelines.VERSION, kind="calibration", seed=seed))
        pools.add(conn, round_id, new)
    return round_id


def result(conn: Connection, round_id: int, rater: str) -> CalibrationResult:
    """Return how a rater's answers compare with the agreed grades.

    Raises:
        NotFoundError: there is no such calibration round.
    """
    if rounds.get(conn, round_id).kind != "calibration":
        raise NotFoundError(f"{round_id}번은 연습 라운드가 아닙니다. 라운드 번호를 확인해 주세요.")
    agreed = pools.agreed(conn, round_id)
    entries = [entry for entry in queue.entries(conn, round_id, rater) if entry.state not in ("flagged", "gone")]
    answered = [entry for entry in entries if entry.state != "open"]
    if not entries or len(answered) < len(entries):
        return CalibrationResult(len(answered), len(entries) or len(agreed), None, None, None, None)
    compared = [(entry.query_id, entry.item_id, agreed[entry.query_id, entry.item_id], entry.grade) for entry in answered]
    both = [(want, got) for _, _, want, got in compared if got is not None]
    wanted, given = [want for want, _ in both], [got for _, got in both]
    counts = confusion("agreed", rater, wanted, given)
    differing = sorted((each for each in compared if each[2] != each[3]), key=_width, reverse=True)
    return CalibrationResult(len(answered), len(entries), counts.exact, weighted_kappa(wanted, given), counts.counts,
                             tuple(differing))


def _width(compared: tuple[str, str, int, int | None]) -> int:
    """How far apart the two grades are; having given none counts as farthest."""
    return 4 if compared[3] is None else abs(compared[2] - compared[3])
