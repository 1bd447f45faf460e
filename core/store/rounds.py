"""Rounds of labelling and their raters."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import asdict, dataclass, field
from datetime import datetime
from typing import Any, Literal

from psycopg import Connection, sql
from psycopg.rows import class_row
from psycopg.types.json import Jsonb

from core.errors import NotFoundError

_COLUMNS = sql.SQL("""r.id, r.collection_id, r.kind, r.stage, r.name, r.overlap, r.repeat_share::text::float8 AS repeat_share, r.seed,
       r.guideline_version, r.config, r.created_by, r.created_at, r.closed_at""")
_CREATE = """
INSERT INTO label_rounds (collection_id, kind, stage, name, overlap, repeat_share, seed, guideline_version, config, created_by)
VALUES (%(collection_id)s, %(kind)s, %(stage)s, %(name)s, %(overlap)s, %(repeat_share)s, %(seed)s, %(guideline_version)s,
        %(config)s, %(created_by)s)
RETURNING id
"""
_GET = sql.SQL("SELECT {} FROM label_rounds AS r WHERE r.id = %(round_id)s").format(_COLUMNS)
_LISTING = sql.SQL("SELECT {} FROM label_rounds AS r WHERE r.collection_id = %(collection_id)s ORDER BY r.id DESC").format(
    _COLUMNS
)
_OPEN_FOR = sql.SQL("""
SELECT {} FROM label_rounds AS r
 WHERE r.collection_id = %(collection_id)s AND r.closed_at IS NULL
   AND (NOT EXISTS (SELECT FROM round_raters AS a WHERE a.round_id = r.id)
        OR EXISTS (SELECT FROM round_raters AS a WHERE a.round_id = r.id AND a.rater = %(rater)s))
 ORDER BY r.kind, r.id
""").format(_COLUMNS)
_TAKEN_PART_IN = """
SELECT r.id FROM label_rounds AS r
 WHERE r.collection_id = %(collection_id)s AND r.closed_at IS NULL
   AND (EXISTS (SELECT FROM round_raters AS a WHERE a.round_id = r.id AND a.rater = %(rater)s)
        OR EXISTS (SELECT FROM queue_entries AS e WHERE e.round_id = r.id AND e.rater = %(rater)s))
 ORDER BY r.id
"""
_CLOSE = "UPDATE label_rounds SET closed_at = coalesce(closed_at, now()) WHERE id = %(round_id)s"
_ADD_RATER = """
INSERT INTO round_raters (round_id, rater, subjects, units) VALUES (%(round_id)s, %(rater)s, %(subjects)s, %(units)s)
ON CONFLICT (round_id, rater) DO UPDATE SET subjects = excluded.subjects, units = excluded.units
"""
_RATERS = "SELECT rater, subjects, units FROM round_raters WHERE round_id = %(round_id)s ORDER BY rater"


@dataclass(frozen=True, slots=True)
class Round:
    """One round. ``config`` is the request it was opened with and its counts by proposer."""

    id: int
    collection_id: int
    kind: Literal["round", "calibration"]
    stage: int
    name: str
    overlap: int
    repeat_share: float
    seed: int
    guideline_version: str
    config: dict[str, Any]
    created_by: str
    created_at: datetime
    closed_at: datetime | None

    @property
    def open(self) -> bool:
        """Whether it still hands out pairs."""
        return self.closed_at is None


@dataclass(frozen=True, slots=True, kw_only=True)
class NewRound:
    """A round to be opened."""

    collection_id: int
    name: str
    created_by: str
    guideline_version: str
    kind: Literal["round", "calibration"] = "round"
    stage: int = 1
    overlap: int = 1
    repeat_share: float = 0.0
    seed: int = 1
    config: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class RoundRater:
    """A rater of a round and what to judge of it; an empty list is no restriction."""

    rater: str
    subjects: list[str]
    units: list[str]


def create(conn: Connection, new: NewRound) -> int:
    """Open a round and return its number."""
    row = conn.execute(_CREATE, {**asdict(new), "config": Jsonb(new.config)}).fetchone()
    assert row is not None
    return row[0]


def get(conn: Connection, round_id: int) -> Round:
    """Return one round.

    Raises:
        NotFoundError: there is none.
    """
    found = _fetch(conn, _GET, round_id=round_id)
    if not found:
        raise NotFoundError(f"{round_id}번 라운드가 없습니다. `python -m core labels rounds`로 번호를 확인해 주세요.")
    return found[0]


def listing(conn: Connection, collection_id: int) -> list[Round]:
    """Return every round of a collection, newest first."""
    return _fetch(conn, _LISTING, collection_id=collection_id)


def open_for(conn: Connection, collection_id: int, rater: str) -> list[Round]:
    """Return the rounds not closed that a rater is named in or that name nobody; calibration first, then by age."""
    return _fetch(conn, _OPEN_FOR, collection_id=collection_id, rater=rater)


def taken_part_in(conn: Connection, collection_id: int, rater: str) -> list[int]:
    """Return the rounds not closed that name this rater or have handed something to this rater."""
    return [row[0] for row in conn.execute(_TAKEN_PART_IN, {"collection_id": collection_id, "rater": rater})]


def close(conn: Connection, round_id: int) -> None:
    """End a round; its first end stays."""
    conn.execute(_CLOSE, {"round_id": round_id})


def assign(conn: Connection, round_id: int, raters: Iterable[RoundRater]) -> None:
    """Name raters of a round; one already named gets the new part."""
    with conn.cursor() as cursor:
        cursor.executemany(_ADD_RATER, [{"round_id": round_id, **asdict(rater)} for rater in raters])


def raters(conn: Connection, round_id: int) -> list[RoundRater]:
    """Return the raters a round names, by name; empty: it is open to every rater."""
    return _fetch(conn, _RATERS, RoundRater, round_id=round_id)


def _fetch(conn: Connection, query: sql.Composed | str, made: type = Round, **values: object) -> list:
    with conn.cursor(row_factory=class_row(made)) as cursor:
        return cursor.execute(query, values).fetchall()
