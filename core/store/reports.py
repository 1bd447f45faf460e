"""Reports as they were made, file and all, and the analysis prose as its authors left it; both append-only."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID, uuid4

from psycopg import Connection
from psycopg.rows import class_row
from psycopg.types.json import Jsonb

from core.errors import NotFoundError

_ADD = """
INSERT INTO reports (collection_id, sha256, pdf, markdown, body, watermarked, made_by)
VALUES (%(collection_id)s, %(sha256)s, %(pdf)b, %(markdown)s, %(body)s, %(watermarked)s, %(by)s)
ON CONFLICT (sha256) DO NOTHING
"""
_COLUMNS = "id, collection_id, sha256, pdf, markdown, body, watermarked, made_by, made_at"
_BY_HASH = f"SELECT {_COLUMNS} FROM reports WHERE sha256 = %(sha256)s"
_GET = f"SELECT {_COLUMNS} FROM reports WHERE id = %(report_id)s"
_LISTING = """
SELECT id, sha256, octet_length(pdf) AS bytes, body, watermarked, made_by, made_at
  FROM reports WHERE collection_id = %(collection_id)s ORDER BY id DESC
"""
_SAY = """
INSERT INTO report_prose_events (uuid, collection_id, section, body, draft_sha256, by_whom)
VALUES (%(uuid)s, %(collection_id)s, %(section)s, %(body)s, %(draft_sha256)s, %(by)s)
ON CONFLICT (uuid) DO NOTHING
"""
_SAID = """
SELECT DISTINCT ON (section) section, body, draft_sha256, by_whom AS by, received_at AS at
  FROM report_prose_events WHERE collection_id = %(collection_id)s ORDER BY section, sequence DESC
"""


@dataclass(frozen=True, slots=True)
class StoredReport:
    """A report: the file that was made, its text, and what it rests on."""

    id: int
    collection_id: int
    sha256: str
    """Of ``pdf``."""
    pdf: bytes
    markdown: str
    body: dict[str, Any]
    """``verdict``, ``gates``, ``ground_truth``, ``runs``, ``measurements``, ``fingerprint`` …, each with its hash."""
    watermarked: bool
    made_by: str
    made_at: datetime


@dataclass(frozen=True, slots=True)
class ReportEntry:
    """A report in a list, without its file."""

    id: int
    sha256: str
    bytes: int
    body: dict[str, Any]
    watermarked: bool
    made_by: str
    made_at: datetime


@dataclass(frozen=True, slots=True)
class Prose:
    """A section's prose as its last author left it; an empty body takes an edit back."""

    section: str
    body: str
    draft_sha256: str
    """Of the draft that the author saw."""
    by: str
    at: datetime


def add(conn: Connection, collection_id: int, *, pdf: bytes, markdown: str, body: Mapping[str, Any], watermarked: bool,
        by: str) -> StoredReport:
    """Store a report and return it; the same file again returns the one there is."""
    sha256 = hashlib.sha256(pdf).hexdigest()
    with conn.cursor(row_factory=class_row(StoredReport)) as cursor:
        # Asking first keeps numbers without gaps: a refused row would use one up.
        if found := cursor.execute(_BY_HASH, {"sha256": sha256}).fetchone():
            return found
        cursor.execute(_ADD, {"collection_id": collection_id, "sha256": sha256, "pdf": pdf, "markdown": markdown,
                              "body": Jsonb(dict(body)), "watermarked": watermarked, "by": by})
        found = cursor.execute(_BY_HASH, {"sha256": sha256}).fetchone()
    assert found is not None
    return found


def get(conn: Connection, report_id: int) -> StoredReport:
    """Return a report with its file.

    Raises:
        NotFoundError: there is none of that number.
    """
    with conn.cursor(row_factory=class_row(StoredReport)) as cursor:
        found = cursor.execute(_GET, {"report_id": report_id}).fetchone()
    if found is None:
        raise NotFoundError(f"{report_id}번 보고서가 없습니다. 보고서 화면에서 번호를 확인해 주세요.")
    return found


def listing(conn: Connection, collection_id: int) -> list[ReportEntry]:
    """Return a collection's reports, the newest first."""
    with conn.cursor(row_factory=class_row(ReportEntry)) as cursor:
        return cursor.execute(_LISTING, {"collection_id": collection_id}).fetchall()


def say(conn: Connection, collection_id: int, *, section: str, body: str, draft_sha256: str, by: str, uuid: UUID | None = None) -> None:
    """Store a section's prose; an event whose uuid is stored already changes nothing."""
    conn.execute(_SAY, {"uuid": uuid or uuid4(), "collection_id": collection_id, "section": section, "body": body,
                        "draft_sha256": draft_sha256, "by": by})


def said(conn: Connection, collection_id: int) -> dict[str, Prose]:
    """Return the last word on each section."""
    with conn.cursor(row_factory=class_row(Prose)) as cursor:
        return {each.section: each for each in cursor.execute(_SAID, {"collection_id": collection_id})}
