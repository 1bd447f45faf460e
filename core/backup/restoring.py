"""Bringing a backup back: everything or nothing, into a database that holds nothing or by leave in place of what it holds."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import psycopg
from psycopg import Connection

from core.backup import container, keeping, making
from core.backup.container import UNTOUCHED, Reader
from core.backup.manifest import Manifest, Part
from core.errors import InputError, StoreError
from core.store import backups, migrate, server
from core.store.embedded import EmbeddedServer

Told = Callable[[str, int, int], None]
"""Hears what is done, and how many bytes of how many."""

IN_USE = ("이 데이터베이스에는 이미 자료가 있습니다. 지금 것을 백업해 두고 바꾸려면 --replace를 붙이고, "
          "따로 되살리려면 DATA_DIR을 새 폴더로 정해 주세요.")
OTHERS = "대시보드나 다른 명령이 이 데이터베이스를 쓰고 있습니다. 모두 끈 뒤 다시 해 주세요. " + UNTOUCHED
NEWER = "이 백업은 더 새로운 버전의 프로그램이 만들었습니다. 프로그램을 최신으로 올린 뒤 다시 해 주세요. " + UNTOUCHED
OTHER_SCHEMA = "이 백업의 데이터 구조({name})가 이 프로그램의 것과 다릅니다. 백업을 만든 버전의 프로그램으로 되살려 주세요. " + UNTOUCHED
STRANGERS = "이 데이터베이스에는 다른 프로그램의 표({names})가 있어 바꾸지 않았습니다. 이 프로그램만 쓰는 데이터베이스를 정해 주세요."
DIFFERS = "되살린 표({table})가 백업과 달라 모두 되돌렸습니다. 디스크와 메모리를 살핀 뒤 다시 해 주세요. " + UNTOUCHED
REFUSED = "데이터베이스가 백업의 내용을 받지 않아 모두 되돌렸습니다. 로그 폴더의 core.log를 담당자에게 보내 주세요. " + UNTOUCHED
FULL = "디스크가 가득 차 되살리지 못했습니다. 빈 공간을 만든 뒤 다시 해 주세요. " + UNTOUCHED
LOST = "데이터베이스와의 연결이 끊어져 되살리지 못했습니다. 서버와 디스크의 빈 공간을 살핀 뒤 다시 해 주세요. " + UNTOUCHED


@dataclass(frozen=True, slots=True)
class Restored:
    """What was brought back."""

    manifest: Manifest
    upgraded: tuple[int, ...]
    """Migrations applied on top, where the backup was of an older version."""
    kept: Path | None
    """The backup of what was there before."""


def check(path: Path, *, told: Told = lambda words, done, total: None) -> Manifest:
    """Look at all of a backup and at whether this program can bring it back; touches nothing.

    Raises:
        InputError: it is no backup, damaged, or of a newer or another version.
    """
    with _usable(path, told) as reader:
        return reader.manifest


def restore(path: Path, *, data_dir: Path, url: str = "", replace: bool = False, kept_in: Path | None = None,
            told: Told = lambda words, done, total: None) -> Restored:
    """Bring a backup back in one transaction, and read all of it again before it counts.

    Args:
        data_dir: whose embedded server to use, where ``url`` names no other one.
        replace: what the database holds may go; a backup of it is made first.
        kept_in: the folder for that backup.

    Raises:
        InputError: the file cannot be used, or the database holds something and may not be replaced.
        StoreError: somebody uses the database, or it does not take the rows; it is as it was.
    """
    with _usable(path, told) as reader, _connected(data_dir, url) as conn:
        if not backups.alone(conn) or backups.others(conn):
            raise StoreError(OTHERS)
        if foreign := backups.strangers(conn, migrate.load()):
            raise InputError(STRANGERS.format(names=", ".join(foreign[:3])))
        kept = None
        if backups.in_use(conn):
            if not replace:
                raise InputError(IN_USE)
            told("지금 자료를 백업하는 중", 0, 1)
            kept = making.make(conn, keeping.new(kept_in or data_dir / keeping.FOLDER, keeping.BEFORE)).path
        try:
            upgraded = _brought_back(conn, reader, told)
        except psycopg.errors.DiskFull as error:
            raise StoreError(FULL) from error
        except psycopg.OperationalError as error:
            raise StoreError(LOST) from error
        except psycopg.Error as error:
            raise StoreError(REFUSED) from error
        backups.settle(conn)
        return Restored(reader.manifest, tuple(upgraded), kept)


@contextmanager
def _usable(path: Path, told: Told) -> Iterator[Reader]:
    size = path.stat().st_size if path.is_file() else 0
    with container.opened(path, looked=lambda done: told("백업 파일을 살피는 중", done, size)) as reader:
        known = {step.number: step for step in migrate.load()}
        for number, name, sha256 in reader.manifest.schema:
            if number not in known:
                raise InputError(NEWER)
            if known[number].sha256 != sha256:
                raise InputError(OTHER_SCHEMA.format(name=name))
        yield reader


@contextmanager
def _connected(data_dir: Path, url: str) -> Iterator[Connection]:
    """Lend a connection past the pool: what is there is not migrated before anybody knows whether it stays."""
    embedded = None if url else EmbeddedServer(data_dir)
    if embedded is not None:
        embedded.start()
    try:
        with server.connect(url or embedded.conninfo) as conn:
            server.check(conn)
            yield conn
    finally:
        if embedded is not None:
            embedded.leave()


def _brought_back(conn: Connection, reader: Reader, told: Told) -> list[int]:
    manifest, steps = reader.manifest, migrate.load()
    old = [step for step in steps if step.number <= manifest.step]
    with conn.transaction():
        backups.clear(conn)
        migrate.build(conn, old)
        _fill(conn, reader, told)
        backups.count_on(conn, manifest.counters)
        _compare(conn, manifest, told)
        return migrate.migrate(conn, steps)


def _fill(conn: Connection, reader: Reader, told: Told) -> None:
    there = {table.name: table for table in backups.tables(conn)}
    done, total = 0, reader.manifest.bytes
    for part in reader.manifest.parts:
        if part.set_id is None and (part.table not in there or set(part.columns) != set(there[part.table].columns)):
            raise container.damaged(reader.path, part.table)
        with backups.writing(conn, part.source) as copy:
            for chunk in reader.chunks(part):
                copy.write(chunk)
                done += len(chunk)
                told("되살리는 중", done, total)


def _compare(conn: Connection, manifest: Manifest, told: Told) -> None:
    """Read back what was written: the same rows are the same bytes."""
    done = 0
    backups.in_key_order(conn)
    for part in manifest.parts:
        if _sha256(conn, part) != part.sha256:
            raise StoreError(DIFFERS.format(table=part.table))
        done += part.bytes
        told("되살린 것을 백업과 견주는 중", done, manifest.bytes)


def _sha256(conn: Connection, part: Part) -> str:
    hashed = hashlib.sha256()
    with backups.reading(conn, part.source) as copy:
        for data in copy:
            hashed.update(data)
    return hashed.hexdigest()
