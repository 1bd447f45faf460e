"""The embedded server's manager, against everything that goes wrong with one: each case happened to some other manager."""

import os
import shutil
import signal
import subprocess
import sys
from pathlib import Path

import psutil
import psycopg
import pytest
from psycopg import pq

from core import daemon
from core.errors import StoreError
from core.settings import PROJECT_DIR
from core.store import binaries, cluster, embedded, open_database
from core.store.embedded import EmbeddedServer
from tests.fixtures_cluster import ask, is_stopped, kill_all, postmaster, tell

pytestmark = pytest.mark.slow

USER = """
import sys
from pathlib import Path
from core.store.embedded import EmbeddedServer
server = EmbeddedServer(Path(sys.argv[1]))
server.start()
print("ready", flush=True)
sys.stdin.readline()
server.leave()
"""


class Other:
    """Another process that uses the server of a data folder."""

    def __init__(self, data_dir: Path) -> None:
        command = [sys.executable, "-c", USER, str(data_dir)]
        self.process = subprocess.Popen(
            command, cwd=PROJECT_DIR, stdin=subprocess.PIPE, stdout=subprocess.PIPE, start_new_session=True
        )

    def ready(self) -> "Other":
        assert self.process.stdout is not None
        assert self.process.stdout.readline() == b"ready\n"
        return self

    def leave(self) -> None:
        self.process.communicate(b"\n")
        assert self.process.returncode == 0

    def kill(self) -> None:
        """Kill it with its whole process group, as a closed terminal or a job runner does."""
        os.killpg(self.process.pid, signal.SIGKILL)
        self.process.communicate()


@pytest.fixture
def data_dir(cluster_dir):
    return cluster_dir


@pytest.fixture
def server(data_dir):
    return EmbeddedServer(data_dir)


def test_settings_are_the_safe_ones_and_no_port_is_open(server):
    server.start()
    for name, value in {"fsync": "on", "full_page_writes": "on", "synchronous_commit": "on",
                        "listen_addresses": "", "data_checksums": "on"}.items():
        assert ask(server, f"SHOW {name}") == value, name
    if sys.platform == "linux":
        assert ask(server, "SHOW recovery_init_sync_method") == "syncfs"
    assert not [c for c in postmaster(server).net_connections(kind="inet") if c.status == psutil.CONN_LISTEN]
    server.leave()
    assert is_stopped(server)


def test_a_long_korean_path_with_spaces_from_nothing_to_stopped(tmp_path):
    folder = tmp_path / ("문항 은행's \"자료\", 100% " * 4).strip() / ("가" * 60)
    assert len(os.fsencode(folder)) > 300
    server = EmbeddedServer(folder)
    server.start()
    assert ask(server, "SELECT 'ok'") == "ok"
    server.leave()
    assert is_stopped(server)


def test_a_path_too_long_for_postgresql_is_refused(tmp_path):
    folder = tmp_path.joinpath(*["가" * 80] * 4)
    with pytest.raises(StoreError, match="경로가 너무 깁니다"):
        EmbeddedServer(folder).start()


def test_a_race_of_cold_starts_shares_one_server_that_the_last_one_stops(tmp_path):
    server = EmbeddedServer(tmp_path / "new")
    others = [Other(server.data_dir) for _ in range(3)]
    for other in others:
        other.ready()
    server.start()
    first = postmaster(server).pid
    for other in others:
        other.leave()
        assert postmaster(server).pid == first
    assert ask(server, "SELECT 1") == 1
    server.leave()
    assert is_stopped(server)


def test_a_killed_user_leaves_server_and_rows_and_the_next_last_user_stops_it(server):
    other = Other(server.data_dir).ready()
    server.start()
    tell(server, "CREATE TABLE kept AS SELECT generate_series(1, 1000)")
    server.leave()
    other.kill()
    assert not is_stopped(server), "nobody was there to stop it"
    server.start()
    assert ask(server, "SELECT count(*) FROM kept") == 1000
    server.leave()
    assert is_stopped(server)


def test_a_killed_postmaster_is_replaced_though_its_parent_leaves_it_a_zombie(server):
    other = Other(server.data_dir).ready()
    server.start()
    tell(server, "CREATE TABLE kept AS SELECT generate_series(1, 1000)")
    dead = postmaster(server)
    dead.kill()
    assert daemon.wait_until(lambda: dead.status() == psutil.STATUS_ZOMBIE, seconds=10)
    server.ensure_running()
    assert ask(server, "SELECT count(*) FROM kept") == 1000
    assert dead.status() == psutil.STATUS_ZOMBIE, "the case under test"
    server.leave()
    assert not is_stopped(server), "the other one still uses it"
    other.leave()
    assert is_stopped(server)


def test_a_backend_that_outlived_the_postmaster_is_ended_first(server):
    server.start()
    busy = subprocess.Popen(
        [sys.executable, "-c", "import sys, psycopg; psycopg.connect(sys.argv[1]).execute("
         "'SELECT count(*) FROM generate_series(1, 1000000000) AS n WHERE n % 7 = 3')", server.conninfo],
        stderr=subprocess.DEVNULL,
    )
    running = "SELECT count(*) FROM pg_stat_activity WHERE query LIKE 'SELECT count(*) FROM generate%'"
    assert daemon.wait_until(lambda: ask(server, running) == 1, seconds=20)
    postmaster(server).kill()
    server.ensure_running()
    assert ask(server, "SELECT 1") == 1
    busy.kill()
    busy.wait()
    server.leave()


@pytest.mark.parametrize("content", [
    b"", b"\n", b"12", b"not a number\n/somewhere\n",
    pytest.param(None, id="reused pid"),
])
def test_a_stale_or_half_written_pid_file_does_not_matter(server, content):
    server.start()
    pid_file = server.data_dir / "postgres" / "postmaster.pid"
    whole = pid_file.read_bytes()
    sockets = daemon.socket_dir(server.data_dir / "postgres", owner=pid_file.stat().st_uid)
    kill_all(pid_file.parent)
    # As after a container's restart: the old process id now belongs to a stranger.
    account = binaries.account_for(pid_file.parent)
    stranger = subprocess.Popen(["/bin/sh", "-c", "read line"], stdin=subprocess.PIPE, **account.popen_options())
    reused = b"%d\n" % stranger.pid + whole.split(b"\n", 1)[1]
    pid_file.write_bytes(reused if content is None else content)
    (sockets / ".s.PGSQL.5432.lock").write_bytes(reused)
    server.start()
    assert ask(server, "SELECT 1") == 1
    server.leave()
    assert stranger.poll() is None, "the stranger is left alone"
    stranger.communicate(b"\n")


@pytest.mark.parametrize("milestone", ["PG_VERSION", "global/pg_control"])
def test_an_interrupted_initdb_leaves_nothing_in_the_way(tmp_path, milestone):
    server = EmbeddedServer(tmp_path / "data")
    other = Other(server.data_dir)
    assert daemon.wait_until(lambda: any(server.data_dir.glob(f"postgres.new-*/{milestone}")), seconds=30)
    os.killpg(other.process.pid, signal.SIGKILL)
    other.process.communicate()
    assert not (server.data_dir / "postgres").exists(), "killed too late to say anything"
    server.start()
    assert ask(server, "SELECT 1") == 1
    server.leave()
    assert not list(server.data_dir.glob("postgres.new-*"))


def test_a_data_folder_deleted_under_a_running_server_starts_anew(tmp_path):
    server = EmbeddedServer(tmp_path / "data")
    server.start()
    old = postmaster(server)
    shutil.rmtree(server.data_dir)
    again = EmbeddedServer(server.data_dir)
    again.start()
    assert not daemon.is_running(old.pid, "postgres")
    assert ask(again, "SELECT 1") == 1
    again.leave()
    assert is_stopped(again)


def test_a_data_folder_moved_under_a_running_server_is_used_where_it_is(server, tmp_path):
    server.start()
    tell(server, "CREATE TABLE kept AS SELECT 1 AS n")
    server.data_dir.rename(tmp_path / "moved")
    server.leave()
    moved = EmbeddedServer(tmp_path / "moved")
    moved.start()
    assert ask(moved, "SELECT n FROM kept") == 1
    moved.leave()
    assert is_stopped(moved)


def test_a_deleted_socket_brings_a_new_server(server):
    server.start()
    shutil.rmtree(ask(server, "SHOW unix_socket_directories"))
    server.ensure_running()
    assert ask(server, "SELECT 1") == 1
    server.leave()


def test_a_folder_opened_to_others_is_closed_again(server):
    folder = server.data_dir / "postgres"
    folder.chmod(0o755)
    server.start()
    assert folder.stat().st_mode & 0o777 == 0o700
    server.leave()


def test_a_damaged_or_foreign_folder_is_refused_and_kept(server):
    version = server.data_dir / "postgres" / "PG_VERSION"
    version.write_text("17\n")
    with pytest.raises(StoreError, match="PostgreSQL 17의 것"):
        server.start()
    version.unlink()
    with pytest.raises(StoreError, match="손상"):
        server.start()
    assert (server.data_dir / "postgres" / "global").is_dir()


def test_a_server_that_somebody_started_by_hand_is_not_joined(server, cluster_template):
    folder = server.data_dir / "postgres"
    account = binaries.account_for(cluster_template)
    cluster.ensure_cluster(folder, account=account, programs=binaries.programs_for(account), log=sys.stdout)
    sockets = daemon.socket_dir(server.data_dir / "by hand", owner=account.uid)
    command = [str(binaries.programs_for(account) / "bin/postgres"), "-D", cluster.folder_argument(folder, account),
               *cluster.options(sockets)]
    by_hand = subprocess.Popen(command, cwd=folder, stderr=subprocess.DEVNULL, **account.popen_options())
    assert daemon.wait_until(lambda: (folder / "postmaster.pid").exists(), seconds=10)
    with pytest.raises(StoreError, match=f"프로세스 {by_hand.pid}"):
        server.start()
    by_hand.send_signal(signal.SIGINT)
    by_hand.wait()
    sockets.rmdir()


def test_a_server_that_says_it_is_recovering_is_waited_for(server, monkeypatch):
    monkeypatch.setattr(embedded, "SILENT_SECONDS", 0.0)
    answers = iter([pq.Ping.REJECT] * 9 + [pq.Ping.OK])
    monkeypatch.setattr(server, "_ping", lambda: next(answers))
    assert server._wait_for_answer(gone=lambda: False)
    monkeypatch.setattr(server, "_ping", lambda: pq.Ping.NO_RESPONSE)
    assert not server._wait_for_answer(gone=lambda: False)


def test_a_start_that_fails_says_where_to_look(server):
    (server.data_dir / "postgres" / "postgresql.conf").write_text("shared_preload_libraries = 'nothing_like_it'\n")
    with pytest.raises(StoreError, match=r"postgresql\.log"):
        server.start()
    assert is_stopped(server)


def test_the_pool_brings_a_killed_server_back(data_dir):
    database = open_database(data_dir=data_dir, url="")
    with database.connection() as conn:
        conn.execute("CREATE TABLE kept AS SELECT generate_series(1, 1000)")
    assert database.embedded is not None
    postmaster(database.embedded).kill()
    assert database.run(lambda conn: conn.execute("SELECT count(*) FROM kept").fetchone()) == (1000,)
    database.close()
    assert is_stopped(database.embedded)
    with pytest.raises(StoreError, match="이미 닫았습니다"):
        database.embedded.ensure_running()
    assert is_stopped(database.embedded), "nothing starts it again behind our back"


def test_every_acknowledged_row_is_there_after_everything_was_killed(server):
    server.start()
    tell(server, "CREATE TABLE judged (n integer)")
    acknowledged = 0
    with pytest.raises(psycopg.OperationalError), psycopg.connect(server.conninfo, autocommit=True) as conn:
        while True:
            conn.execute("INSERT INTO judged VALUES (1)")
            acknowledged += 1
            if acknowledged == 200:
                kill_all(server.data_dir / "postgres")
    server.ensure_running()
    # One more may have been written whose answer was lost.
    assert ask(server, "SELECT count(*) FROM judged") in (acknowledged, acknowledged + 1)
    server.leave()
