"""The ground truth as everybody reads it: a frozen version, or, before any is frozen, the judgments as they stand."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import asdict, dataclass

from psycopg import Connection

from core.labels.versions import coverage, freezing
from core.labels.versions.canonical import Content
from core.store import queries, truths
from core.store.queries import QueryRevision
from core.store.truths import FrozenRow, Version

UNFROZEN = "미확정"


@dataclass(frozen=True, slots=True)
class Truth:
    """Grades by query and item, and what they rest on. Whatever is computed from it names ``title``."""

    version: Version | None
    """None: not frozen; the judgments as they stand."""
    sha256: str
    """Also of what is not frozen, so that a cache can tell one state from another."""
    relevant_from: int
    unlisted_zero_by: str
    """Who declared that what is not listed has grade 0; empty: unjudged stays unjudged."""
    origins: dict[str, int]
    """Graded pairs by origin."""
    grades: dict[str, dict[str, int]]
    """By query id and item id; a query of the truth without a graded item has an empty dict."""
    query_hashes: dict[str, str]
    item_hashes: dict[str, str]
    rows: tuple[FrozenRow, ...]

    @property
    def title(self) -> str:
        """How pages, files and reports name it."""
        return UNFROZEN if self.version is None else f"버전 {self.version.number} · {self.version.name}"

    def of(self, query: QueryRevision, items: Mapping[str, str] | None = None) -> dict[str, int] | None:
        """Return a query's grades by item; None where the truth does not have the query as it reads now.

        Args:
            items: content hashes by item id; grades of items that are there with another content are left out.
        """
        if self.query_hashes.get(query.query_id) != query.content_hash:
            return None
        graded = self.grades[query.query_id]
        if items is None:
            return graded
        return {item: grade for item, grade in graded.items() if items.get(item, self.item_hashes[item]) == self.item_hashes[item]}


@dataclass(frozen=True, slots=True)
class Verification:
    """Whether a version still is what was frozen; true where ``problems`` is empty."""

    expected: str
    """The stored hash."""
    found: str
    """The hash recomputed from the stored rows."""
    problems: tuple[str, ...]
    """Korean sentences."""

    def __bool__(self) -> bool:
        return not self.problems


def versions(conn: Connection, collection_id: int) -> list[Version]:
    """Return the collection's frozen versions, oldest first."""
    return truths.listing(conn, collection_id)


def load(conn: Connection, collection_id: int, number: int | None = None) -> Truth:
    """Return a version; without a number the latest, or, where none is frozen, the judgments as they stand ("미확정").

    Raises:
        NotFoundError: there is no version of that number.
    """
    if number is not None:
        return of_version(conn, truths.get(conn, collection_id, number))
    found = versions(conn, collection_id)
    return of_version(conn, found[-1]) if found else current(conn, collection_id)


def current(conn: Connection, collection_id: int) -> Truth:
    """Return the judgments as they stand, frozen or not."""
    return _truth(freezing.preview(conn, collection_id).content, None)


def of_version(conn: Connection, version: Version) -> Truth:
    """Return a version's truth."""
    return _truth(content(conn, version), version)


def content(conn: Connection, version: Version) -> Content:
    """Return what is stored under a version."""
    return Content(version.relevant_from, version.unlisted_zero_by, tuple(truths.queries(conn, version.id)),
                   tuple(truths.rows(conn, version.id)))


def verify(conn: Connection, version: Version) -> Verification:
    """Recompute a version's hash and coverage from its rows, and find its queries among the stored revisions.

    Nothing can change a version by the usual ways; this finds what somebody changed who may switch the guards off.
    """
    stored = next((each for each in versions(conn, version.collection_id) if each.id == version.id), version)
    whole = content(conn, stored)
    problems = []
    if whole.sha256 != stored.sha256 or stored.sha256 != version.sha256:
        problems.append("저장된 행이 굳힐 때의 해시와 맞지 않습니다. 이 버전의 숫자를 쓰지 말고 백업과 견주어 주세요.")
    counted = asdict(coverage.of(whole, raters=stored.coverage.get("raters", ())))
    if counted != stored.coverage:
        problems.append("적어 둔 집계가 저장된 행과 맞지 않습니다.")
    revised = {(query.query_id, query.revision): query
               for query_id in {each.query_id for each in whole.queries}
               for query in queries.history(conn, stored.collection_id, query_id)}
    changed = sorted(each.query_id for each in whole.queries
                     if (query := revised.get((each.query_id, each.revision))) is None
                     or query.content_hash != each.query_hash or not queries.is_whole(query))
    if changed:
        shown = ", ".join(changed[:5]) + (" 외" if len(changed) > 5 else "")
        problems.append(f"쿼리 {len(changed)}개({shown})의 내용이 굳힐 때와 다릅니다.")
    return Verification(version.sha256, whole.sha256, tuple(problems))


def _truth(whole: Content, version: Version | None) -> Truth:
    grades: dict[str, dict[str, int]] = {query.query_id: {} for query in whole.queries}
    for row in whole.rows:
        grades[row.query_id][row.item_id] = row.grade
    return Truth(
        version, whole.sha256 if version is None else version.sha256, whole.relevant_from, whole.unlisted_zero_by,
        dict(sorted(Counter(row.origin for row in whole.rows).items())), grades,
        {query.query_id: query.query_hash for query in whole.queries},
        {row.item_id: row.item_hash for row in whole.rows}, whole.rows,
    )
