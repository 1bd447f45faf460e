"""Freeze the judgments as they stand into a version that nothing changes afterwards."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from statistics import median

from psycopg import Connection

from core.errors import InputError
from core.labels.consensus import final
from core.labels.versions import coverage as counting
from core.labels.versions import mirroring
from core.labels.versions.canonical import Content
from core.labels.versions.coverage import Coverage
from core.labels.versions.mirroring import MirrorCheck
from core.store import queries, truths
from core.store.judgments import JudgmentEvent
from core.store.queries import QueryRevision
from core.store.truths import FrozenQuery, FrozenRow, Version

LISTS_END = 5
"""The plan's ground truth names three to five relevant items a query."""


@dataclass(frozen=True, slots=True)
class Preview:
    """What a freeze would write now."""

    content: Content
    coverage: Coverage
    mirrors: MirrorCheck
    suggested_relevant_from: int
    """1 where queries have lists of up to five answers, 2 where whole pools were judged."""
    same_as: Version | None
    """The version that already holds exactly this."""
    notes: tuple[str, ...]
    """Korean sentences on what is left out and why."""

    @property
    def rows(self) -> tuple[FrozenRow, ...]:
        """The graded pairs, by query and item."""
        return self.content.rows


@dataclass(frozen=True, slots=True)
class Frozen:
    """What a freeze did."""

    version: Version
    new: bool
    """False: exactly this content was frozen before; that version is returned, and nothing was written."""


def preview(conn: Connection, collection_id: int, *, relevant_from: int | None = None, unlisted_zero_by: str = "") -> Preview:
    """Return what a freeze would write now; nothing is stored.

    Raises:
        InputError: ``relevant_from`` is not 1, 2 or 3.
    """
    if relevant_from not in (None, 1, 2, 3):
        raise InputError(f"정답으로 치는 가장 낮은 등급은 1, 2, 3 가운데 하나여야 합니다({relevant_from}은(는) 쓸 수 없습니다).")
    asked = queries.current(conn, collection_id)
    stale = queries.stale(conn, collection_id, asked)
    fresh = [query for query in asked if query.query_id not in stale]
    said = {pair: events for pair, events in final.pairs(conn, collection_id).items() if pair[0] not in stale}
    rows, raters = _rows(conn, collection_id, said)
    check = mirroring.of(fresh, said)
    if check.allowed:
        rows += mirroring.rows(conn, collection_id, fresh, said, rows)
    rows.sort(key=lambda row: (row.query_id, row.item_id))
    suggested = _suggested(rows)
    content = Content(relevant_from or suggested, unlisted_zero_by.strip(),
                      tuple(FrozenQuery(query.query_id, query.content_hash, query.revision) for query in fresh), tuple(rows))
    return Preview(content, counting.of(content, raters=raters), check, suggested,
                   truths.find(conn, collection_id, content.sha256), _notes(fresh, stale, rows, check))


def freeze(conn: Connection, collection_id: int, *, name: str, note: str = "", relevant_from: int | None = None, by: str,
           unlisted_zero_by: str = "") -> Frozen:
    """Write the judgments as they stand as the next version, in one transaction.

    Args:
        relevant_from: the lowest grade that counts as relevant; without it, what ``preview`` suggests.
        unlisted_zero_by: the name of the person who declares that every pair not listed has grade 0.

    Raises:
        InputError: there is no name, or nothing is judged.
    """
    if not name.strip() or not by.strip():
        raise InputError("버전의 이름과 굳히는 사람의 이름을 적어 주세요.")
    with truths.locked(conn, collection_id), truths.snapshot(conn):
        found = preview(conn, collection_id, relevant_from=relevant_from, unlisted_zero_by=unlisted_zero_by)
        if not found.rows:
            raise InputError("굳힐 판정이 없습니다. 라벨링을 하거나 정답 파일을 가져온 뒤 다시 시도해 주세요.")
        if found.same_as is not None:
            return Frozen(found.same_as, False)
        version = truths.add(
            conn, collection_id, name=name.strip(), note=note.strip(), relevant_from=found.content.relevant_from,
            unlisted_zero_by=found.content.unlisted_zero_by, coverage=asdict(found.coverage), sha256=found.content.sha256,
            by=by.strip(), queries=found.content.queries, rows=found.content.rows)
    return Frozen(version, True)


def _rows(conn: Connection, collection_id: int,
          said: dict[tuple[str, str], list[JudgmentEvent]]) -> tuple[list[FrozenRow], set[str]]:
    proposed = truths.proposers(conn, collection_id)
    rows, raters = [], set()
    for pair, events in said.items():
        grade = final.of_pair(events)
        if grade is None:
            continue
        counted = final.strongest(events)
        raters |= {event.rater for event in counted if event.grade is not None}
        rows.append(FrozenRow(grade.query_id, grade.item_id, grade.item_hash, grade.grade, grade.origin, grade.rule,
                              grade.raters, proposed.get(pair) or _brought_by(events)))
    return rows, raters


def _brought_by(events: Iterable[JudgmentEvent]) -> tuple[str, ...]:
    """Who proposed a pair that was in no pool: the rule that made it, the file it came from, or the person who found it."""
    names = set()
    for event in events:
        if event.origin in ("constructed", "model"):
            names.add("constructed" if event.origin == "constructed" else "imported")
        else:
            names.add("imported" if event.rater.startswith("import:") else "staff")
    return tuple(sorted(names))


def _suggested(rows: Sequence[FrozenRow]) -> int:
    lists = Counter(row.query_id for row in rows if row.grade >= 1)
    return 1 if not lists or median(lists.values()) <= LISTS_END else 2


def _notes(fresh: Sequence[QueryRevision], stale: set[str], rows: Sequence[FrozenRow], check: MirrorCheck) -> tuple[str, ...]:
    notes = []
    if stale:
        notes.append(f"원본 문항이 바뀐 쿼리 {len(stale)}개는 뺐습니다({_some(stale)}). 쿼리를 고쳐 다시 판정하거나 등급을 옮겨 주세요.")
    graded = defaultdict(int)
    for row in rows:
        graded[row.query_id] += 1
    if bare := [query.query_id for query in fresh if not graded[query.query_id]]:
        notes.append(f"판정이 하나도 없는 쿼리가 {len(bare)}개 있습니다({_some(bare)}).")
    if check.possible and not check.allowed:
        notes.append(f"맞바꿀 수 있는 쌍 {check.possible:,}개는 맞바꾸지 않았습니다. {check.reason}")
    return tuple(notes)


def _some(ids: Iterable[str]) -> str:
    listed = sorted(ids)
    return ", ".join(listed[:5]) + (" 외" if len(listed) > 5 else "")
