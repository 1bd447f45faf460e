"""The record of judgments as it leaves one database and enters another: every column, rounds by what they were."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from psycopg import Connection
from psycopg.rows import class_row
from psycopg.types.json import Jsonb

from core.store.judgments import JudgmentEvent

_RECEIVED = "SELECT uuid, received_at FROM judgment_events WHERE collection_id = %(collection_id)s"
_RESTORE = """
INSERT INTO judgment_events (uuid, collection_id, query_id, query_hash, item_id, item_hash, grade, rater, origin, note,
                             ms_spent, guideline_version, client_id, created_at, round_id, purpose, blinded, unrateable,
                             received_at)
VALUES (%(uuid)s, %(collection_id)s, %(query_id)s, %(query_hash)s, %(item_id)s, %(item_hash)s, %(grade)s, %(rater)s,
        %(origin)s, %(note)s, %(ms_spent)s, %(guideline_version)s, %(client_id)s, %(created_at)s,
        %(round_id)s, %(purpose)s, %(blinded)s, %(unrateable)s, coalesce(%(received_at)s, clock_timestamp()))
"""
_ROUNDS = """
SELECT id, kind, stage, name, overlap, repeat_share::float8 AS repeat_share, seed, guideline_version, config, created_by,
       created_at, closed_at
  FROM label_rounds WHERE collection_id = %(collection_id)s ORDER BY id
"""
_ADD_ROUND = """
INSERT INTO label_rounds (collection_id, kind, stage, name, overlap, repeat_share, seed, guideline_version, config,
                          created_by, created_at, closed_at)
VALUES (%(collection_id)s, %(kind)s, %(stage)s, %(name)s, %(overlap)s, %(repeat_share)s, %(seed)s, %(guideline_version)s,
        %(config)s, %(created_by)s, %(created_at)s, coalesce(%(closed_at)s, now()))
RETURNING id
"""


@dataclass(frozen=True, slots=True)
class RoundRecord:
    """A round by what it was; ``id`` holds in its own database or file only."""

    id: int
    kind: str
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


def received(conn: Connection, collection_id: int) -> dict[UUID, datetime]:
    """Return when each event of a collection reached this database."""
    return dict(conn.execute(_RECEIVED, {"collection_id": collection_id}).fetchall())


def restore(conn: Connection, events: Iterable[tuple[JudgmentEvent, datetime | None]]) -> None:
    """Write events that are not stored yet, each with when it was first received (None: now)."""
    with conn.cursor() as cursor:
        cursor.executemany(_RESTORE, [asdict(event) | {"received_at": at} for event, at in events])


def rounds(conn: Connection, collection_id: int) -> list[RoundRecord]:
    """Return a collection's rounds, oldest first."""
    with conn.cursor(row_factory=class_row(RoundRecord)) as cursor:
        return cursor.execute(_ROUNDS, {"collection_id": collection_id}).fetchall()


def add_round(conn: Connection, collection_id: int, record: RoundRecord) -> int:
    """Write a round that took place elsewhere; it is closed here, for its pool and queues did not come along."""
    row = conn.execute(_ADD_ROUND, asdict(record) | {"collection_id": collection_id, "config": Jsonb(record.config)}).fetchone()
    assert row is not None
    return row[0]
