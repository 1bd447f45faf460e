"""The engine across processes: starting, sharing, crashing, replacing, ending. The models are pretended, the rest is real."""

from __future__ import annotations

import os
import signal
import socket
import stat
import subprocess
import sys
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest

from core.daemon import is_running, wait_until
from core.engine import launch, wire
from core.engine.client import EngineClient
from core.engine.launch import Launcher
from core.errors import EngineBusyError, EngineError, InputError, ModelError, NotFoundError
from core.models.contract import Content

SCRIPT = Path(__file__).with_name("fake_engine.py")


def client_of(data_dir: Path, *arguments: str, fingerprint: str = "f1") -> EngineClient:
    command = [sys.executable, str(SCRIPT), "--fingerprint", fingerprint, *arguments]
    return EngineClient(launcher=Launcher(data_dir, command=command, own_fingerprint=lambda: fingerprint))


@pytest.fixture
def data_dir(tmp_path) -> Path:
    return tmp_path / "데이터 폴더"


@pytest.fixture
def client(data_dir):
    made = client_of(data_dir)
    yield made
    made.stop()


def encode(client: EngineClient, *texts: str, **options):
    return client.encode("fake", [Content(text) for text in texts], role="query", **options)


def waits(client: EngineClient, *, interactive: int = 0, batch: int = 0) -> None:
    def there() -> bool:
        status = client.status()
        return (status.waiting_interactive, status.waiting_batch) == (interactive, batch) and status.activity == "계산 중"

    assert wait_until(there, seconds=10)


def test_the_first_call_starts_an_engine_and_a_second_process_shares_it(client, data_dir):
    assert client.status().running is False
    assert client.evict() == 0
    first = encode(client, "가", "나")
    assert first.vectors.shape == (2, 8) and first.model.id == "fake/fake" and first.milliseconds >= 0
    program = (
        "import sys; from pathlib import Path; from tests.test_engine_process import client_of, encode\n"
        "other = client_of(Path(sys.argv[1])); print(other.status().pid, encode(other, '가').vectors.sum())\n"
        "assert 'torch' not in sys.modules"
    )
    answer = subprocess.run([sys.executable, "-c", program, str(data_dir)], cwd=SCRIPT.parent.parent,
                            capture_output=True, text=True, check=True).stdout.split()
    status = client.status()
    assert int(answer[0]) == status.pid and float(answer[1]) == pytest.approx(first.vectors[0].sum(), abs=1e-5)
    assert os.getsid(status.pid) == status.pid != os.getsid(0)
    place = client._launcher.places.socket
    assert stat.S_IMODE(place.stat().st_mode) == 0o600 and stat.S_IMODE(place.parent.stat().st_mode) == 0o700
    assert status.calls == 2 and [entry.model.key for entry in status.loaded] == ["fake"] and status.rss_bytes > 0
    assert client._launcher.places.log.stat().st_size > 0


def test_many_first_calls_start_one_engine(data_dir):
    clients = [client_of(data_dir) for _ in range(4)]
    with ThreadPoolExecutor(8) as pool:
        results = list(pool.map(lambda each: encode(each, "가").vectors, clients * 2))
        pids = {each.status().pid for each in clients}
    assert len(pids) == 1 and all((vectors == results[0]).all() for vectors in results)
    clients[0].stop()
    assert not is_running(pids.pop(), str(data_dir))


def test_lists_longer_than_a_request_come_back_whole(client, monkeypatch):
    monkeypatch.setattr("core.engine.client.MOST_ROWS", 3)
    texts = [f"문항 {number}" for number in range(7)] + ["refuse"]
    result = encode(client, *texts)
    assert list(result.failures) == [7]
    np.testing.assert_array_equal(result.vectors[4], encode(client, "문항 4").vectors[0])
    scores = client.rerank("fake-reranker", Content("질문"), [Content(text) for text in texts])
    assert list(scores.failures) == [7] and np.isfinite(scores.scores[:7]).all()


def test_images_of_many_megabytes_travel(client):
    image = os.urandom(20_000_000)
    result = client.encode("fake", [Content("가", image), Content(None, image), Content(None, b"broken")], role="document")
    assert list(result.failures) == [2] and np.isfinite(result.vectors[:2]).all()


def test_errors_keep_their_kind(client):
    with pytest.raises(NotFoundError):
        client.encode("nowhere", [Content("가")], role="query")
    with pytest.raises(ModelError, match="설치"):
        client.load("fake-missing")
    with pytest.raises(InputError):
        client.rerank("fake", Content("가"), [Content("나")])
    assert client.load("fake", precision="nf4").notes


def test_interactive_calls_go_between_the_batches_of_a_batch_call(client):
    encode(client, "가")
    done = []
    batch = threading.Thread(target=lambda: done.append(encode(client, *["sleep 0.1"] * 12, priority="batch")))
    batch.start()
    waits(client)
    encode(client, "나")
    assert batch.is_alive() and not done
    batch.join()
    assert not done[0].failures


def test_a_full_queue_and_a_passed_deadline_say_busy(client):
    encode(client, "가")
    with ThreadPoolExecutor(20) as pool:
        long = pool.submit(encode, client, "sleep 1.5")
        waits(client)
        with pytest.raises(EngineBusyError, match="혼잡"):
            encode(client, "나", timeout=0.05)
        queued = [pool.submit(encode, client, "다", priority="batch") for _ in range(16)]
        waits(client, batch=16)
        with pytest.raises(EngineBusyError, match="혼잡"):
            encode(client, "라", priority="batch")
        assert not long.result().failures and not any(each.result().failures for each in queued)


def test_a_call_that_waits_for_a_loading_model_says_so(client):
    encode(client, "가")
    with pytest.raises(EngineBusyError, match="fake-slow"):
        client.encode("fake-slow", [Content("가")], role="query", timeout=0.5)
    assert client.load("fake-slow").key == "fake-slow"


def test_work_for_a_client_that_left_is_dropped(client, data_dir):
    encode(client, "가")
    rude = client._launcher.connect()
    wire.send(rude, {"op": "encode", "key": "fake", "precision": "auto", "max_pixels": None, "role": "query", "blobs": [],
                     "priority": "interactive", "timeout_s": 60,
                     "contents": [{"text": "sleep 0.3", "image": None}] * 200})
    waits(client)
    rude.close()
    before = client.status().calls
    encode(client, "나")
    assert client.status().calls == before + 1
    assert wait_until(lambda: client.status().activity == "대기 중", seconds=5)


def test_death_in_the_middle_of_a_call_is_one_sentence_and_the_next_call_starts_anew(client):
    encode(client, "가")
    old = client.status().pid
    with ThreadPoolExecutor(4) as pool:
        running = pool.submit(encode, client, "sleep 30")
        waits(client)
        waiting = [pool.submit(encode, client, "나") for _ in range(3)]
        waits(client, interactive=3)
        os.kill(old, signal.SIGKILL)
        for call in (running, *waiting):
            with pytest.raises(EngineError, match="멈췄습니다"):
                call.result()
    assert not encode(client, "나").failures
    status = client.status()
    assert status.pid != old and status.restarts == 1


def test_a_content_that_kills_the_engine_ends_in_a_clear_sentence_when_repeated(client):
    for _ in range(launch.LOOP_CRASHES):
        with pytest.raises(EngineError):
            encode(client, "crash")
    with pytest.raises(EngineError, match=r"5번 멈췄습니다.*engine\.log"):
        encode(client, "가")


def test_crashes_long_ago_do_not_count_as_a_loop(client, monkeypatch):
    monkeypatch.setattr(launch, "LOOP_SECONDS", 0.0)
    for _ in range(launch.LOOP_CRASHES + 1):
        with pytest.raises(EngineError):
            encode(client, "crash")
    assert not encode(client, "가").failures
    assert client.status().restarts == launch.LOOP_CRASHES + 1


def test_a_broken_gpu_context_ends_the_process_and_says_why(client):
    with pytest.raises(EngineError, match="GPU"):
        encode(client, "lost")
    assert not encode(client, "가").failures
    assert client.status().restarts == 1


def test_an_engine_of_other_code_is_replaced_after_finishing_its_work(data_dir):
    old, new = client_of(data_dir, fingerprint="old"), client_of(data_dir, fingerprint="new")
    encode(old, "가")
    pid = old.status().pid
    with ThreadPoolExecutor(1) as pool:
        running = pool.submit(encode, old, *["sleep 0.2"] * 4)
        waits(old)
        assert not encode(new, "나").failures
        assert not running.result().failures
    status = new.status()
    assert status.pid != pid and status.restarts == 0
    new.stop()


def test_two_programs_that_keep_replacing_each_other_are_told(data_dir, monkeypatch):
    monkeypatch.setattr(launch, "LOOP_CRASHES", 2)
    left, right = client_of(data_dir, fingerprint="a"), client_of(data_dir, fingerprint="b")
    encode(left, "가")
    encode(right, "가")
    encode(left, "가")
    with pytest.raises(EngineError, match="DATA_DIR"):
        encode(right, "가")
    left.stop()


def test_a_call_to_an_engine_that_is_being_replaced_goes_to_its_successor(data_dir):
    client = client_of(data_dir)
    encode(client, "가")
    pid = client.status().pid
    with ThreadPoolExecutor(1) as pool:
        running = pool.submit(encode, client, "sleep 0.5")
        waits(client)
        idle = client._launcher.connect()
        client._launcher._ask(client._launcher.find(), "retire")
        client._idle.append(idle)
        assert not encode(client, "나").failures
        assert not running.result().failures
    assert client.status().pid != pid
    client.stop()


def test_stopping_fails_waiting_calls_at_once(client):
    encode(client, "가")
    pid = client.status().pid
    with ThreadPoolExecutor(2) as pool:
        running = pool.submit(encode, client, "sleep 20")
        waits(client)
        waiting = pool.submit(encode, client, "나")
        waits(client, interactive=1)
        client.stop()
        for call in (running, waiting):
            with pytest.raises(EngineError, match="멈췄습니다"):
                call.result()
    assert not is_running(pid, str(client._launcher.places.data_dir))
    assert client.status().running is False


def test_sigterm_is_an_orderly_end(client):
    encode(client, "가")
    os.kill(client.status().pid, signal.SIGTERM)
    assert wait_until(client._launcher._none_alive, seconds=10)
    assert not encode(client, "나").failures
    assert client.status().restarts == 0


def test_without_clients_the_engine_ends_by_itself(data_dir):
    client = client_of(data_dir, "--idle", "0.3")
    encode(client, "가")
    pid = client.status().pid
    time.sleep(0.6)
    assert client.status().pid == pid
    client.close()
    assert wait_until(client._launcher._none_alive, seconds=10)
    assert not client._launcher.places.pid.exists() and not client._launcher.places.socket.exists()


def test_an_engine_that_cannot_start_names_its_log(data_dir):
    with pytest.raises(EngineError, match=r"시작하지 못했습니다.*engine\.log"):
        encode(client_of(data_dir, "--fail"), "가")


def test_a_stale_socket_and_a_reused_pid_do_not_get_in_the_way(client):
    places = client._launcher.places
    with socket.socket(socket.AF_UNIX) as dead:
        places.socket.unlink(missing_ok=True)
        dead.bind(str(places.socket))
    places.pid.write_text(str(os.getpid()))
    assert not encode(client, "가").failures
    assert client.status().restarts == 1


def test_an_engine_whose_socket_was_swept_away_is_ended_and_replaced(client, monkeypatch):
    monkeypatch.setattr(launch, "STOP_SECONDS", 0.2)
    encode(client, "가")
    pid = client.status().pid
    client.close()
    client._launcher.places.socket.unlink()
    assert not encode(client, "나").failures
    assert client.status().pid != pid and not is_running(pid, str(client._launcher.places.data_dir))


@pytest.mark.parametrize("header", [
    {"op": "rm"}, {}, {"op": "encode"}, {"op": "evict"},
    {"op": "encode", "key": "fake", "precision": "auto", "max_pixels": None, "role": "boss", "priority": "batch",
     "timeout_s": 1, "contents": []},
    {"op": "encode", "key": "fake", "precision": "auto", "max_pixels": None, "role": "query", "priority": "first",
     "timeout_s": 1, "contents": []},
])
def test_a_malformed_request_costs_only_its_connection(client, header):
    encode(client, "가")
    sock = client._launcher.connect()
    wire.send(sock, header)
    assert wire.receive(sock) is None
    sock.close()
    assert not encode(client, "나").failures


def test_an_older_program_is_asked_to_restart(client, monkeypatch):
    encode(client, "가")
    client.close()
    monkeypatch.setattr(launch, "PROTOCOL", 999)
    with pytest.raises(EngineError, match="다시 시작"):
        encode(client, "나")
