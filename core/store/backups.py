"""What a backup reads and a restore writes: whole tables, row by row in the order of their keys, in PostgreSQL's binary form.

The form keeps every bit: floats with their sign of zero, times to the microsecond, vectors as they are. Each part is ordered by
its primary key, so that the same rows are the same bytes in any database.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass

from psycopg import Connection, Copy, sql

from core.store import embedding_sets, locks
from core.store.migrate import Migration

LEFT_OUT = frozenset({"logins"})
"""Browsers that are logged in: nobody shall be logged in on a restored machine who did not log in there."""

_NOTHING = LEFT_OUT | {"schema_migrations", "secrets"}
"""Rows that a database nobody has used yet may have."""
_BIG = frozenset({"embeddings"})
_MADE = re.compile(r"^CREATE TABLE (\w+)", re.MULTILINE)

_TABLES = """
SELECT c.relname,
       (SELECT array_agg(a.attname::text ORDER BY a.attnum) FROM pg_attribute AS a
         WHERE a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped AND a.attgenerated = ''),
       (SELECT array_agg(a.attname::text ORDER BY k.place) FROM pg_index AS i, unnest(i.indkey) WITH ORDINALITY AS k (attnum, place),
               pg_attribute AS a
         WHERE i.indrelid = c.oid AND i.indisprimary AND a.attrelid = c.oid AND a.attnum = k.attnum),
       pg_table_size(c.oid)
  FROM pg_class AS c
 WHERE c.relnamespace = current_schema()::regnamespace AND c.relkind IN ('r', 'p') AND NOT c.relispartition
   AND c.relpersistence = 'p'
   AND NOT EXISTS (SELECT FROM pg_depend AS d WHERE d.classid = 'pg_class'::regclass AND d.objid = c.oid AND d.deptype = 'e')
 ORDER BY c.relname
"""
_REFERENCES = """
SELECT DISTINCT child.relname, parent.relname
  FROM pg_constraint AS f JOIN pg_class AS child ON child.oid = f.conrelid JOIN pg_class AS parent ON parent.oid = f.confrelid
 WHERE f.contype = 'f' AND child.relnamespace = current_schema()::regnamespace AND NOT child.relispartition
   AND child.oid <> parent.oid
"""
_SETS = "SELECT id, dims, pg_table_size(('embeddings_' || id)::regclass) FROM embedding_sets ORDER BY id"
_SEQUENCES = """
SELECT t.relname, a.attname, s.last_value
  FROM pg_class AS q
  JOIN pg_depend AS d ON d.classid = 'pg_class'::regclass AND d.objid = q.oid AND d.refclassid = 'pg_class'::regclass
                     AND d.deptype IN ('a', 'i')
  JOIN pg_class AS t ON t.oid = d.refobjid
  JOIN pg_attribute AS a ON a.attrelid = t.oid AND a.attnum = d.refobjsubid
  JOIN pg_sequences AS s ON s.schemaname = current_schema() AND s.sequencename = q.relname
 WHERE q.relkind = 'S' AND q.relnamespace = current_schema()::regnamespace
 ORDER BY t.relname, a.attname
"""
_STEPS = "SELECT number, name, sha256 FROM schema_migrations ORDER BY number"
_SNAPSHOT = "SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY"
_NO_SORT = "SET LOCAL enable_sort = off"
_KEEP_VECTORS = "LOCK TABLE embeddings IN ACCESS SHARE MODE"
_COPY_OUT = sql.SQL("COPY (SELECT {columns} FROM {table} ORDER BY {order}) TO STDOUT (FORMAT BINARY)")
_COPY_IN = sql.SQL("COPY {table} ({columns}) FROM STDIN (FORMAT BINARY)")
_COUNT_ON = "SELECT setval(pg_get_serial_sequence(quote_ident(%(table)s), %(column)s), %(last)s)"
_ANY = sql.SQL("SELECT EXISTS (SELECT FROM {})")
_THERE = "SELECT to_regclass(%(table)s) IS NOT NULL"
_OTHERS = """
SELECT count(*) FROM pg_stat_activity
 WHERE datname = current_database() AND pid <> pg_backend_pid()
   -- Of another role's session only its name is told.
   AND (backend_type = 'client backend' OR (backend_type IS NULL AND usesysid IS NOT NULL))
"""
_ALONE = "SELECT pg_try_advisory_lock(%(key)s)"
_ONE_BACKUP = "SELECT pg_try_advisory_lock(hashtext('backup'), 0)"
_BACKUP_OVER = "SELECT pg_advisory_unlock(hashtext('backup'), 0)"
_NIGHT = "SELECT pg_try_advisory_xact_lock(hashtext('nightly backup'), 0)"
_DROP = sql.SQL("DROP TABLE {} CASCADE")
_FUNCTIONS = """
SELECT p.proname FROM pg_proc AS p
 WHERE p.pronamespace = current_schema()::regnamespace AND p.prorettype = 'trigger'::regtype
   AND NOT EXISTS (SELECT FROM pg_depend AS d WHERE d.classid = 'pg_proc'::regclass AND d.objid = p.oid AND d.deptype = 'e')
"""
_DROP_FUNCTION = sql.SQL("DROP FUNCTION {}()")
_ANALYZE = "ANALYZE"


@dataclass(frozen=True, slots=True)
class Table:
    """What is copied at one go: a table, or the partition of one embedding set."""

    name: str
    columns: tuple[str, ...]
    """Without the generated ones."""
    order: tuple[str, ...]
    """The primary key."""
    size: int = 0
    """Bytes on disk, roughly what there is to read."""
    set_id: int | None = None
    dims: int | None = None

    @property
    def relation(self) -> sql.Identifier:
        """The table that is read and written."""
        return sql.Identifier(self.name if self.set_id is None else embedding_sets.partition(self.set_id))


@dataclass(frozen=True, slots=True)
class Counter:
    """Where the numbers of a column have got to; None: none was given out."""

    table: str
    column: str
    last: int | None


@contextmanager
def snapshot(conn: Connection) -> Iterator[None]:
    """See one state of everything, whatever is written meanwhile; embedding sets are not dropped until it ends."""
    with conn.transaction():
        conn.execute(_SNAPSHOT)
        if _there(conn, "embeddings"):
            conn.execute(_KEEP_VECTORS)
        in_key_order(conn)
        yield


def in_key_order(conn: Connection) -> None:
    """Let this transaction read tables along their keys: sorting gigabytes would take as much disk again."""
    conn.execute(_NO_SORT)


def tables(conn: Connection) -> list[Table]:
    """Return what there is to copy, so that what a table refers to stands before it; vectors by their sets."""
    plain = {name: Table(name, tuple(columns), tuple(order or ()), size) for name, columns, order, size in conn.execute(_TABLES)
             if name not in LEFT_OUT}
    needs: dict[str, set[str]] = {name: set() for name in plain}
    for child, parent in conn.execute(_REFERENCES):
        if child in plain and parent in plain:
            needs[child].add(parent)
    ordered: list[Table] = []
    while needs:
        ready = sorted(name for name, parents in needs.items() if not parents & needs.keys())
        if not ready:
            raise ValueError(f"tables refer to each other in a circle: {sorted(needs)}")
        for name in ready:
            del needs[name]
            ordered.append(plain[name])
    return [each for table in ordered for each in (_sets(conn, table) if table.name in _BIG else [table])]


def steps(conn: Connection) -> list[tuple[int, str, str]]:
    """Return the applied migrations: number, name, SHA-256; none where there are no tables at all."""
    return conn.execute(_STEPS).fetchall() if _there(conn, "schema_migrations") else []


def sequences(conn: Connection) -> list[Counter]:
    """Return where each column that counts by itself has got to."""
    return [Counter(*row) for row in conn.execute(_SEQUENCES) if row[0] not in LEFT_OUT]


@contextmanager
def reading(conn: Connection, table: Table) -> Iterator[Copy]:
    """Lend the stream of a table's rows."""
    columns = sql.SQL(", ").join(map(sql.Identifier, table.columns))
    order = sql.SQL(", ").join(map(sql.Identifier, table.order))
    with conn.cursor() as cursor, cursor.copy(_COPY_OUT.format(columns=columns, table=table.relation, order=order)) as copy:
        yield copy


@contextmanager
def writing(conn: Connection, table: Table) -> Iterator[Copy]:
    """Lend the stream into an empty table; a set's partition is made where it is not there."""
    if table.set_id is not None and table.dims is not None:
        embedding_sets.make_partition(conn, table.set_id, table.dims)
    columns = sql.SQL(", ").join(map(sql.Identifier, table.columns))
    with conn.cursor() as cursor, cursor.copy(_COPY_IN.format(columns=columns, table=table.relation)) as copy:
        yield copy


def count_on(conn: Connection, found: Iterable[Counter]) -> None:
    """Let columns go on counting where they had got to."""
    for each in found:
        if each.last is not None:
            conn.execute(_COUNT_ON, {"table": each.table, "column": each.column, "last": each.last})


def in_use(conn: Connection) -> bool:
    """Say whether the database holds anything that somebody put there."""
    return any(conn.execute(_ANY.format(sql.Identifier(name))).fetchone()[0]
               for name, *_ in conn.execute(_TABLES).fetchall() if name not in _NOTHING)


def strangers(conn: Connection, migrations: Sequence[Migration]) -> list[str]:
    """Return the tables that no migration makes: another program's."""
    ours = {name for step in migrations for name in _MADE.findall(step.statements)} | {"schema_migrations"}
    return [name for name, *_ in conn.execute(_TABLES).fetchall() if name not in ours]


def others(conn: Connection) -> int:
    """Return how many other connections use this database now."""
    return conn.execute(_OTHERS).fetchone()[0]


def alone(conn: Connection) -> bool:
    """Keep programs from starting on this database for as long as this connection lives; False where one is just starting."""
    return conn.execute(_ALONE, {"key": locks.HOUSE}).fetchone()[0]


@contextmanager
def one_at_a_time(conn: Connection) -> Iterator[bool]:
    """Hold the place of the one backup; lends False where another one is being made."""
    mine = conn.execute(_ONE_BACKUP).fetchone()[0]
    try:
        yield mine
    finally:
        if mine and not conn.closed and not conn.broken:
            conn.execute(_BACKUP_OVER)


def night_watch(conn: Connection) -> bool:
    """Be the one process that looks after the nightly backup, until the transaction ends."""
    return conn.execute(_NIGHT).fetchone()[0]


def clear(conn: Connection) -> None:
    """Drop every table of ours; only inside a transaction that makes them anew."""
    for name, *_ in conn.execute(_TABLES).fetchall():
        conn.execute(_DROP.format(sql.Identifier(name)))
    for (name,) in conn.execute(_FUNCTIONS).fetchall():
        conn.execute(_DROP_FUNCTION.format(sql.Identifier(name)))


def settle(conn: Connection) -> None:
    """Tell the planner what tables hold that were filled at one go."""
    conn.execute(_ANALYZE)


def _sets(conn: Connection, table: Table) -> list[Table]:
    order = tuple(name for name in table.order if name != "set_id")
    return [Table(table.name, table.columns, order, size, set_id, dims) for set_id, dims, size in conn.execute(_SETS)]


def _there(conn: Connection, name: str) -> bool:
    return conn.execute(_THERE, {"table": name}).fetchone()[0]
