"""Making a backup: one snapshot of every table into one file, whole or not there."""

from __future__ import annotations

import tomllib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from psycopg import Connection, Copy

from core.backup import container
from core.backup.manifest import Manifest, Part
from core.errors import InputError
from core.jobs.working import current
from core.settings import PROJECT_DIR
from core.store import backups, server
from core.store.backups import Table

_MB = 1_000_000
WORDS = "백업을 쓰는 중(MB)"
BUSY = "다른 백업이 진행 중입니다. 그것이 끝난 뒤 다시 해 주세요."


@dataclass(frozen=True, slots=True)
class Made:
    """A backup that was made."""

    path: Path
    size: int
    """Bytes of the file."""
    manifest: Manifest


def make(conn: Connection, path: Path, *, told: Callable[[int, int], None] = lambda done, total: None) -> Made:
    """Write everything there is into a file, as it is at one moment; whoever works meanwhile is not held up.

    Args:
        conn: an autocommit connection to the database, which may have an older schema.
        told: hears how many MB of about how many are written, also beside the job that this is; may stop it by an error.

    Raises:
        InputError: another backup is being made, or the file cannot be written; then there is none.
        StoppedError: somebody stopped it; then there is none.
    """
    def tell(done: int, total: int) -> None:
        current().check()
        current().progress(done, total, WORDS)
        told(done, total)

    with backups.one_at_a_time(conn) as mine:
        if not mine:
            raise InputError(BUSY)
        with container.written(path) as writer, backups.snapshot(conn):
            manifest = _written(conn, writer, tell)
            writer.close(manifest)
    return Made(path, path.stat().st_size, manifest)


def _written(conn: Connection, writer: container.Writer, tell: Callable[[int, int], None]) -> Manifest:
    made_at, tables = datetime.now(UTC), backups.tables(conn)
    total, done, parts = sum(table.size for table in tables), 0, []
    for table in tables:
        parts.append(_part(conn, table, writer, _Told(tell, done, total)))
        done += table.size
    tell(_mb(total), _mb(total))
    return Manifest(made_at, product(), *server.versions(conn), schema=tuple(backups.steps(conn)), parts=tuple(parts),
                    counters=tuple(backups.sequences(conn)))


def _part(conn: Connection, table: Table, writer: container.Writer, told: _Told) -> Part:
    name = table.name if table.set_id is None else f"{table.name}.{table.set_id}"
    with backups.reading(conn, table) as copy:
        size, sha256 = writer.add(name, table.name, told.passing(copy))
        rows = copy.cursor.rowcount
    return Part(name, table.name, table.set_id, table.dims, table.columns, table.order, rows, size, sha256)


@dataclass(frozen=True, slots=True)
class _Told:
    """Tells how far it is between two pieces."""

    tell: Callable[[int, int], None]
    before: int
    total: int

    def passing(self, copy: Copy) -> Iterator[bytes]:
        """Yield what the server sends."""
        read = told = 0
        for data in copy:
            read += len(data)
            if read - told > _MB or not told:
                told = read
                self.tell(min(_mb(self.before + read), _mb(self.total)), _mb(self.total))
            yield bytes(data)


def product() -> str:
    """Return this program's version."""
    return tomllib.loads((PROJECT_DIR / "pyproject.toml").read_text(encoding="utf-8"))["project"]["version"]


def _mb(size: int) -> int:
    return max(1, size // _MB)
