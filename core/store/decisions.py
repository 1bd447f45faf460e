"""What the task force decided, and who signed it: both written once, a decision superseded only by a new one."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

from psycopg import Connection
from psycopg.rows import class_row
from psycopg.types.json import Jsonb

from core.errors import NotFoundError
from core.store import locks

Choice = Literal["go", "no_go", "hold"]
SignerRole = Literal["tf_lead", "developer", "content_lead"]

_COLUMNS = "id, collection_id, sha256, choice, verdict, reason, body, report_id, supersedes, recorded_by AS by, recorded_at AS at"
_ADD = f"""
INSERT INTO decisions (collection_id, sha256, choice, verdict, reason, body, report_id, supersedes, recorded_by)
VALUES (%(collection_id)s, %(sha256)s, %(choice)s, %(verdict)s, %(reason)s, %(body)s, %(report_id)s, %(supersedes)s, %(by)s)
RETURNING {_COLUMNS}
"""
_GET = f"SELECT {_COLUMNS} FROM decisions WHERE id = %(decision_id)s"
_LISTING = f"SELECT {_COLUMNS} FROM decisions WHERE collection_id = %(collection_id)s ORDER BY id DESC"
_ROUND_TRIP = "SELECT %(body)s::jsonb"
_SIGN = """
INSERT INTO decision_signatures (decision_id, role, name, account, comment, decision_sha256, sha256)
VALUES (%(decision_id)s, %(role)s, %(name)s, %(account)s, %(comment)s, %(decision_sha256)s, %(sha256)s)
ON CONFLICT (decision_id, role) DO NOTHING RETURNING role
"""
_SIGNATURES = """
SELECT decision_id, role, name, account, comment, decision_sha256, sha256, signed_at AS at
  FROM decision_signatures WHERE decision_id = %(decision_id)s ORDER BY signed_at
"""


@dataclass(frozen=True, slots=True)
class StoredDecision:
    """A decision as it was recorded."""

    id: int
    collection_id: int
    sha256: str
    """Over ``body`` in its canonical form."""
    choice: Choice
    verdict: str
    """What the gates computed then."""
    reason: str
    body: dict[str, Any]
    """As ``core.decision.body`` writes it."""
    report_id: int | None
    supersedes: int | None
    by: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Signature:
    """Somebody signed. ``account`` is the login it was done under, empty where there was none."""

    decision_id: int
    role: SignerRole
    name: str
    account: str
    comment: str
    decision_sha256: str
    """Of the decision as it was read when signing."""
    sha256: str | None
    """Over all of the above but the number; None where it was signed before such hashes were taken."""
    at: datetime


def locked(conn: Connection, collection_id: int) -> AbstractContextManager[None]:
    """Let one decision of a collection be recorded or signed at a time. Taken before the transaction, which then sees the last."""
    return locks.alone_in(conn, collection_id, "decision")


def as_stored(conn: Connection, body: Mapping[str, Any]) -> dict[str, Any]:
    """Return a body as it comes back from the table: a hash is taken of that, since JSONB knows no -0.0."""
    row = conn.execute(_ROUND_TRIP, {"body": Jsonb(dict(body))}).fetchone()
    assert row is not None
    return row[0]


def add(conn: Connection, collection_id: int, *, sha256: str, choice: Choice, verdict: str, reason: str, body: Mapping[str, Any],
        report_id: int | None, supersedes: int | None, by: str) -> StoredDecision:
    """Store a decision; call it inside ``locked``."""
    with conn.cursor(row_factory=class_row(StoredDecision)) as cursor:
        found = cursor.execute(_ADD, {
            "collection_id": collection_id, "sha256": sha256, "choice": choice, "verdict": verdict, "reason": reason,
            "body": Jsonb(dict(body)), "report_id": report_id, "supersedes": supersedes, "by": by}).fetchone()
    assert found is not None
    return found


def get(conn: Connection, decision_id: int) -> StoredDecision:
    """Return a decision.

    Raises:
        NotFoundError: there is none of that number.
    """
    with conn.cursor(row_factory=class_row(StoredDecision)) as cursor:
        found = cursor.execute(_GET, {"decision_id": decision_id}).fetchone()
    if found is None:
        raise NotFoundError(f"{decision_id}번 결정이 없습니다. `python -m core decision list`로 번호를 확인해 주세요.")
    return found


def listing(conn: Connection, collection_id: int) -> list[StoredDecision]:
    """Return a collection's decisions, the newest first: that one holds, the others are superseded."""
    with conn.cursor(row_factory=class_row(StoredDecision)) as cursor:
        return cursor.execute(_LISTING, {"collection_id": collection_id}).fetchall()


def sign(conn: Connection, decision_id: int, *, role: SignerRole, name: str, account: str, comment: str, decision_sha256: str,
         sha256: str) -> bool:
    """Store a signature; returns whether it was stored, False where the role has signed already."""
    row = conn.execute(_SIGN, {"decision_id": decision_id, "role": role, "name": name, "account": account, "comment": comment,
                               "decision_sha256": decision_sha256, "sha256": sha256}).fetchone()
    return row is not None


def signatures(conn: Connection, decision_id: int) -> list[Signature]:
    """Return a decision's signatures in the order in which they were given."""
    with conn.cursor(row_factory=class_row(Signature)) as cursor:
        return cursor.execute(_SIGNATURES, {"decision_id": decision_id}).fetchall()
