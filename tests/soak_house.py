"""The house of ``make soak``: a prepared database with accounts and an open round, and the dashboard as it is served."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import psutil

from core.accounts import users
from core.accounts.person import Role
from core.labels.guidelines import VERSION
from core.settings import PROJECT_DIR, settings
from core.store import Database, collections, items, open_database, pools, queries, rounds
from tests.soak_people import PASSWORD

OVERLAP = 3
POOLED = 40
"""Items a query is asked about: 4,000 pairs, about what the plan's pools come to."""
_MADE_READY = (["prepare"], ["labels", "freeze", "--by", "soak", "--name", "soak"],
               ["evaluate", "--scenarios", "gate", "--systems", "A,B,D"], ["bench", "latency", "--system", "B", "--calls", "20"])


def prepare(people: dict[Role, Sequence[str]]) -> tuple[Database, int]:
    """Make what the pages show, an account for each name, and a round over every query; return the round's number."""
    for verb in _MADE_READY:
        subprocess.run([sys.executable, "-m", "core", *verb], cwd=PROJECT_DIR, check=True, stdout=subprocess.DEVNULL,
                       stderr=subprocess.DEVNULL)
    database = open_database()
    for role, names in people.items():
        for name in names:
            users.add(database, name=name, role=role, password=PASSWORD)
    with database.connection() as conn:
        collection = collections.get(conn, settings().collection)
        round_id = rounds.create(conn, rounds.NewRound(collection_id=collection.id, name="soak", created_by="soak",
                                                       guideline_version=VERSION, overlap=OVERLAP))
        stored = [each for batch in items.iterate(conn, collection.id) for each in batch]
        pools.add(conn, round_id, [pools.NewPair(query.query_id, query.content_hash, each.item.id, each.content_hash, asked=True)
                                   for place, query in enumerate(queries.current(conn, collection.id))
                                   for each in [stored[(place + step) % len(stored)] for step in range(POOLED)]
                                   if each.item.id != query.source_item_id])
    return database, round_id


@contextmanager
def served(folder: Path) -> Iterator[tuple[str, psutil.Process]]:
    """Serve the dashboard as ``make run`` does; yields its address and the process that draws the pages."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    with (folder / "soak.log").open("wb") as log:
        server = subprocess.Popen([sys.executable, "-m", "core", "serve", "--port", str(port)], cwd=PROJECT_DIR, env=os.environ,
                                  stdout=log, stderr=log)
        try:
            yield f"http://127.0.0.1:{port}", _drawing(server, port)
        finally:
            server.terminate()
            server.wait(timeout=60)


def _drawing(server: subprocess.Popen, port: int) -> psutil.Process:
    for _ in range(600):
        if server.poll() is not None:
            break
        try:
            urllib.request.urlopen(f"http://127.0.0.1:{port}/login", timeout=2).close()
        except (urllib.error.URLError, OSError):
            time.sleep(0.2)
        else:
            return next(child for child in psutil.Process(server.pid).children(recursive=True) if "streamlit" in child.cmdline())
    raise SystemExit("대시보드가 뜨지 않았습니다. `python -m core doctor`로 까닭을 확인해 주세요.")


def engine(folder: Path) -> psutil.Process | None:
    """Return the engine's process of this data folder, None where it does not run."""
    for process in psutil.process_iter(["cmdline"]):
        try:
            if "core.engine" in (process.info["cmdline"] or []) and process.environ().get("DATA_DIR") == str(folder):
                return process
        except psutil.Error:
            continue
    return None


def last_traceback(folder: Path) -> str:
    """Return the last traceback that the dashboard wrote, "" where it wrote none."""
    before, found, last = (folder / "soak.log").read_text("utf-8", "replace").rpartition("Traceback (most recent call last)")
    return f"{before.rstrip().rpartition(chr(10))[2]}\n{found}{last[:4000]}\n" if found else ""
