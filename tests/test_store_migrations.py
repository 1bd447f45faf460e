"""Migrations, the demands on a server, and the database of a process."""

import subprocess
import sys
import threading

import psycopg
import pytest
from psycopg import sql
from psycopg.conninfo import make_conninfo

from core.errors import StoreError
from core.settings import PROJECT_DIR
from core.store import migrate, open_database, server
from core.store.migrate import Migration

TABLES = {
    "cloud_usage", "collections", "embedding_failures", "embedding_sets", "embeddings", "ground_truth_queries",
    "ground_truth_rows", "ground_truth_versions", "images", "item_flag_events", "items", "judgment_events", "label_rounds",
    "logins", "pool_pairs", "pool_proposals", "queries", "queue_entries", "round_raters", "run_hits", "run_queries", "runs",
    "schema_migrations", "secrets", "users",
}


@pytest.fixture
def empty(database, request):
    """The address of an empty database on the session's server."""
    name = f"empty_{abs(hash(request.node.name))}"
    with database.connection() as conn:
        conn.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name)))
    yield make_conninfo(database.conninfo, dbname=name)
    with database.connection() as conn:
        conn.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(name)))


def tables(conn):
    rows = conn.execute("SELECT relname FROM pg_class WHERE relkind IN ('r', 'p') AND relnamespace = 'public'::regnamespace")
    return {name for (name,) in rows}


def test_the_schema_is_there_and_migrating_again_changes_nothing(empty):
    with server.connect(empty) as conn:
        server.check(conn)
        known = migrate.load()
        assert migrate.migrate(conn, known) == [step.number for step in known]
        assert tables(conn) >= TABLES
        before = conn.execute("SELECT * FROM schema_migrations").fetchall()
        server.check(conn)
        assert migrate.migrate(conn, known) == []
        assert conn.execute("SELECT * FROM schema_migrations").fetchall() == before


def test_two_processes_at_once_migrate_once(empty):
    code = "import sys; from core.store import open_database; open_database(url=sys.argv[1])"
    command = [sys.executable, "-c", code, empty]
    both = [subprocess.Popen(command, cwd=PROJECT_DIR, stderr=subprocess.PIPE) for _ in range(2)]
    assert [(process.communicate()[1], process.returncode) for process in both] == [(b"", 0), (b"", 0)]
    with server.connect(empty) as conn:
        assert conn.execute("SELECT count(*) FROM schema_migrations").fetchone() == (len(migrate.load()),)


def test_a_failing_step_leaves_nothing_and_the_steps_before_it_stay(empty):
    steps = [
        Migration(1, "0001_good", "CREATE TABLE good (n integer)"),
        Migration(2, "0002_bad", "CREATE TABLE bad (n integer); SELECT 1 / 0"),
    ]
    with server.connect(empty) as conn:
        with pytest.raises(StoreError, match="0002_bad"):
            migrate.migrate(conn, steps)
        assert tables(conn) == {"good", "schema_migrations"}
        mended = [steps[0], Migration(2, "0002_bad", "CREATE TABLE bad (n integer)")]
        assert migrate.migrate(conn, mended) == [2]


def test_a_step_and_its_record_stand_or_fall_together(empty):
    own_record = "CREATE TABLE half (n integer); INSERT INTO schema_migrations VALUES (1, 'x', 'y')"
    with server.connect(empty) as conn:
        with pytest.raises(StoreError, match="0001_half"):
            migrate.migrate(conn, [Migration(1, "0001_half", own_record)])
        assert tables(conn) == {"schema_migrations"}
        assert conn.execute("SELECT count(*) FROM schema_migrations").fetchone() == (0,)


def test_a_newer_database_and_an_edited_step_are_refused(empty):
    one, two = Migration(1, "0001_a", "SELECT 1"), Migration(2, "0002_b", "SELECT 2")
    with server.connect(empty) as conn:
        migrate.migrate(conn, [one, two])
        with pytest.raises(StoreError, match="더 새로운 버전"):
            migrate.migrate(conn, [one])
        with pytest.raises(StoreError, match="0002_b"):
            migrate.migrate(conn, [one, Migration(2, "0002_b", "SELECT 3")])


def test_migrations_have_no_gaps(tmp_path):
    (tmp_path / "0001_one.sql").touch()
    (tmp_path / "0003_three.sql").touch()
    with pytest.raises(ValueError, match="without gaps"):
        migrate.load(tmp_path)


def test_a_server_that_is_too_old_is_refused_with_the_version_needed(empty, monkeypatch):
    with server.connect(empty) as conn:
        with monkeypatch.context() as patch:
            patch.setattr(server, "OLDEST_PGVECTOR", "99.0")
            with pytest.raises(StoreError, match=r"pgvector 99\.0 이상"):
                server.check(conn)
        assert conn.execute("SELECT 1 FROM pg_extension WHERE extname = 'vector'").fetchone() is None
        server.check(conn)
        monkeypatch.setattr(server, "OLDEST_PGVECTOR", "99.0")
        with pytest.raises(StoreError, match=r"pgvector 99\.0 이상"):
            server.check(conn)
        monkeypatch.setattr(server, "OLDEST_POSTGRESQL", 99)
        with pytest.raises(StoreError, match="PostgreSQL 99 이상"):
            server.check(conn)


@pytest.mark.parametrize(("older", "newer"), [("0.8.3", "0.8.4"), ("0.8.4", "0.8.10"), ("0.9.0", "1.0")])
def test_versions_are_compared_as_numbers(older, newer):
    assert server._numbers(older) < server._numbers(newer)


def test_an_unprivileged_account_is_told_whom_to_ask(empty):
    with server.connect(empty) as conn:
        conn.execute("DROP ROLE IF EXISTS plain_user")
        conn.execute("CREATE ROLE plain_user LOGIN")
    try:
        with pytest.raises(StoreError, match="관리자"), server.connect(make_conninfo(empty, user="plain_user")) as conn:
            server.check(conn)
    finally:
        with server.connect(empty) as conn:
            conn.execute("DROP ROLE plain_user")


def test_an_unreachable_server_is_one_sentence_without_the_password():
    with pytest.raises(StoreError) as caught:
        open_database(url="postgresql://somebody:geheim@127.0.0.1:9/nothing")
    assert "DATABASE_URL" in str(caught.value)
    assert "geheim" not in str(caught.value)


def test_an_address_that_is_none_is_the_same_sentence():
    with pytest.raises(StoreError, match="DATABASE_URL"):
        open_database(url="not an address")


def test_a_database_of_a_url_is_migrated_and_shared_by_the_threads_of_a_process(empty):
    found = []
    threads = [threading.Thread(target=lambda: found.append(open_database(url=empty))) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    database = found[0]
    assert database.embedded is None
    assert found == [database] * 3
    with database.connection() as conn:
        assert tables(conn) >= TABLES
    database.close()
    reopened = open_database(url=empty)
    assert reopened is not database
    reopened.close()


def test_a_connection_cut_off_in_the_middle_is_a_sentence_and_repeatable_work_is_repeated(empty):
    database = open_database(url=empty)
    tries = []

    def cut_off_once(conn):
        tries.append(conn.info.backend_pid)
        if len(tries) == 1:
            conn.execute("SELECT pg_terminate_backend(pg_backend_pid())")
        return conn.execute("SELECT 42").fetchone()

    assert database.run(cut_off_once) == (42,)
    assert len(set(tries)) == 2
    with pytest.raises(StoreError, match="끊어졌습니다"), database.connection() as conn:
        conn.execute("SELECT pg_terminate_backend(pg_backend_pid())")
    database.close()


def test_a_connection_that_died_while_idle_is_replaced_before_it_is_lent(empty):
    database = open_database(url=empty)
    with database.connection() as conn:
        idle = conn.info.backend_pid
    with server.connect(empty) as other:
        other.execute("SELECT pg_terminate_backend(%s, 5000)", (idle,))
    with database.connection() as conn:
        assert conn.info.backend_pid != idle
        assert conn.autocommit
    database.close()


def test_errors_of_the_caller_pass_through(database):
    with pytest.raises(psycopg.errors.DivisionByZero), database.connection() as conn:
        conn.execute("SELECT 1 / 0")
    with pytest.raises(ZeroDivisionError), database.connection():
        raise ZeroDivisionError


def test_a_pool_whose_turn_never_comes_says_so_and_a_dead_server_is_told_apart(empty):
    database = open_database(url=empty)
    lent = [database._pool.getconn() for _ in range(database._pool.max_size)]
    database._pool.timeout = 0.2
    with pytest.raises(StoreError, match="바빠"), database.connection():
        pass
    database.conninfo = make_conninfo(empty, host="/nowhere", connect_timeout=1)
    with pytest.raises(StoreError, match="DATABASE_URL"), database.connection():
        pass
    for conn in lent:
        database._pool.putconn(conn)
    database.close()
