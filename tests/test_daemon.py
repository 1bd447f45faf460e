"""Locks, user counts, socket folders and health of the daemons."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from core import daemon
from core.daemon import FileLock, Users, is_running, socket_dir, wait_until
from core.errors import UserError


def test_an_exclusive_lock_keeps_others_out_until_it_is_released(tmp_path):
    path = tmp_path / "lock"
    with FileLock(path) as held:
        assert held.held
        assert not FileLock(path).try_acquire()
        with pytest.raises(TimeoutError):
            FileLock(path, timeout=0.02).acquire()
    again = FileLock(path, timeout=0.02)
    again.acquire()
    again.release()
    assert not again.held


def test_shared_locks_live_side_by_side_and_keep_an_exclusive_one_out(tmp_path):
    path = tmp_path / "lock"
    with FileLock(path, shared=True), FileLock(path, shared=True):
        assert not FileLock(path).try_acquire()


def test_a_lock_object_cannot_be_taken_twice(tmp_path):
    with FileLock(tmp_path / "lock") as held, pytest.raises(ValueError, match="already locked"):
        held.acquire()


def test_a_lock_is_not_inherited_by_accident(tmp_path):
    with FileLock(tmp_path / "lock"):
        child = subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE)
    try:
        assert FileLock(tmp_path / "lock").try_acquire()
    finally:
        child.communicate(b"\n")


def test_a_lock_handed_to_a_child_lives_as_long_as_the_child(tmp_path):
    lock = FileLock(tmp_path / "lock")
    lock.acquire()
    child = subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE, pass_fds=[lock.fileno()])
    lock.hand_over()
    assert not lock.held
    assert not FileLock(tmp_path / "lock").try_acquire()
    child.kill()
    child.communicate()
    assert FileLock(tmp_path / "lock").try_acquire()


def test_the_last_user_is_the_one_without_company(tmp_path):
    first, second = Users(tmp_path / "users"), Users(tmp_path / "users")
    first.register()
    first.register()
    assert first.is_last()
    second.register()
    assert not first.is_last()
    assert not second.is_last(), "asking must not count the asker out"
    first.release()
    assert second.is_last()


def test_a_killed_user_has_left(tmp_path):
    code = (
        "import sys; from pathlib import Path; from core.daemon import Users; users = Users(Path(sys.argv[1]));"
        "users.register(); print('in', flush=True); input()"
    )
    other = subprocess.Popen(
        [sys.executable, "-c", code, str(tmp_path / "users")], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    )
    assert other.stdout is not None
    assert other.stdout.readline() == b"in\n"
    mine = Users(tmp_path / "users")
    mine.register()
    assert not mine.is_last()
    other.kill()
    other.communicate()
    assert mine.is_last()


def test_a_forked_child_that_ends_leaves_its_parent_counted(tmp_path):
    mine, other = Users(tmp_path / "users"), Users(tmp_path / "users")
    mine.register()
    pid = os.fork()
    if pid == 0:
        mine.release()
        os._exit(0)
    os.waitpid(pid, 0)
    other.register()
    assert not other.is_last()


def test_the_socket_folder_is_short_private_and_the_same_each_time(tmp_path):
    deep = tmp_path / ("아주 긴 폴더 " * 8) / ("x" * 100)
    folder = socket_dir(deep)
    try:
        assert folder == socket_dir(deep)
        assert folder != socket_dir(tmp_path)
        assert len(os.fsencode(folder / "some.socket")) < 60
        assert folder.stat().st_mode & 0o777 == 0o700
        folder.chmod(0o755)
        assert socket_dir(deep).stat().st_mode & 0o777 == 0o700, "an opened folder is closed again"
    finally:
        folder.rmdir()
        socket_dir(tmp_path).rmdir()


def test_a_socket_folder_that_somebody_else_prepared_is_not_used(tmp_path, monkeypatch):
    trap, refuge = tmp_path / "trap", tmp_path / "refuge"
    trap.mkdir()
    refuge.mkdir()
    monkeypatch.setattr(daemon, "SOCKET_BASES", (str(trap), str(refuge)))
    name = socket_dir(tmp_path).name
    (trap / name).rmdir()
    (trap / name).symlink_to(refuge)
    assert socket_dir(tmp_path) == refuge / name
    (refuge / name).rmdir()
    (refuge / name).write_text("a file")
    with pytest.raises(UserError, match="임시 폴더"):
        socket_dir(tmp_path)


def test_a_running_process_is_known_by_its_command_line():
    assert is_running(os.getpid(), "python")
    assert not is_running(os.getpid(), "postgres -D nowhere")
    assert not is_running(0, "")
    assert not is_running(2**31 - 1, "")


@pytest.mark.skipif(not Path("/proc/self").exists(), reason="needs /proc to see the zombie")
def test_a_zombie_is_not_running():
    child = subprocess.Popen([sys.executable, "-c", "pass"])
    assert wait_until(lambda: "Z" in Path(f"/proc/{child.pid}/stat").read_text(), seconds=10)
    try:
        assert not is_running(child.pid, "")
    finally:
        child.wait()


def test_waiting_ends_with_health_with_death_or_with_time():
    answers = iter([False, False, True])
    assert wait_until(lambda: next(answers), seconds=5)
    assert not wait_until(lambda: False, seconds=60, gone=lambda: True)
    assert not wait_until(lambda: False, seconds=0.02)
