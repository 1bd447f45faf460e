"""Numbered migrations: SQL files that are applied in order, each in a transaction with its own record."""

from __future__ import annotations

import hashlib
import logging
import re
from dataclasses import dataclass
from pathlib import Path

import psycopg
from psycopg import Connection

from core.errors import StoreError
from core.store import locks

FOLDER = Path(__file__).parent / "migrations"

_log = logging.getLogger(__name__)
_FILE = re.compile(r"(\d{4})_[a-z0-9_]+\.sql")
_CREATE_RECORD = """
CREATE TABLE IF NOT EXISTS schema_migrations (
    number integer PRIMARY KEY,
    name text NOT NULL,
    sha256 text NOT NULL,
    applied_at timestamptz NOT NULL DEFAULT now()
)
"""
_APPLIED = "SELECT number, sha256 FROM schema_migrations"
_RECORD = "INSERT INTO schema_migrations (number, name, sha256) VALUES (%(number)s, %(name)s, %(sha256)s)"


@dataclass(frozen=True, slots=True)
class Migration:
    """One numbered step of the schema."""

    number: int
    name: str
    statements: str

    @property
    def sha256(self) -> str:
        """Tells a step that was edited after it had been applied somewhere."""
        return hashlib.sha256(self.statements.encode()).hexdigest()


def load(folder: Path = FOLDER) -> list[Migration]:
    """Return the folder's migrations in order; their numbers must run 1, 2, 3 …"""
    found = [
        Migration(int(match[1]), path.stem, path.read_text(encoding="utf-8"))
        for path in sorted(folder.glob("*.sql"))
        if (match := _FILE.fullmatch(path.name))
    ]
    numbers = [migration.number for migration in found]
    if numbers != list(range(1, len(found) + 1)):
        raise ValueError(f"migrations must be numbered without gaps: {numbers}")
    return found


def migrate(conn: Connection, migrations: list[Migration]) -> list[int]:
    """Apply what is missing and return its numbers. Safe to call from several processes at once, and again.

    Raises:
        StoreError: the database is newer than this program, a step was edited after it was applied, or a step failed
            (nothing of that step stays).
    """
    with locks.alone(conn, locks.HOUSE):
        conn.execute(_CREATE_RECORD)
        applied: dict[int, str] = dict(conn.execute(_APPLIED).fetchall())
        _check(applied, migrations)
        missing = [migration for migration in migrations if migration.number not in applied]
        for migration in missing:
            _apply(conn, migration)
        return [migration.number for migration in missing]


def build(conn: Connection, migrations: list[Migration]) -> None:
    """Make the tables of these steps where there are none, with an empty record: a backup brings its own along."""
    conn.execute(_CREATE_RECORD)
    for migration in migrations:
        conn.execute(migration.statements.encode())


def _check(applied: dict[int, str], migrations: list[Migration]) -> None:
    known = {migration.number: migration for migration in migrations}
    if applied.keys() - known.keys():
        raise StoreError("이 데이터베이스는 더 새로운 버전의 프로그램이 만들었습니다. 프로그램을 최신으로 올린 뒤 다시 시작해 주세요.")
    for number, sha256 in applied.items():
        if known[number].sha256 != sha256:
            raise StoreError(
                f"데이터베이스의 구조가 이 프로그램의 것({known[number].name})과 다릅니다. "
                "프로그램을 원래 버전으로 되돌리거나 새 데이터 폴더로 시작해 주세요."
            )


def _apply(conn: Connection, migration: Migration) -> None:
    try:
        with conn.transaction():
            conn.execute(migration.statements.encode())
            conn.execute(
                _RECORD, {"number": migration.number, "name": migration.name, "sha256": migration.sha256}
            )
    except psycopg.Error as error:
        raise StoreError(
            f"데이터베이스의 테이블을 만들지 못했습니다({migration.name}). 다른 프로그램이 쓰지 않는 빈 데이터베이스인지 확인해 주세요."
        ) from error
    _log.info("applied migration %s", migration.name)
