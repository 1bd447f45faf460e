"""Accounts: a name, a role, the hash of a password."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from psycopg import Connection
from psycopg.rows import class_row

_ADD = """
INSERT INTO users (name, role, password_hash) VALUES (%(name)s, %(role)s, %(password_hash)s)
ON CONFLICT (name) DO NOTHING
"""
_GET = "SELECT name, role, disabled, created_at, password_hash FROM users WHERE name = %(name)s"
_LISTING = "SELECT name, role, disabled, created_at, password_hash FROM users ORDER BY name"
_ANY = "SELECT EXISTS (SELECT FROM users)"
_PASSWORD = "UPDATE users SET password_hash = %(password_hash)s WHERE name = %(name)s"
_ROLE = "UPDATE users SET role = %(role)s WHERE name = %(name)s"
_DISABLED = "UPDATE users SET disabled = %(disabled)s WHERE name = %(name)s"


@dataclass(frozen=True, slots=True)
class User:
    """One account as it is stored."""

    name: str
    role: str
    disabled: bool
    created_at: datetime
    password_hash: str


def add(conn: Connection, *, name: str, role: str, password_hash: str) -> bool:
    """Store a new account; False where the name is taken."""
    return conn.execute(_ADD, {"name": name, "role": role, "password_hash": password_hash}).rowcount == 1


def get(conn: Connection, name: str) -> User | None:
    """Return the account of exactly this name."""
    with conn.cursor(row_factory=class_row(User)) as cursor:
        return cursor.execute(_GET, {"name": name}).fetchone()


def listing(conn: Connection) -> list[User]:
    """Return every account by name, disabled ones too."""
    with conn.cursor(row_factory=class_row(User)) as cursor:
        return cursor.execute(_LISTING).fetchall()


def exist(conn: Connection) -> bool:
    """Return whether there is any account, enabled or not: from the first one on, a login is asked for."""
    return conn.execute(_ANY).fetchone()[0]


def set_password(conn: Connection, *, name: str, password_hash: str) -> bool:
    """Replace the password's hash; False where there is no such account."""
    return conn.execute(_PASSWORD, {"name": name, "password_hash": password_hash}).rowcount == 1


def set_role(conn: Connection, *, name: str, role: str) -> bool:
    """Give an account another role; False where there is none of this name."""
    return conn.execute(_ROLE, {"name": name, "role": role}).rowcount == 1


def set_disabled(conn: Connection, *, name: str, disabled: bool) -> bool:
    """Block or admit an account; False where there is none."""
    return conn.execute(_DISABLED, {"name": name, "disabled": disabled}).rowcount == 1
