"""The database of a process: the embedded server or the one of DATABASE_URL, migrated, behind a pool."""

from __future__ import annotations

import atexit
import os
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TypeVar

import psycopg
from pgvector.psycopg import register_vector
from psycopg import Connection
from psycopg_pool import ConnectionPool, PoolTimeout

from core.errors import StoreError
from core.settings import settings
from core.store import migrate, server
from core.store.embedded import EmbeddedServer

T = TypeVar("T")
_WAIT_SECONDS = 10.0
READ_ONLY = "이 화면에서는 저장할 수 없습니다. 화면을 새로 고쳐도 같으면 실행 기록(로그)을 담당자에게 보내 주세요."
_open: dict[tuple[int, str], Database] = {}
_guard = threading.Lock()


class Database:
    """A pool of connections to a server that has every migration. Make it with ``open_database``."""

    def __init__(self, *, data_dir: Path, url: str = "") -> None:
        """Start or reach the server, migrate it, open the pool.

        Raises:
            StoreError: the server cannot be started, reached or used.
        """
        self._reading: Reading | None = None
        self.embedded = None if url else EmbeddedServer(data_dir)
        if self.embedded is not None:
            self.embedded.start()
        try:
            self.conninfo = self.embedded.conninfo if self.embedded else url
            with server.connect(self.conninfo) as conn:
                server.check(conn)
                migrate.migrate(conn, migrate.load())
            self._pool = self._pooled("itembank", register_vector)
        except BaseException:
            self._leave()
            raise

    @property
    def reading(self) -> Reading:
        """This database for those who only look: PostgreSQL itself refuses whatever they would write."""
        with _guard:
            if self._reading is None:
                self._reading = Reading(self)
            return self._reading

    @contextmanager
    def connection(self) -> Iterator[Connection]:
        """Lend a connection: autocommit, vectors registered, alive when it is handed over.

        Raises:
            StoreError: the server cannot be reached, broke off in the middle, its disk is full, or this view only reads.
        """
        conn = self._borrow()
        try:
            with conn:
                yield conn
        except psycopg.errors.DiskFull as error:
            raise StoreError("디스크가 가득 차 저장하지 못했습니다. 빈 공간을 만든 뒤 다시 시도해 주세요.") from error
        except psycopg.errors.ReadOnlySqlTransaction as error:
            raise StoreError(READ_ONLY) from error
        except psycopg.OperationalError as error:
            if conn.broken:
                raise ConnectionBroken("데이터베이스와의 연결이 끊어졌습니다. 잠시 뒤 다시 시도해 주세요.") from error
            raise
        finally:
            self._pool.putconn(conn)

    def run(self, work: Callable[[Connection], T]) -> T:
        """Return ``work(connection)``, done once more if the connection broke in the middle.

        Only for work that may be repeated: reading, or writing that is all or nothing and idempotent.

        Raises:
            StoreError: as in ``connection``.
        """
        try:
            with self.connection() as conn:
                return work(conn)
        except ConnectionBroken:
            with self.connection() as conn:
                return work(conn)

    def close(self) -> None:
        """Close the pools and leave the embedded server, which stops when nobody else uses it."""
        with _guard:
            for key, database in list(_open.items()):
                if database is self:
                    del _open[key]
        if self._reading is not None:
            self._reading._pool.close()
        self._pool.close()
        self._leave()

    def _pooled(self, name: str, configure: Callable[[Connection], None]) -> ConnectionPool:
        return ConnectionPool(
            self._address, min_size=1, max_size=12, timeout=_WAIT_SECONDS, num_workers=2, name=name,
            kwargs={"autocommit": True}, configure=configure, check=ConnectionPool.check_connection, open=True,
        )

    def _leave(self) -> None:
        if self.embedded is not None:
            self.embedded.leave()

    def _address(self) -> str:
        """Asked by the pool before each new connection: an embedded server that died is up again by then."""
        if self.embedded is not None:
            self.embedded.ensure_running()
        return self.conninfo

    def _borrow(self) -> Connection:
        try:
            return self._pool.getconn()
        except PoolTimeout as error:
            # Whatever is wrong with the server comes out here, as its own sentence.
            server.connect(self._address()).close()
            raise StoreError("데이터베이스가 바빠 차례가 오지 않았습니다. 잠시 뒤 다시 시도해 주세요.") from error


class Reading(Database):
    """A database as its reader sees it. It starts nothing and closes nothing: it lives and ends with the one it reads."""

    def __init__(self, whole: Database) -> None:
        """Open a pool of its own, whose connections write nothing."""
        self.embedded, self.conninfo, self._reading = whole.embedded, whole.conninfo, None
        self._pool = whole._pooled("itembank-reading", _for_reading)

    @property
    def reading(self) -> Reading:
        """Itself."""
        return self

    def close(self) -> None:
        """Do nothing: others read too."""


def _for_reading(conn: Connection) -> None:
    register_vector(conn)
    conn.execute("SET default_transaction_read_only = on")


class ConnectionBroken(StoreError):
    """The server went away while a connection was lent; what was not committed did not happen."""


def open_database(*, data_dir: Path | None = None, url: str | None = None) -> Database:
    """Return this process's database: by default the one of the settings; opened on the first call, then shared.

    Raises:
        StoreError: it cannot be started, reached or used.
    """
    folder = (data_dir or settings().data_dir).resolve()
    address = settings().database_url if url is None else url
    key = (os.getpid(), address or str(folder))
    with _guard:
        if key not in _open:
            _open[key] = Database(data_dir=folder, url=address)
        return _open[key]


def close_database() -> None:
    """Close every database of this process; runs by itself when the process ends."""
    for (pid, _), database in list(_open.items()):
        if pid == os.getpid():
            database.close()


atexit.register(close_database)
