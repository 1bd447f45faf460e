"""Ground truth versions: written once with everything under them, never changed."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any, Literal

from psycopg import Connection, sql
from psycopg.rows import class_row
from psycopg.types.json import Jsonb

from core.errors import NotFoundError
from core.store import locks
from core.store.judgments import Origin

Rule = Literal["single", "agreed", "median", "adjudicated", "mirrored"]

_COLUMNS = sql.SQL("""id, collection_id, number, name, note, relevant_from, unlisted_zero_by, coverage, sha256, created_by,
       created_at""")
_LISTING = sql.SQL("SELECT {} FROM ground_truth_versions WHERE collection_id = %(collection_id)s ORDER BY number").format(
    _COLUMNS
)
_BY_HASH = sql.SQL("""
SELECT {} FROM ground_truth_versions WHERE collection_id = %(collection_id)s AND sha256 = %(sha256)s
""").format(_COLUMNS)
_SNAPSHOT = "SET TRANSACTION ISOLATION LEVEL REPEATABLE READ"
_ADD = sql.SQL("""
INSERT INTO ground_truth_versions (collection_id, number, name, note, relevant_from, unlisted_zero_by, coverage, sha256,
                                   created_by)
SELECT %(collection_id)s, coalesce(max(number), 0) + 1, %(name)s, %(note)s, %(relevant_from)s, %(unlisted_zero_by)s,
       %(coverage)s, %(sha256)s, %(created_by)s
  FROM ground_truth_versions WHERE collection_id = %(collection_id)s
RETURNING {}
""").format(_COLUMNS)
_COPY_QUERIES = "COPY ground_truth_queries (version_id, query_id, query_hash, revision) FROM STDIN"
_COPY_ROWS = """
COPY ground_truth_rows (version_id, query_id, item_id, item_hash, grade, origin, rule, raters, proposers) FROM STDIN
"""
_QUERIES = """
SELECT query_id, query_hash, revision FROM ground_truth_queries WHERE version_id = %(version_id)s ORDER BY query_id
"""
_ROWS = """
SELECT query_id, item_id, item_hash, grade, origin, rule, raters, proposers
  FROM ground_truth_rows WHERE version_id = %(version_id)s ORDER BY query_id, item_id
"""
_PROPOSERS = """
SELECT p.query_id, p.item_id, array_agg(DISTINCT p.proposer ORDER BY p.proposer)
  FROM pool_proposals AS p JOIN label_rounds AS r ON r.id = p.round_id
 WHERE r.collection_id = %(collection_id)s
 GROUP BY p.query_id, p.item_id
"""


@dataclass(frozen=True, slots=True)
class Version:
    """A frozen ground truth. ``coverage`` has the keys of ``core.labels.versions.coverage.Coverage``."""

    id: int
    collection_id: int
    number: int
    name: str
    note: str
    relevant_from: int
    unlisted_zero_by: str
    """Who declared that every pair the version does not list has grade 0; empty: unjudged stays unjudged."""
    coverage: dict[str, Any]
    sha256: str
    created_by: str
    created_at: datetime


@dataclass(frozen=True, slots=True)
class FrozenQuery:
    """A query of a version. ``revision`` says which of this database's revisions it was; it is not under the hash."""

    query_id: str
    query_hash: str
    revision: int


@dataclass(frozen=True, slots=True)
class FrozenRow:
    """The grade of one pair. ``proposers`` are those who brought it in (systems, 'constructed', 'imported' …), sorted."""

    query_id: str
    item_id: str
    item_hash: str
    grade: int
    origin: Origin
    rule: Rule
    raters: int
    proposers: tuple[str, ...] = ()


def listing(conn: Connection, collection_id: int) -> list[Version]:
    """Return the collection's versions, oldest first."""
    with conn.cursor(row_factory=class_row(Version)) as cursor:
        return cursor.execute(_LISTING, {"collection_id": collection_id}).fetchall()


def get(conn: Connection, collection_id: int, number: int) -> Version:
    """Return the version of that number.

    Raises:
        NotFoundError: there is none; the message lists those there are.
    """
    found = listing(conn, collection_id)
    for version in found:
        if version.number == number:
            return version
    there = f"있는 버전: {', '.join(str(version.number) for version in found)}." if found else "아직 굳힌 버전이 없습니다."
    raise NotFoundError(f"정답 버전 {number}이(가) 없습니다. {there}")


def find(conn: Connection, collection_id: int, sha256: str) -> Version | None:
    """Return the version with that content, if there is one."""
    with conn.cursor(row_factory=class_row(Version)) as cursor:
        return cursor.execute(_BY_HASH, {"collection_id": collection_id, "sha256": sha256}).fetchone()


def locked(conn: Connection, collection_id: int) -> AbstractContextManager[None]:
    """Let one freeze of a collection happen at a time. Taken before the transaction, whose snapshot then sees the last one."""
    return locks.alone_in(conn, collection_id, "ground truth")


@contextmanager
def snapshot(conn: Connection) -> Iterator[None]:
    """A transaction that sees one moment: a judgment that arrives meanwhile is wholly in or wholly out."""
    with conn.transaction():
        conn.execute(_SNAPSHOT)
        yield


def add(conn: Connection, collection_id: int, *, name: str, note: str, relevant_from: int, unlisted_zero_by: str,
        coverage: dict[str, Any], sha256: str, by: str, queries: Iterable[FrozenQuery],
        rows: Iterable[FrozenRow]) -> Version:
    """Write a version whole, under the next number; call it inside ``locked``."""
    with conn.transaction(), conn.cursor(row_factory=class_row(Version)) as cursor:
        version = cursor.execute(_ADD, {
            "collection_id": collection_id, "name": name, "note": note, "relevant_from": relevant_from,
            "unlisted_zero_by": unlisted_zero_by, "coverage": Jsonb(coverage), "sha256": sha256, "created_by": by,
        }).fetchone()
        assert version is not None
        with cursor.copy(_COPY_QUERIES) as copy:
            for query in queries:
                copy.write_row((version.id, query.query_id, query.query_hash, query.revision))
        with cursor.copy(_COPY_ROWS) as copy:
            for row in rows:
                copy.write_row((version.id, *(asdict(row) | {"proposers": list(row.proposers)}).values()))
    return version


def queries(conn: Connection, version_id: int) -> list[FrozenQuery]:
    """Return a version's queries by id."""
    return [FrozenQuery(*row) for row in conn.execute(_QUERIES, {"version_id": version_id})]


def rows(conn: Connection, version_id: int) -> list[FrozenRow]:
    """Return a version's rows by query and item."""
    return [FrozenRow(*row[:-1], tuple(row[-1])) for row in conn.execute(_ROWS, {"version_id": version_id})]


def proposers(conn: Connection, collection_id: int) -> dict[tuple[str, str], tuple[str, ...]]:
    """Return who proposed each pair in any round, whatever state its query and item were in, by query id and item id."""
    found: Sequence = conn.execute(_PROPOSERS, {"collection_id": collection_id}).fetchall()
    return {(query_id, item_id): tuple(names) for query_id, item_id, names in found}
