"""Error cases (D9): queries a system misses in its top 10, or answers worse than another; what staff said of each."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Literal

from psycopg import Connection

from core.errors import InputError
from core.evaluation.analysis import causes
from core.evaluation.analysis.causes import Suggestion
from core.evaluation.results import Evaluation, ScenarioResult, ScoredQuery
from core.evaluation.scenarios import BASELINE, GATE, Part
from core.labels.versions.truth import Truth
from core.store import error_cases, items, queries
from core.store.items import StoredItem

TOP, CAPPED = 10, 5
VALUES = ("cR@5", "nDCG@10", "RR")
LONGEST_NOTE = 2000
Kind = Literal["missed", "lost"]
KINDS: Mapping[Kind, str] = {"missed": "상위 10개에 정답 없음", "lost": "비교 시스템보다 못함"}


@dataclass(frozen=True, slots=True)
class Wanted:
    """A relevant item, and where the systems put it."""

    item: StoredItem | None
    """None where the collection no longer has it."""
    item_id: str
    grade: int
    rank: int | None
    """None: not in the stored list (depth 100)."""
    rank_against: int | None


@dataclass(frozen=True, slots=True)
class Got:
    """One of the system's first ten."""

    item: StoredItem | None
    item_id: str
    grade: int | None
    """None: not judged."""
    rank: int


@dataclass(frozen=True, slots=True)
class ErrorCase:
    """One query that a system answers badly in a scenario."""

    scenario: str
    system: str
    against: str | None
    """The system it was compared with; None where that was not run."""
    query: ScoredQuery
    source: StoredItem | None
    """The item the query is, or was written from."""
    kind: Kind
    """``missed`` goes before ``lost``."""
    values: Mapping[str, float]
    """The system's, by measure of ``VALUES``."""
    values_against: Mapping[str, float]
    """The other system's; empty where it was not run."""
    wanted: tuple[Wanted, ...]
    """Every relevant item, the highest grade first, then by rank."""
    got: tuple[Got, ...]
    suggested: tuple[Suggestion, ...]
    """The likeliest first; empty where no rule says anything."""
    cause: str | None
    """What staff set (a key of ``causes.CAUSES``), of the query as it reads now; None: nothing, or taken back."""
    note: str
    by: str
    at: datetime | None

    @property
    def cause_shown(self) -> str | None:
        """The staff's cause, else the likeliest suggestion."""
        return self.cause or (self.suggested[0].cause if self.suggested else None)


def of(conn: Connection, evaluation: Evaluation, *, scenario: str = GATE, system: str = "qwen3-vl",
       against: str = BASELINE) -> list[ErrorCase]:
    """Return the cases, the missed ones first, then by what is lost in capped recall@5, then in nDCG@10.

    A query is missed where no relevant item is among the first ten (unanswered ones are), and lost where the other system
    has the higher capped recall@5, or the same and the higher nDCG@10. D stands for the tuned one where there is one;
    without the other system only missed ones are there.

    Raises:
        ValueError: the system was not run in the scenario.
    """
    result = evaluation.scenarios[scenario]
    system, other = result.stands_for(system), result.stands_for(against)
    beside = other if result.has(other) and other != system else None
    found = _found(result, system, beside)
    lists = {name: result.lists.get(name, {}) for name in (system, beside) if name}
    stored = items.get_many(conn, evaluation.collection_id, _named(found, lists[system]))
    said = error_cases.latest(conn, evaluation.collection_id, scenario=scenario, system=system)
    cases = []
    for query, kind, own, its in found:
        wanted, got = _sides(query, lists, system, beside, evaluation.truth.relevant_from, stored)
        source = stored.get(query.query.source_item_id or "")
        word = said.get((query.query_id, query.query.content_hash))
        case = ErrorCase(scenario, system, beside, query, source, kind, own, its, wanted, got, (),
                         (word.cause or None) if word else None, word.note if word else "", word.by if word else "",
                         word.at if word else None)
        cases.append(replace(case, suggested=causes.suggest(_seen(case, evaluation.truth, result.scenario.part))))
    return cases


def say(conn: Connection, evaluation: Evaluation, case: ErrorCase, *, cause: str, note: str, by: str) -> None:
    """Store what staff says of a case; the last word counts, all stay.

    Args:
        cause: a key of ``causes.CAUSES``; '' takes a cause back, or leaves a note alone.

    Raises:
        InputError: there is no such cause, the note is too long, or nobody's name is given.
    """
    if cause and cause not in causes.CAUSES:
        raise InputError(f"'{cause[:40]}'이라는 원인은 없습니다. 목록에서 골라 주세요.")
    note = note.replace("\x00", "").strip()
    if len(note) > LONGEST_NOTE:
        raise InputError(f"메모가 {len(note):,}자로 너무 깁니다. {LONGEST_NOTE:,}자 아래로 줄여 주세요.")
    if not by.strip():
        raise InputError("누가 남기는지 알 수 없습니다. 이름을 적은 뒤 다시 저장해 주세요.")
    error_cases.append(conn, evaluation.collection_id, scenario=case.scenario, system=case.system, query_id=case.query.query_id,
                       query_hash=case.query.query.content_hash, cause=cause, note=note, by=by.strip())


_Found = tuple[ScoredQuery, Kind, dict[str, float], dict[str, float]]


def _found(result: ScenarioResult, system: str, beside: str | None) -> list[_Found]:
    """Return the queries with their kind and both systems' values, in the order in which they are listed."""
    hit = result.of(system, f"Success@{TOP}")
    own = {name: result.of(system, name) for name in VALUES}
    its = {name: result.of(beside, name) for name in VALUES} if beside else {}
    found: list[tuple[tuple[object, ...], _Found]] = []
    for place, query in enumerate(result.queries):
        values = {name: float(column[place]) for name, column in own.items()}
        other = {name: float(column[place]) for name, column in its.items()}
        # Rounded, so that the last bit of a division is no loss.
        lost = tuple(round(other[name] - values[name], 9) for name in VALUES[:2]) if beside else (0.0, 0.0)
        if not hit[place]:
            kind: Kind = "missed"
        elif lost > (0.0, 0.0):
            kind = "lost"
        else:
            continue
        found.append(((kind != "missed", -lost[0], -lost[1], query.query_id), (query, kind, values, other)))
    return [each for _, each in sorted(found, key=lambda pair: pair[0])]


def _named(found: Iterable[_Found], lists: Mapping[str, Sequence[str]]) -> set[str]:
    named: set[str] = set()
    for query, *_ in found:
        named |= {*query.grades, *lists.get(query.query_id, ())[:TOP], query.query.source_item_id or ""}
    return named - {""}


def _sides(query: ScoredQuery, lists: Mapping[str, Mapping[str, Sequence[str]]], system: str, beside: str | None,
           relevant_from: int, stored: Mapping[str, StoredItem]) -> tuple[tuple[Wanted, ...], tuple[Got, ...]]:
    places = {name: {item: rank for rank, item in enumerate(by_query.get(query.query_id, ()), start=1)}
              for name, by_query in lists.items()}
    wanted = [Wanted(stored.get(item), item, grade, places[system].get(item), places[beside].get(item) if beside else None)
              for item, grade in query.grades.items() if grade >= relevant_from]
    wanted.sort(key=lambda each: (-each.grade, each.rank or len(places[system]) + 1, each.item_id))
    got = [Got(stored.get(item), item, query.grades.get(item), rank) for item, rank in places[system].items() if rank <= TOP]
    return tuple(wanted), tuple(got)


def _seen(case: ErrorCase, truth: Truth, part: Part) -> causes.Seen:
    """Return what the rules look at: of the query, the part that the scenario searches with.

    Where a query is only lost, what comes after the places that relevant items could fill is nobody's mistake.
    """
    reach = TOP if case.kind == "missed" else max(CAPPED, min(len(case.wanted), TOP))
    query, source = case.query.query, case.source
    is_item = queries.is_item(query)
    text = (source.item.text if source else "") if is_item else query.text or ""
    picture = bool(source and source.image_hashes) if is_item else query.image_hash is not None
    return causes.Seen(
        text=text if part != "image" else "",
        picture=picture and part != "text",
        typed=not is_item,
        wanted=[each.item.item for each in case.wanted if each.item],
        missing=[each.item.item for each in case.wanted if each.item and (each.rank is None or each.rank > TOP)],
        got=[(each.item.item, each.grade) for each in case.got
             if each.item and each.rank <= reach and (each.grade or 0) < truth.relevant_from],
        unlisted_zero=bool(truth.unlisted_zero_by),
    )
