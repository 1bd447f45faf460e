"""Assignment tokens: what a browser shows to store judgments, and the names under which it knows the pairs of its queue.

A token says who judges in which round until when; it is signed, so that a browser can neither invent nor stretch one. A
pair's name in the browser (its ``ref``) is an HMAC too: it tells neither the pair's place nor whether it is a hidden
second look, and it stays the same on every computer.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import json
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from psycopg import Connection

from core.errors import InputError
from core.labels.queue import QueueEntry
from core.store import secrets

LASTING = timedelta(days=14)
"""As long as a login: what waits in a browser's outbox over a holiday must still be accepted."""
_KEY = "assignment"
_REF_BYTES = 15


@dataclass(frozen=True, slots=True)
class Assignment:
    """Who judges in which round of which collection; ``expires`` is in UTC, to the second."""

    round_id: int
    collection_id: int
    rater: str
    expires: datetime

    @classmethod
    def of(cls, round_id: int, collection_id: int, rater: str) -> Assignment:
        """Return an assignment that starts now."""
        return cls(round_id, collection_id, rater, (datetime.now(UTC) + LASTING).replace(microsecond=0))


def sign(conn: Connection, assignment: Assignment) -> str:
    """Return the token of an assignment: URL-safe characters only."""
    claims = [assignment.round_id, assignment.collection_id, assignment.rater, int(assignment.expires.timestamp())]
    body = _text(json.dumps(claims, ensure_ascii=False, separators=(",", ":")).encode())
    return f"{body}.{_text(_mac(_key(conn), 'token', body))}"


def read(conn: Connection, token: str) -> Assignment:
    """Return what a token says.

    Raises:
        InputError: it was not signed here, was changed, or has expired.
    """
    body, _, signature = token.partition(".")
    try:
        if not hmac.compare_digest(_bytes(signature), _mac(_key(conn), "token", body)):
            raise ValueError("not signed here")
        round_id, collection_id, rater, expires = json.loads(_bytes(body))
    except (ValueError, binascii.Error) as error:
        raise InputError("이 화면의 라벨링 권한을 확인할 수 없습니다. 화면을 새로 고쳐 주세요. 판정은 보관되어 있습니다.") from error
    found = Assignment(round_id, collection_id, rater, datetime.fromtimestamp(expires, UTC))
    if found.expires < datetime.now(UTC):
        raise InputError("이 화면이 너무 오래되었습니다. 화면을 새로 고쳐 주세요. 판정은 이 브라우저에 보관되어 있습니다.")
    return found


def refs(conn: Connection, assignment: Assignment, entries: list[QueueEntry]) -> list[str]:
    """Return the browser's names of queue entries, in their order."""
    key = _key(conn)
    return [_text(_mac(key, "ref", json.dumps([
        assignment.round_id, assignment.rater, entry.query_id, entry.query_hash, entry.item_id, entry.item_hash,
        entry.purpose]))[:_REF_BYTES]) for entry in entries]


def _key(conn: Connection) -> bytes:
    return secrets.key(conn, _KEY)


def _mac(key: bytes, use: str, text: str) -> bytes:
    return hmac.new(key, f"{use} {text}".encode(), hashlib.sha256).digest()


def _text(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def _bytes(text: str) -> bytes:
    return base64.b64decode(text.encode() + b"=" * (-len(text) % 4), altchars=b"-_", validate=True)
