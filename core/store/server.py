"""What a PostgreSQL server must offer, embedded or not: its version, pgvector and its version."""

from __future__ import annotations

import psycopg
from psycopg import Connection

from core.errors import StoreError
from core.store import locks

OLDEST_POSTGRESQL = 15
OLDEST_PGVECTOR = "0.8.4"

_VERSIONS = """
SELECT current_setting('server_version_num')::integer / 10000, current_setting('server_version'),
       (SELECT default_version FROM pg_available_extensions WHERE name = 'vector'),
       (SELECT extversion FROM pg_extension WHERE extname = 'vector')
"""


def connect(conninfo: str) -> Connection:
    """Open one connection outside the pool.

    Raises:
        StoreError: the server cannot be reached or refuses.
    """
    try:
        return psycopg.connect(conninfo, autocommit=True, connect_timeout=5)
    except psycopg.Error as error:
        raise unreachable() from error


def unreachable() -> StoreError:
    """Return the error for a server that does not answer; it shows no address, which may hold a password."""
    return StoreError("데이터베이스 서버에 연결할 수 없습니다. 서버가 켜져 있는지, DATABASE_URL이 맞는지 확인해 주세요.")


def versions(conn: Connection) -> tuple[str, str]:
    """Return the versions of PostgreSQL and of the installed pgvector."""
    row = conn.execute(_VERSIONS).fetchone()
    assert row is not None
    return row[1], row[3]


def check(conn: Connection) -> None:
    """Refuse a server that is too old; create the vector extension where it is missing.

    Raises:
        StoreError: PostgreSQL or pgvector is too old, or pgvector is missing and may not be created.
    """
    # CREATE EXTENSION IF NOT EXISTS fails when several sessions run it at once.
    with locks.alone(conn, locks.HOUSE):
        row = conn.execute(_VERSIONS).fetchone()
        assert row is not None
        major, version, available, installed = row
        if major < OLDEST_POSTGRESQL:
            raise StoreError(
                f"PostgreSQL {version}은(는) 너무 오래되었습니다. PostgreSQL {OLDEST_POSTGRESQL} 이상인 서버를 써 주세요."
            )
        if installed is None:
            _refuse_old(available)
            _create_extension(conn)
        else:
            _refuse_old(installed)


def _refuse_old(version: str | None) -> None:
    if version is None:
        raise StoreError(
            f"데이터베이스 서버에 pgvector가 없습니다. 서버에 pgvector {OLDEST_PGVECTOR} 이상을 설치한 뒤 다시 시작해 주세요."
        )
    if _numbers(version) < _numbers(OLDEST_PGVECTOR):
        raise StoreError(
            f"pgvector {version}은(는) 너무 오래되었습니다. pgvector {OLDEST_PGVECTOR} 이상으로 올린 뒤 "
            "ALTER EXTENSION vector UPDATE를 실행해 주세요."
        )


def _create_extension(conn: Connection) -> None:
    try:
        conn.execute("CREATE EXTENSION vector")
    except psycopg.errors.InsufficientPrivilege as error:
        raise StoreError(
            "데이터베이스에 pgvector를 켤 권한이 없습니다. 관리자에게 CREATE EXTENSION vector 실행을 부탁해 주세요."
        ) from error


def _numbers(version: str) -> tuple[int, ...]:
    return tuple(int(part) for part in version.split(".") if part.isdigit())
