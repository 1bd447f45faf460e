"""The engine across processes: its calls, its starts and its ends. The models are pretended, the rest is real."""

from __future__ import annotations

import os
import shutil
import signal
import socket
import stat
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest

from core.daemon import is_running, socket_dir, wait_until
from core.engine import launch, wire
from core.errors import EngineBusyError, EngineDiedError, EngineError, InputError, ModelError, NotFoundError
from core.models.contract import Content
from tests.pretended_engine import SCRIPT, client_of, encode, waits

RAW = {"op": "encode", "key": "fake", "precision": "auto", "max_pixels": None, "role": "query", "priority": "batch",
       "timeout_s": 60, "contents": []}


@pytest.fixture
def data_dir(tmp_path):
    path = tmp_path / "데이터 폴더"
    yield path
    shutil.rmtree(socket_dir(path))


@pytest.fixture
def client(data_dir):
    """A client whose engine does not run yet."""
    made = client_of(data_dir)
    yield made
    made.stop()


@pytest.fixture(scope="module")
def shared(tmp_path_factory):
    """A client of an engine that the tests of calls share."""
    path = tmp_path_factory.mktemp("engine")
    made = client_of(path)
    encode(made, "가")
    yield made
    made.stop()
    shutil.rmtree(socket_dir(path))


@pytest.fixture
def gate(tmp_path):
    """A file whose coming ends a held computation; it comes with the test's end at the latest."""
    path = tmp_path / "gate"
    yield path
    path.touch()


@pytest.fixture
def pool():
    with ThreadPoolExecutor(24) as made:
        yield made


# -- calls


def test_lists_longer_than_a_request_come_back_whole(shared, monkeypatch):
    monkeypatch.setattr("core.engine.parts.MOST_ROWS", 3)
    texts = [f"문항 {number}" for number in range(7)] + ["refuse"]
    result = encode(shared, *texts)
    assert list(result.failures) == [7] and result.vectors.shape == (8, 8)
    np.testing.assert_array_equal(result.vectors[4], encode(shared, "문항 4").vectors[0])
    scores = shared.rerank("fake-reranker", Content("질문"), [Content(text) for text in texts])
    assert list(scores.failures) == [7] and np.isfinite(scores.scores[:7]).all()


def test_images_of_many_megabytes_travel(shared):
    image = os.urandom(20_000_000)
    contents = [Content("가", image), Content(None, image), Content(None, b"broken")]
    result = shared.encode("fake", contents, role="document")
    assert list(result.failures) == [2] and np.isfinite(result.vectors[:2]).all()


def test_a_content_too_big_to_send_is_refused_here(shared, monkeypatch):
    monkeypatch.setattr("core.engine.parts.MOST_BYTES", 100)
    with pytest.raises(InputError, match="너무 큽니다"):
        shared.encode("fake", [Content(None, b"x" * 101)], role="query")
    with pytest.raises(InputError, match="너무 큽니다"):
        shared.rerank("fake-reranker", Content("가" * 20), [Content("나")])


def test_errors_keep_their_kind(shared):
    with pytest.raises(NotFoundError):
        shared.encode("nowhere", [Content("가")], role="query")
    with pytest.raises(ModelError, match="설치"):
        shared.load("fake-missing")
    with pytest.raises(InputError):
        shared.rerank("fake", Content("가"), [Content("나")])
    assert shared.load("fake", precision="nf4").notes


def test_status_counts_and_eviction_empties(shared):
    before = shared.status()
    result = encode(shared, "nan", "nan-always", "가")
    after = shared.status()
    assert result.retried_fp32 == 2 and after.nan_retries == before.nan_retries + 2
    assert after.failures == before.failures + 1 and after.rows == before.rows + 3 and after.rss_bytes > 0
    role = next(call for call in after.loaded if call.model.key == "fake" and not call.temporary).last_for
    shared.rerank("fake-reranker", Content("가"), [Content("나")])
    assert (role, {each.model.key: each.last_for for each in shared.status().loaded}["fake-reranker"]) == ("query", "rerank")
    assert shared.evict("fake") == 2 and "fake" not in {entry.model.key for entry in shared.status().loaded}


def test_interactive_calls_go_between_the_batches_of_a_batch_call(shared, pool, gate):
    long = pool.submit(encode, shared, f"until {gate}", *[f"until {gate}.2"] * 4, priority="batch")
    waits(shared)
    short = pool.submit(encode, shared, "나")
    waits(shared, interactive=1)
    gate.touch()
    assert not short.result().failures and not long.done()
    Path(f"{gate}.2").touch()
    assert not long.result().failures


def test_a_full_queue_and_a_passed_deadline_say_busy(shared, pool, gate):
    long = pool.submit(encode, shared, f"until {gate}")
    waits(shared)
    with pytest.raises(EngineBusyError, match="혼잡"):
        encode(shared, "나", timeout=0.05)
    queued = [pool.submit(encode, shared, "다", priority="batch") for _ in range(16)]
    waits(shared, batch=16)
    with pytest.raises(EngineBusyError, match="혼잡"):
        encode(shared, "라", priority="batch")
    gate.touch()
    assert not long.result().failures and not any(each.result().failures for each in queued)


def test_a_call_that_waits_for_a_loading_model_says_so(shared, gate):
    with pytest.raises(EngineBusyError, match="불러오는 중"):
        shared.encode(f"fake-until {gate}", [Content("가")], role="query", timeout=1.0)
    gate.touch()
    assert shared.load(f"fake-until {gate}").dims == 8


def test_work_for_a_client_that_left_is_dropped(shared, gate):
    rude, _ = shared._launcher.connect()
    contents = [{"text": f"until {gate}", "image": None}, *[{"text": "long " * 100, "image": None}] * 10]
    wire.send(rude, {**RAW, "contents": contents})
    waits(shared)
    before = shared.status()
    rude.close()
    assert wait_until(lambda: shared.status().clients < before.clients, seconds=10)
    gate.touch()
    encode(shared, "나")
    assert shared.status().calls == before.calls + 1


@pytest.mark.parametrize("header", [
    {"op": "rm"}, {}, {"op": "encode"}, {"op": "evict"}, {**RAW, "role": "boss"}, {**RAW, "priority": "first"},
    {**RAW, "timeout_s": "soon"}, {**RAW, "max_pixels": "many"}, {**RAW, "contents": [{"text": 1, "image": None}]},
])
def test_a_malformed_request_costs_only_its_connection(shared, header):
    sock, _ = shared._launcher.connect()
    wire.send(sock, header)
    assert wire.receive(sock) is None
    sock.close()
    assert not encode(shared, "나").failures


# -- starting and sharing


def test_nothing_is_started_by_looking(client):
    assert client.status().running is False and client.evict() == 0
    client.stop()
    assert client.status().running is False


def test_another_process_shares_the_engine_and_imports_no_torch(client, data_dir):
    first = encode(client, "가")
    program = (
        "import sys; from pathlib import Path; from tests.pretended_engine import client_of, encode\n"
        "other = client_of(Path(sys.argv[1])); print(other.status().pid, encode(other, '가').vectors.tobytes().hex())\n"
        "assert 'torch' not in sys.modules"
    )
    answer = subprocess.run([sys.executable, "-c", program, str(data_dir)], cwd=SCRIPT.parent.parent,
                            capture_output=True, text=True, check=True).stdout.split()
    pid = client.status().pid
    assert answer == [str(pid), first.vectors.tobytes().hex()]
    assert os.getsid(pid) == pid != os.getsid(0)
    place = client._launcher.places.socket
    assert stat.S_IMODE(place.stat().st_mode) == 0o600 and stat.S_IMODE(place.parent.stat().st_mode) == 0o700
    assert client._launcher.places.log.stat().st_size > 0


@pytest.mark.slow
def test_many_first_calls_start_one_engine(data_dir, pool):
    clients = [client_of(data_dir) for _ in range(4)]
    results = list(pool.map(lambda each: encode(each, "가").vectors, clients * 2))
    pids = {each.status().pid for each in clients}
    assert len(pids) == 1 and all((vectors == results[0]).all() for vectors in results)
    clients[0].stop()
    assert not is_running(pids.pop(), str(data_dir))


def test_an_engine_that_cannot_start_names_its_log(data_dir):
    with pytest.raises(EngineError, match=r"시작하지 못했습니다.*engine\.log"):
        encode(client_of(data_dir, "--fail"), "가")


@pytest.mark.slow
def test_a_stale_socket_and_a_reused_pid_do_not_get_in_the_way(client):
    places = client._launcher.places
    with socket.socket(socket.AF_UNIX) as dead:
        places.socket.unlink(missing_ok=True)
        dead.bind(str(places.socket))
    places.pid.write_text(str(os.getpid()))
    assert not encode(client, "가").failures
    assert client.status().restarts == 1


@pytest.mark.slow
def test_an_engine_whose_socket_was_swept_away_is_ended_and_replaced(client, monkeypatch):
    monkeypatch.setattr(launch, "STOP_SECONDS", 0.2)
    encode(client, "가")
    pid = client.status().pid
    client.close()
    client._launcher.places.socket.unlink()
    assert not encode(client, "나").failures
    assert client.status().pid != pid and not is_running(pid, str(client._launcher.places.data_dir))


# -- ends


def test_death_in_the_middle_of_a_call_is_one_sentence_and_the_next_call_starts_anew(client, pool, gate):
    encode(client, "가")
    old = client.status().pid
    running = pool.submit(encode, client, f"until {gate}")
    waits(client)
    waiting = [pool.submit(encode, client, "나") for _ in range(3)]
    waits(client, interactive=3)
    os.kill(old, signal.SIGKILL)
    for call in (running, *waiting):
        with pytest.raises(EngineDiedError, match="멈췄습니다"):
            call.result()
    assert not encode(client, "나").failures
    status = client.status()
    assert status.pid != old and status.restarts == 1


@pytest.mark.slow
def test_a_content_that_kills_the_engine_again_and_again_ends_in_a_clear_sentence(client):
    for _ in range(launch.LOOP_CRASHES):
        with pytest.raises(EngineDiedError):
            encode(client, "crash")
    with pytest.raises(EngineError, match=r"5번 멈췄습니다.*engine\.log"):
        encode(client, "가")


@pytest.mark.slow
def test_crashes_long_ago_do_not_count_as_a_loop(client, monkeypatch):
    monkeypatch.setattr(launch, "LOOP_SECONDS", 0.0)
    monkeypatch.setattr(launch, "LOOP_CRASHES", 2)
    for _ in range(3):
        with pytest.raises(EngineDiedError):
            encode(client, "crash")
    assert not encode(client, "가").failures
    assert client.status().restarts == 3


@pytest.mark.slow
def test_a_broken_gpu_context_ends_the_process_and_says_why(client):
    with pytest.raises(EngineError, match="GPU"):
        encode(client, "lost")
    assert not encode(client, "가").failures
    assert client.status().restarts == 1


@pytest.mark.slow
def test_stopping_fails_waiting_calls_at_once(client, pool, gate):
    encode(client, "가")
    pid = client.status().pid
    running = pool.submit(encode, client, f"until {gate}")
    waits(client)
    waiting = pool.submit(encode, client, "나")
    waits(client, interactive=1)
    client.stop()
    for call in (running, waiting):
        with pytest.raises(EngineError, match="멈췄습니다"):
            call.result()
    assert not is_running(pid, str(client._launcher.places.data_dir))
    assert client.status().running is False


@pytest.mark.slow
def test_sigterm_is_an_orderly_end(client):
    encode(client, "가")
    os.kill(client.status().pid, signal.SIGTERM)
    assert wait_until(client._launcher._none_alive, seconds=30)
    assert not encode(client, "나").failures
    assert client.status().restarts == 0


@pytest.mark.slow
def test_without_clients_the_engine_ends_by_itself(data_dir):
    client = client_of(data_dir, "--idle", "0.3")
    encode(client, "가")
    pid = client.status().pid
    time.sleep(0.6)
    assert client.status().pid == pid
    client.close()
    assert wait_until(client._launcher._none_alive, seconds=30)
    assert not client._launcher.places.pid.exists() and not client._launcher.places.socket.exists()


@pytest.mark.slow
def test_an_engine_that_is_only_watched_ends_all_the_same(data_dir):
    client, watcher = client_of(data_dir, "--idle", "1.0"), client_of(data_dir, "--idle", "1.0")
    encode(client, "가")
    client.close()

    def gone() -> bool:
        seen = watcher.status().running
        watcher.close()
        return not seen

    assert wait_until(gone, seconds=30)


# -- replacing


@pytest.mark.slow
def test_an_engine_of_other_code_is_replaced_after_finishing_its_work(data_dir, pool, gate):
    old, new = client_of(data_dir, fingerprint="old"), client_of(data_dir, fingerprint="new")
    encode(old, "가")
    pid = old.status().pid
    running = pool.submit(encode, old, f"until {gate}")
    waits(old)
    replacing = pool.submit(encode, new, "나")
    assert wait_until(lambda: not old._launcher.places.socket.exists(), seconds=30)
    gate.touch()
    assert not running.result().failures and not replacing.result().failures
    status = new.status()
    assert status.pid != pid and status.restarts == 0
    new.stop()


@pytest.mark.slow
def test_a_call_to_an_engine_that_is_being_replaced_goes_to_its_successor(client, pool, gate):
    encode(client, "가")
    pid = client.status().pid
    running = pool.submit(encode, client, f"until {gate}")
    waits(client)
    idle, _ = client._launcher.connect()
    client._launcher._ask(client._launcher.find(), "retire")
    client._sockets._idle.append(idle)
    later = pool.submit(encode, client, "나")
    assert wait_until(lambda: not client._sockets._idle, seconds=30)
    gate.touch()
    assert not running.result().failures and not later.result().failures
    assert client.status().pid != pid


@pytest.mark.slow
def test_two_programs_that_keep_replacing_each_other_are_told(data_dir, monkeypatch):
    monkeypatch.setattr(launch, "LOOP_CRASHES", 2)
    left, right = client_of(data_dir, fingerprint="a"), client_of(data_dir, fingerprint="b")
    for each in (left, right, left):
        encode(each, "가")
    with pytest.raises(EngineError, match="DATA_DIR"):
        encode(right, "가")
    left.stop()


@pytest.mark.slow
def test_nobody_replaces_an_engine_that_a_measurement_has_to_itself(data_dir):
    mine, usual, other = (client_of(data_dir, fingerprint=each) for each in ("limit", "usual", "other"))
    encode(usual, "가")
    before = usual.status().pid
    with mine.reserved(instead_of="usual"):
        encode(mine, "나")
        pid = mine.status().pid
        assert pid != before and not encode(usual, "다").failures, "who has the settings that were set aside shares it"
        with pytest.raises(EngineError, match="재는 중"):
            encode(other, "라")
        with pytest.raises(EngineError, match="다른 측정"), other.reserved(instead_of="usual"):
            pass
        assert mine.status().pid == pid
    assert not encode(usual, "마").failures and usual.status().pid != pid, "nobody keeps the measurement's settings"
    usual.stop()


@pytest.mark.slow
def test_an_older_program_is_asked_to_restart(client, monkeypatch):
    encode(client, "가")
    client.close()
    monkeypatch.setattr(launch, "PROTOCOL", 999)
    with pytest.raises(EngineError, match="다시 시작"):
        encode(client, "나")
