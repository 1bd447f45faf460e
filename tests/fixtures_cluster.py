"""Embedded servers of their own for the tests of their manager, and what tests ask of one."""

import contextlib
import os
import shutil
from pathlib import Path

import psutil
import psycopg
import pytest

from core import daemon
from core.store import binaries, cluster
from core.store.embedded import EmbeddedServer


@pytest.fixture(scope="session")
def cluster_template(tmp_path_factory):
    """A cluster as ``initdb`` leaves it, stopped."""
    server = EmbeddedServer(tmp_path_factory.mktemp("template") / "data")
    server.start()
    server.leave()
    return server.data_dir / "postgres"


@pytest.fixture
def cluster_dir(cluster_template, tmp_path):
    """A data folder with a fresh cluster; whatever runs in it at the end is killed."""
    folder = tmp_path / "data"
    folder.mkdir()
    shutil.copytree(cluster_template, folder / "postgres")
    yield folder
    for place in [*tmp_path.iterdir(), folder]:
        kill_all(place / "postgres")
        for uid in {os.geteuid(), binaries.account_for(place / "postgres").uid}:
            shutil.rmtree(daemon.socket_dir(place / "postgres", owner=uid))


def ask(server: EmbeddedServer, question: str) -> object:
    with psycopg.connect(server.conninfo, autocommit=True) as conn:
        row = conn.execute(question.encode()).fetchone()
    assert row is not None
    return row[0]


def tell(server: EmbeddedServer, statement: str) -> None:
    with psycopg.connect(server.conninfo, autocommit=True) as conn:
        conn.execute(statement.encode())


def postmaster(server: EmbeddedServer) -> psutil.Process:
    pid = int((server.data_dir / "postgres" / "postmaster.pid").read_text().split("\n", 1)[0])
    return psutil.Process(pid)


def kill_all(folder: Path) -> None:
    for process in cluster.processes(folder):
        with contextlib.suppress(psutil.NoSuchProcess):
            process.kill()


def is_stopped(server: EmbeddedServer) -> bool:
    return not cluster.processes(server.data_dir / "postgres")
