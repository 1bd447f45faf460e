"""Agreement: how far raters agree who judged the same pairs without seeing each other's grade."""

from __future__ import annotations

from collections import Counter
from collections.abc import Hashable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import combinations

import numpy as np
from psycopg import Connection

from core.labels.consensus.coefficients import (
    Estimate,
    alpha_estimate,
    kappa_estimate,
    krippendorff_alpha,
    unmeasured,
    weighted_kappa,
)
from core.labels.consensus.confusion import Confusion, confusion, together
from core.store import items, judgments
from core.store.judgments import JudgmentEvent

__all__ = ["AgreementReport", "Consistency", "Disagreement", "Estimate", "RaterPair", "RaterWork", "Slice",
           "alpha_estimate", "kappa_estimate", "krippendorff_alpha", "report", "unmeasured", "weighted_kappa"]

IMPORTED = "import:"
"""How the raters of imported files are called."""
Pair = tuple[str, str, str, str]
"""Query id and hash, item id and hash: judgments of two states of one item are not compared."""


@dataclass(frozen=True, slots=True)
class RaterWork:
    """How one rater judged: how often each grade 0 to 3 was given, and how many pairs were called unrateable."""

    rater: str
    grades: tuple[int, int, int, int]
    unrateable: int

    @property
    def graded(self) -> int:
        """How many pairs have a grade."""
        return sum(self.grades)

    @property
    def mean(self) -> float | None:
        """The mean grade, which tells a strict rater from a lenient one; None without grades."""
        return sum(grade * count for grade, count in enumerate(self.grades)) / self.graded if self.graded else None


@dataclass(frozen=True, slots=True)
class RaterPair:
    """Two raters over the pairs both graded."""

    first: str
    second: str
    kappa: Estimate
    confusion: Confusion


@dataclass(frozen=True, slots=True)
class Slice:
    """Alpha over the items of one unit or one kind."""

    name: str
    alpha: Estimate


@dataclass(frozen=True, slots=True)
class Consistency:
    """One rater's hidden second look against the first."""

    rater: str
    kappa: Estimate
    confusion: Confusion


@dataclass(frozen=True, slots=True)
class Disagreement:
    """A pair that raters graded differently; ``grades`` by rater, ``spread`` the largest difference."""

    query_id: str
    query_hash: str
    item_id: str
    item_hash: str
    grades: tuple[tuple[str, int], ...]
    spread: int


@dataclass(frozen=True, slots=True)
class AgreementReport:
    """Everything about agreement in a collection or one of its rounds."""

    collection_id: int
    round_id: int | None
    raters: tuple[RaterWork, ...]
    overall: Estimate
    """Krippendorff's alpha, ordinal."""
    pairs: tuple[RaterPair, ...]
    by_unit: tuple[Slice, ...]
    by_kind: tuple[Slice, ...]
    confusion: Confusion
    """All pairs of raters together, from both sides."""
    consistency: tuple[Consistency, ...]
    disagreements: tuple[Disagreement, ...]
    """The widest first."""


def report(conn: Connection, collection_id: int, *, round_id: int | None = None) -> AgreementReport:
    """Measure agreement between people who labelled blind, over all rounds or one.

    Calibration, adjudication and judgments given unblinded do not enter; nor does what somebody said about a pair after
    judging it unblinded or deciding it, nor imported grades, of which nobody knows whether they were given independently.
    A hidden repeat is compared with the same rater's first look alone.
    """
    people = _blind(conn, collection_id)
    labels = [event for event in people if event.purpose == "label" and _asked(event, round_id)]
    raters = sorted({event.rater for event in labels if event.grade is not None or event.unrateable})
    exact = sorted({_pair(event) for event in labels if event.grade is not None})
    rows, columns = _numbers(raters), _numbers(exact)
    matrix = np.full((len(raters), len(exact)), np.nan)
    for event in labels:
        if event.grade is not None:
            matrix[rows[event.rater], columns[_pair(event)]] = event.grade
    pairs = _rater_pairs(raters, matrix, exact)
    found = items.get_many(conn, collection_id, {pair[2] for pair in exact})
    units = [found[pair[2]].item.unit if pair[2] in found else None for pair in exact]
    kinds = [found[pair[2]].kind.value if pair[2] in found else None for pair in exact]
    return AgreementReport(
        collection_id, round_id, tuple(_work(rater, labels) for rater in raters),
        _alpha(raters, matrix, exact), pairs, _slices(raters, matrix, exact, units), _slices(raters, matrix, exact, kinds),
        together("", "", [pair.confusion for pair in pairs]), _consistency(people, raters, round_id),
        _disagreements(raters, matrix, exact),
    )


def _blind(conn: Connection, collection_id: int) -> list[JudgmentEvent]:
    """Labels and repeats of people who had seen neither systems nor other people's grades of that pair."""
    events = judgments.current(conn, collection_id, purposes=("label", "repeat", "adjudication"), unblinded=True)
    seen: dict[tuple[str, Pair], datetime] = {}
    if any(map(_informs, events)):
        # The view has each last word only; what counts is when somebody saw for the first time.
        for event in filter(_informs, judgments.events(conn, collection_id)):
            key = event.rater, _pair(event)
            seen[key] = min(event.created_at, seen.get(key, event.created_at))
    return [event for event in events
            if event.origin == "human" and not event.rater.startswith(IMPORTED) and not _informs(event)
            and event.created_at <= seen.get((event.rater, _pair(event)), event.created_at)]


def _informs(event: JudgmentEvent) -> bool:
    return not event.blinded or event.purpose == "adjudication"


def _asked(event: JudgmentEvent, round_id: int | None) -> bool:
    return round_id is None or event.round_id == round_id


def _pair(event: JudgmentEvent) -> Pair:
    return event.query_id, event.query_hash, event.item_id, event.item_hash


def _numbers(things: Iterable[Hashable]) -> dict[Hashable, int]:
    return {thing: number for number, thing in enumerate(things)}


def _work(rater: str, labels: Sequence[JudgmentEvent]) -> RaterWork:
    own = [event for event in labels if event.rater == rater]
    counts = Counter(event.grade for event in own)
    return RaterWork(rater, (counts[0], counts[1], counts[2], counts[3]), sum(event.unrateable for event in own))


def _alpha(raters: Sequence[str], matrix: np.ndarray, pairs: Sequence[Pair]) -> Estimate:
    if len(raters) < 2:
        return unmeasured("라벨러가 한 명뿐입니다." if raters else "블라인드로 판정한 라벨러가 없습니다.")
    return alpha_estimate(matrix, [pair[0] for pair in pairs])


def _rater_pairs(raters: Sequence[str], matrix: np.ndarray, pairs: Sequence[Pair]) -> tuple[RaterPair, ...]:
    """Every two raters who graded a pair in common."""
    found = []
    for one, other in combinations(range(len(raters)), 2):
        both = np.flatnonzero(~np.isnan(matrix[one]) & ~np.isnan(matrix[other]))
        if both.size:
            a, b = (matrix[row, both].astype(int).tolist() for row in (one, other))
            kappa = kappa_estimate(a, b, [pairs[place][0] for place in both])
            found.append(RaterPair(raters[one], raters[other], kappa, confusion(raters[one], raters[other], a, b)))
    return tuple(found)


def _slices(raters: Sequence[str], matrix: np.ndarray, pairs: Sequence[Pair], names: Sequence[str | None]) -> tuple[Slice, ...]:
    found = []
    for name in sorted({name for name in names if name}):
        kept = [place for place, each in enumerate(names) if each == name]
        found.append(Slice(name, _alpha(raters, matrix[:, kept], [pairs[place] for place in kept])))
    return tuple(found)


def _consistency(people: Sequence[JudgmentEvent], raters: Sequence[str], round_id: int | None) -> tuple[Consistency, ...]:
    first = {(event.rater, _pair(event)): event.grade for event in people if event.purpose == "label"}
    found = []
    for rater in raters:
        looks = [(first.get((rater, _pair(event))), event.grade, event.query_id) for event in people
                 if event.purpose == "repeat" and event.rater == rater and _asked(event, round_id)]
        looks = [look for look in looks if look[0] is not None and look[1] is not None]
        a, b, asked = ([look[place] for look in looks] for place in range(3))
        kappa = kappa_estimate(a, b, asked) if looks else unmeasured("다시 판정한 쌍이 없습니다.")
        found.append(Consistency(rater, kappa, confusion("처음", "다시", a, b)))
    return tuple(found)


def _disagreements(raters: Sequence[str], matrix: np.ndarray, pairs: Sequence[Pair]) -> tuple[Disagreement, ...]:
    found = []
    for place, pair in enumerate(pairs):
        given = [(rater, int(grade)) for rater, grade in zip(raters, matrix[:, place], strict=True) if not np.isnan(grade)]
        spread = max(grade for _, grade in given) - min(grade for _, grade in given)
        if spread:
            found.append(Disagreement(*pair, tuple(given), spread))
    return tuple(sorted(found, key=lambda each: (-each.spread, each.query_id, each.item_id)))
