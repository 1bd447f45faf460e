"""Step 4: every ranked list of today's vectors, and D's weights chosen by the ground truth."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from psycopg import Connection

from core.errors import InputError
from core.evaluation.execution import plan, tuning
from core.evaluation.execution.plan import PlannedRun
from core.jobs.working import Worker
from core.labels.versions import truth as truths
from core.labels.versions.truth import Truth
from core.poc import subject
from core.poc.part import Part
from core.poc.step import House, Look, digest
from core.store import collections, queries, runs, states

SECONDS_A_LIST = 0.08
NO_QUERIES = ("찾을 쿼리가 없습니다. 데이터 화면이나 `python -m core labels import` 명령으로 쿼리와 정답을 가져와 주세요.")


@dataclass(frozen=True, slots=True)
class _Known:
    """What an evaluation wants and what of it is there."""

    lists: tuple[PlannedRun, ...]
    untuned: tuple[str, ...]
    truth: Truth
    queries: int
    fingerprint: str
    at: datetime | None

    @property
    def missing(self) -> int:
        return sum(each.missing for each in self.lists)

    @property
    def stale(self) -> bool:
        return any(each.state == "stale" for each in self.lists)


def look(house: House) -> Look:
    """Return how many lists are lacking or of other vectors, items or queries, and whether D is tuned by today's truth."""
    with house.database.connection() as conn:
        known = _known(conn, house)
    if not known.queries:
        return Look("impossible", NO_QUERIES, fingerprint=known.fingerprint, at=known.at)
    if known.missing:
        told = (f"벡터, 문항이나 쿼리가 바뀌어 순위 목록 {known.missing:,}개를 다시 찾습니다." if known.stale
                else f"순위 목록 {known.missing:,}개가 없습니다.")
        return Look("stale" if known.stale else "missing", told, 1 + known.missing * SECONDS_A_LIST, known.fingerprint, known.at)
    if known.untuned:
        return Look("stale", f"정답({known.truth.title})으로 D의 가중치를 다시 고릅니다.", 2.0, known.fingerprint, known.at)
    told = f"순위 목록이 모두 지금 벡터와 쿼리의 것입니다. 정답: {known.truth.title}." if known.truth.rows else (
        "순위 목록은 모두 있고, 정답이 없어 채점할 것이 없습니다.")
    return Look("done", told, fingerprint=known.fingerprint, at=known.at)


def run(house: House, part: Worker) -> str:
    """Search for what is lacking and tune D; what a model cannot do is refused for its systems and told.

    Raises:
        InputError: no list is there at the end.
        StoppedError: it was cancelled; what is stored stays.
    """
    from core.evaluation.execution import evaluating

    assert isinstance(part, Part)
    with house.database.connection() as conn:
        beside = _beside(conn, house)
    added, notes = 0, []
    turns = [None, beside] if beside else [None]
    for turn, systems in enumerate(turns):
        own = part.within(turn / len(turns), (turn + 1) / len(turns))
        done = evaluating.evaluate(house.database, house.engine, collection=house.wish.collection, systems=systems,
                                   progress=own.progress, cancelled=part.cancelled)
        part.check()
        added += done.execution.added if done.execution is not None else 0
        notes += done.notes
    with house.database.connection() as conn:
        known = _known(conn, house)
    if not any(each.answered for each in known.lists):
        raise InputError(" ".join(notes) or NO_QUERIES)
    return " ".join([f"순위 목록 {added:,}개를 찾았습니다. 정답: {known.truth.title}.", *dict.fromkeys(notes)])


def _known(conn: Connection, house: House) -> _Known:
    collection = collections.get(conn, house.wish.collection)
    truth = truths.load(conn, collection.id)
    asked = queries.current(conn, collection.id)
    lists = plan.planned(conn, collection)
    if beside := _beside(conn, house):
        lists += plan.planned(conn, collection, systems=beside)
    untuned = tuning.pending(conn, collection, truth) if truth.rows else ()
    return _Known(tuple(lists), untuned, truth, len(asked), digest({
        "items": states.of_items(conn, collection.id), "truth": truth.sha256,
        "queries": {each.query_id: each.content_hash for each in asked},
        "runs": {f"{each.scope} {each.system}": (each.run_id, each.answered) for each in lists}}),
        max((run.created_at for run in runs.listing(conn, collection.id) if run.id in {each.run_id for each in lists}), default=None))


def _beside(conn: Connection, house: House) -> list[str]:
    """Return the names of the registered variant and its parts, where A is another one."""
    return [each.name for each in subject.registered(conn, collections.get(conn, house.wish.collection))]
