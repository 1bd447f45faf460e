"""Fixtures of the store: the session's database, and a collection of its own for each test."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from uuid import uuid4

import pytest
from psycopg import Connection, sql
from psycopg.conninfo import make_conninfo

from core.store import Database, collections, open_database
from core.store.collections import Collection


@pytest.fixture(scope="session")
def database(data_dir: Path) -> Database:
    """The embedded server of the session's data folder, migrated; the session's end closes it."""
    return open_database(data_dir=data_dir, url="")


@pytest.fixture
def conn(database: Database) -> Iterator[Connection]:
    """A lent connection."""
    with database.connection() as lent:
        yield lent


@pytest.fixture
def collection(conn: Connection) -> Collection:
    """An empty collection that no other test knows."""
    return collections.ensure(conn, f"test-{uuid4().hex[:12]}")


@pytest.fixture(scope="session")
def elsewhere(database: Database) -> Iterator[Database]:
    """A second database on the same server: another machine, as far as rows and their numbers go."""
    with another(database) as made:
        yield made


@contextmanager
def another(database: Database) -> Iterator[Database]:
    """Make an empty database on the same server, migrated, and drop it in the end."""
    name = f"elsewhere_{uuid4().hex[:12]}"
    with database.connection() as conn:
        conn.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name)))
    other = Database(data_dir=None, url=make_conninfo(database.conninfo, dbname=name))
    yield other
    other.close()
    with database.connection() as conn:
        conn.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(name)))


def fingerprint(database: Database) -> dict[str, tuple[int, int]]:
    """Return of each table, but for the logins, how many rows it has and a number that changes with any of them."""
    with database.connection() as conn:
        names = [name for name, in conn.execute("SELECT tablename FROM pg_tables WHERE schemaname = 'public' AND tablename <> 'logins'")]
        each = sql.SQL(" UNION ALL ").join(
            sql.SQL("SELECT {}, count(*), coalesce(sum(hashtext(ctid::text || xmin::text)), 0)::bigint FROM {}").format(
                sql.Literal(name), sql.Identifier(name)) for name in names)
        return {name: (count, hashed) for name, count, hashed in conn.execute(each)}
