"""Browsers that are logged in: only the SHA-256 of each cookie is kept."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from psycopg import Connection
from psycopg.rows import class_row

_ADD = """
INSERT INTO logins (token_hash, name, picked, expires_at)
VALUES (%(token_hash)s, %(name)s, %(picked)s, now() + %(lasting)s)
"""
# A picked name holds only while no account exists; a proven one only while its account is there and not blocked.
_FIND = """
SELECT logins.name, logins.picked, users.role
  FROM logins LEFT JOIN users ON users.name = logins.name AND NOT users.disabled
 WHERE token_hash = %(token_hash)s AND expires_at > now()
   AND CASE WHEN picked THEN NOT EXISTS (SELECT FROM users) ELSE users.name IS NOT NULL END
"""
_END = "DELETE FROM logins WHERE token_hash = %(token_hash)s"
_END_ALL = "DELETE FROM logins WHERE name = %(name)s AND NOT picked"
_SWEEP = "DELETE FROM logins WHERE expires_at <= now()"


@dataclass(frozen=True, slots=True)
class Login:
    """Whose browser this is; ``role`` is None for a picked name."""

    name: str
    picked: bool
    role: str | None


def add(conn: Connection, *, token_hash: str, name: str, picked: bool, lasting: timedelta) -> None:
    """Store a login from now on, and forget those that have run out."""
    conn.execute(_SWEEP)
    conn.execute(_ADD, {"token_hash": token_hash, "name": name, "picked": picked, "lasting": lasting})


def find(conn: Connection, token_hash: str) -> Login | None:
    """Return the login that holds now, None where it ran out, was ended, or its account is blocked."""
    with conn.cursor(row_factory=class_row(Login)) as cursor:
        return cursor.execute(_FIND, {"token_hash": token_hash}).fetchone()


def end(conn: Connection, token_hash: str) -> None:
    """Forget one browser."""
    conn.execute(_END, {"token_hash": token_hash})


def end_all(conn: Connection, name: str) -> int:
    """Forget every browser in which an account is logged in; returns how many."""
    return conn.execute(_END_ALL, {"name": name}).rowcount
