"""Adjudication: pairs that raters judged differently, for a senior to decide."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID, uuid4

from psycopg import Connection

from core.errors import InputError, NotFoundError
from core.labels.consensus import final
from core.labels.consensus.final import FinalGrade
from core.store import judgments
from core.store.judgments import JudgmentEvent

LONGEST_NOTE = 2000


@dataclass(frozen=True, slots=True)
class Opinion:
    """What one rater said. ``alias`` is 라벨러 1, 라벨러 2 … in an order of the pair's own; ``rater`` is empty unless asked for."""

    alias: str
    rater: str
    grade: int | None
    unrateable: bool
    note: str


@dataclass(frozen=True, slots=True)
class Case:
    """A pair whose raters do not agree. ``provisional`` is what the rule gives without a decision, None: no grade."""

    collection_id: int
    query_id: str
    query_hash: str
    item_id: str
    item_hash: str
    opinions: tuple[Opinion, ...]
    provisional: FinalGrade | None
    decision: JudgmentEvent | None
    own: bool
    """Whether the person that cases were asked for is one of the raters."""

    @property
    def spread(self) -> int:
        """The largest difference in grades."""
        grades = [opinion.grade for opinion in self.opinions if opinion.grade is not None]
        return max(grades) - min(grades)

    @property
    def mixed(self) -> bool:
        """Whether one rater graded what another called unrateable."""
        return any(opinion.unrateable for opinion in self.opinions)


def cases(conn: Connection, collection_id: int, *, decided: bool = False, named: bool = False, by: str = "") -> list[Case]:
    """Return the open cases, or with ``decided`` those that have a decision; the widest difference first.

    Where one rater graded what another called unrateable comes before everything else.

    Args:
        named: fill in the raters' names; without it not even the object knows them.
        by: for whom, to mark the cases that person judged too.
    """
    found = [_case(said, named, by) for said in final.pairs(conn, collection_id).values() if _differ(said)]
    found = [case for case in found if (case.decision is not None) == decided]
    return sorted(found, key=lambda case: (not case.mixed, -case.spread, case.query_id, case.item_id))


def find(conn: Connection, collection_id: int, query_id: str, item_id: str, *, named: bool = False, by: str = "") -> Case:
    """Return one pair's case, decided or not.

    Raises:
        NotFoundError: its raters agree, or it was not judged by two people as query and item are now.
    """
    said = final.pairs(conn, collection_id).get((query_id, item_id), [])
    if not _differ(said):
        raise NotFoundError(f"'{query_id}'와(과) '{item_id}'에는 갈린 판정이 없습니다. 목록을 새로 고쳐 주세요.")
    return _case(said, named, by)


def decide(conn: Connection, case: Case, grade: int | None, note: str, by: str, *, uuid: UUID | None = None) -> JudgmentEvent:
    """Store a senior's decision and return it; the same decision of the same person again changes nothing.

    Args:
        grade: 0 to 3; None says that the pair cannot be rated and leaves it out.
        by: who decides; the decision is kept under that name.

    Raises:
        InputError: somebody decided or judged otherwise since the case was read, or the grade is not 0 to 3.
        NotFoundError: the raters agree by now, or query or item changed.
    """
    by = by.strip()
    if not by:
        raise InputError("누가 정하는지 이름을 넣어 주세요.")
    if len(note) > LONGEST_NOTE:
        raise InputError(f"메모는 {LONGEST_NOTE:,}자까지 쓸 수 있습니다. 줄여 주세요.")
    now = find(conn, case.collection_id, case.query_id, case.item_id)
    last = now.decision
    if last is not None and (last.rater, last.grade, last.note) == (by, grade, note):
        return last
    _refuse_if_changed(case, now)
    event = _event(case, by, grade=grade, note=note, unrateable=grade is None, uuid=uuid or uuid4())
    judgments.append(conn, [event])
    return event


def withdraw(conn: Connection, case: Case, by: str) -> None:
    """Take the decision back: the rule over the raters' grades holds again.

    Raises:
        InputError: somebody decided or judged otherwise since the case was read.
        NotFoundError: the raters agree by now, or query or item changed.
    """
    now = find(conn, case.collection_id, case.query_id, case.item_id)
    if now.decision is None:
        return
    _refuse_if_changed(case, now)
    judgments.append(conn, [_event(case, by, grade=None, note="", unrateable=False, uuid=uuid4())])


def _differ(said: Sequence[JudgmentEvent]) -> bool:
    labels = final.strongest(said)
    words = {event.grade for event in labels}
    return len(words) > 1 and labels[0].origin == "human"


def _case(said: Sequence[JudgmentEvent], named: bool, by: str) -> Case:
    labels = sorted(final.strongest(said), key=_shuffled)
    opinions = tuple(
        Opinion(f"라벨러 {number}", event.rater if named else "", event.grade, event.unrateable, event.note)
        for number, event in enumerate(labels, start=1)
    )
    one = labels[0]
    return Case(one.collection_id, one.query_id, one.query_hash, one.item_id, one.item_hash, opinions,
                final.of_pair(labels), final.decision(said), any(event.rater == by for event in labels))


def _shuffled(event: JudgmentEvent) -> str:
    """An order of the pair's own: the same person is not always 라벨러 1."""
    return hashlib.sha256("\0".join((event.query_id, event.item_id, event.rater)).encode()).hexdigest()


def _refuse_if_changed(seen: Case, now: Case) -> None:
    def shown(case: Case) -> tuple[object, ...]:
        said = [(opinion.alias, opinion.grade, opinion.unrateable, opinion.note) for opinion in case.opinions]
        return case.query_hash, case.item_hash, said

    if shown(seen) != shown(now):
        raise InputError("그사이 라벨러의 판정이나 문항이 바뀌었습니다. 새로 고쳐 다시 보고 정해 주세요.")
    if (seen.decision and seen.decision.uuid) != (now.decision and now.decision.uuid):
        raise InputError("그사이 다른 사람이 이 쌍을 조정했습니다. 새로 고쳐 확인해 주세요.")


def _event(case: Case, by: str, *, grade: int | None, note: str, unrateable: bool, uuid: UUID) -> JudgmentEvent:
    return JudgmentEvent(
        collection_id=case.collection_id, query_id=case.query_id, query_hash=case.query_hash, item_id=case.item_id,
        item_hash=case.item_hash, grade=grade, rater=by, origin="human", note=note, purpose="adjudication",
        unrateable=unrateable, uuid=uuid,
    )
