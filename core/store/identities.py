"""Who a company login's subject is here."""

from __future__ import annotations

from psycopg import Connection

_FIND = "SELECT name FROM user_identities WHERE issuer = %(issuer)s AND subject = %(subject)s"
_ADD = """
INSERT INTO user_identities (issuer, subject, name) VALUES (%(issuer)s, %(subject)s, %(name)s)
ON CONFLICT (issuer, subject) DO UPDATE SET name = EXCLUDED.name
"""


def find(conn: Connection, *, issuer: str, subject: str) -> str | None:
    """Return the account's name, None where nobody here is this subject."""
    found = conn.execute(_FIND, {"issuer": issuer, "subject": subject}).fetchone()
    return found[0] if found else None


def link(conn: Connection, *, issuer: str, subject: str, name: str) -> None:
    """Say that a subject is an account, whoever it was before."""
    conn.execute(_ADD, {"issuer": issuer, "subject": subject, "name": name})
