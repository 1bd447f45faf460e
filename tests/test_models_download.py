"""Downloading from a small local hub: broken off, resumed, tampered with, no room, from a folder; half never counts."""

from __future__ import annotations

import json
import os
import shutil
from pathlib import Path
from types import SimpleNamespace

import pytest

from core.cli.main import main
from core.errors import InputError, ModelError
from core.jobs import launching, working
from core.models import completion, registry
from core.models import record as records
from core.models.download import copied, fetch, offer, room
from core.models.download.checksum import checksum
from core.models.download.selection import chosen
from core.models.record import MINI_DIR, ModelRecord
from core.settings import Settings, settings
from core.store import jobs
from tests.eventually import eventually
from tests.hub_server import COMMIT, Hub

CHUNK = 2**16
TINY = ModelRecord(
    key="tiny", hub_id="someone/tiny", revision=None, kind="sentence-transformer", dims=256, max_tokens=512,
    modalities=frozenset({"text"}), parameters=2_400_000, licence="MIT",
)


@pytest.fixture(autouse=True)
def place(monkeypatch, tmp_path: Path) -> Path:
    """Models and states of each test lie in its own folder, and a broken connection is tried again at once."""
    values = Settings(models_dir=tmp_path / "models", data_dir=tmp_path / "data")
    for module in (records, registry):
        monkeypatch.setattr(module, "settings", lambda: values)
    monkeypatch.setattr(registry, "RECORDS", (*registry.RECORDS, TINY))
    monkeypatch.setattr("huggingface_hub.file_download.time", SimpleNamespace(sleep=lambda seconds: None))
    monkeypatch.setattr("huggingface_hub.constants.DOWNLOAD_CHUNK_SIZE", CHUNK)
    return tmp_path


@pytest.fixture(scope="module")
def checkpoint(tmp_path_factory) -> Path:
    """A miniature as its hub folder would be, with things beside it that are not wanted."""
    folder = tmp_path_factory.mktemp("hub") / "tiny"
    shutil.copytree(MINI_DIR / "kure-v1", folder)
    (folder / "onnx").mkdir()
    (folder / "onnx" / "model.json").write_text("{}")
    (folder / "training_args.pkl").write_bytes(b"no")
    return folder


@pytest.fixture
def hub(checkpoint: Path):
    server = Hub(checkpoint, "someone/tiny")
    yield server
    server.close()


def test_the_offer_names_commit_size_and_licence_before_anything_is_fetched(hub: Hub) -> None:
    found = offer(TINY, endpoint=hub.url)
    names = {file.name for file in found.files}
    assert (found.revision, found.licence_on_hub, hub.asked) == (COMMIT, "mit", [])
    assert "model.safetensors" in names and not names & {"onnx/model.json", "training_args.pkl"}
    assert found.size == found.remaining == sum((hub.folder / name).stat().st_size for name in names)


def test_a_download_is_whole_checked_and_marked_last(hub: Hub) -> None:
    seen = []
    fetch(offer(TINY, endpoint=hub.url), told=lambda done: seen.append((done, TINY.installed)))
    assert TINY.installed and not any(installed for _, installed in seen)
    assert [done for done, _ in seen] == sorted(done for done, _ in seen)
    mark = completion.read(TINY.path)
    assert (mark.revision, mark.source) == (COMMIT, hub.url)
    assert all(checksum(TINY.path / name, like=kept.checksum) == kept.checksum for name, kept in mark.files.items())
    assert {kept.checksum.split(":")[0] for kept in mark.files.values()} == {"sha256", "git"}
    assert not list(TINY.path.rglob("*.part"))
    assert seen[-1][0] == sum(kept.size for kept in mark.files.values())


def test_a_connection_that_is_cut_goes_on_where_it_stopped(hub: Hub) -> None:
    hub.cut_after = 1_000_000
    fetch(offer(TINY, endpoint=hub.url))
    ranges = [asked for name, asked in hub.asked if name == "model.safetensors"]
    assert ranges == ["", f"bytes={1_000_000 // CHUNK * CHUNK}-"] and TINY.installed


class Enough(Exception):
    """Somebody pulled the plug."""


def test_a_download_that_was_killed_goes_on_with_the_next_call(hub: Hub) -> None:
    def pull_the_plug(done: int) -> None:
        if done > 1_500_000:
            raise Enough

    with pytest.raises(ModelError, match="이어서"):
        fetch(offer(TINY, endpoint=hub.url), told=pull_the_plug)
    part = TINY.path / "model.safetensors.part"
    arrived = part.stat().st_size
    assert arrived > 0 and not TINY.installed
    hub.asked.clear()
    again = offer(TINY, endpoint=hub.url)
    assert again.remaining <= again.size - arrived
    fetch(again)
    assert ("model.safetensors", f"bytes={arrived}-") in hub.asked and TINY.installed


def test_a_half_file_of_another_commit_is_begun_anew(hub: Hub) -> None:
    TINY.path.mkdir(parents=True)
    (TINY.path / "model.safetensors.part").write_bytes(b"x" * 1000)
    fetch(offer(TINY, endpoint=hub.url))
    assert TINY.installed and [a for name, a in hub.asked if name == "model.safetensors"] == ["bytes=1000-", ""]


@pytest.mark.parametrize("name", ["model.safetensors", "config.json"])
def test_a_wrong_checksum_is_refused_and_nothing_of_it_kept(hub: Hub, name: str) -> None:
    hub.lies[name] = "0" * (64 if name.endswith("safetensors") else 40)
    with pytest.raises(ModelError, match=f"{name}의 체크섬"):
        fetch(offer(TINY, endpoint=hub.url))
    assert not TINY.installed and not (TINY.path / name).exists() and not (TINY.path / f"{name}.part").exists()


def test_a_disk_without_room_refuses_before_the_first_byte(hub: Hub, monkeypatch) -> None:
    monkeypatch.setattr(room.shutil, "disk_usage", lambda path: SimpleNamespace(free=room.SPARE + 1_000_000))
    with pytest.raises(ModelError, match="디스크에"):
        fetch(offer(TINY, endpoint=hub.url))
    assert hub.asked == [] and not TINY.installed


def test_a_repository_without_weights_or_the_wrong_one_is_refused(hub: Hub, tmp_path: Path) -> None:
    fetched = offer(TINY, endpoint=hub.url)
    config = json.loads((hub.folder / "config.json").read_text()) | {"hidden_size": 4096}
    other = tmp_path / "other"
    shutil.copytree(hub.folder, other)
    (other / "config.json").write_text(json.dumps(config))
    with pytest.raises(ModelError, match="차원이 4096"):
        copied(TINY, other)
    (other / "model.safetensors").unlink()
    empty = Hub(other, "someone/tiny")
    with pytest.raises(ModelError, match="가중치"):
        offer(TINY, endpoint=empty.url)
    empty.close()
    assert fetched.revision == COMMIT and not TINY.installed


def test_a_hub_out_of_reach_and_an_unknown_model_are_told_apart(hub: Hub) -> None:
    with pytest.raises(ModelError, match="--from-folder"):
        offer(TINY, endpoint="http://127.0.0.1:9")
    hub.repository = "someone/else"
    with pytest.raises(ModelError, match="모델.*없습니다"):
        offer(TINY, endpoint=hub.url)


def test_two_downloads_of_one_model_do_not_mix(hub: Hub) -> None:
    first = offer(TINY, endpoint=hub.url)

    def meanwhile(done: int) -> None:
        if not refused:
            with pytest.raises(ModelError, match="이미 내려받고"):
                fetch(first)
            refused.append(True)

    refused: list[bool] = []
    fetch(first, told=meanwhile)
    assert refused and TINY.installed


def test_a_folder_is_copied_and_says_what_it_could_not_check(checkpoint: Path) -> None:
    result = copied(TINY, checkpoint)
    assert TINY.installed and result.checked == 0 and result.revision.startswith("folder-")
    assert not (TINY.path / "onnx").exists()


def test_a_folder_of_another_machine_is_held_against_its_own_mark(hub: Hub, place: Path) -> None:
    fetch(offer(TINY, endpoint=hub.url))
    carried = place / "carried" / "tiny"
    shutil.move(TINY.path, carried)
    assert not TINY.installed
    result = copied(TINY, carried.parent)
    assert (result.revision, result.checked) == (COMMIT, result.files) and TINY.installed
    shutil.rmtree(TINY.path)
    with (carried / "model.safetensors").open("r+b") as weights:
        weights.seek(1_000_000)
        weights.write(b"\xff\x00\xff")
    with pytest.raises(ModelError, match="바뀌었습니다"):
        copied(TINY, carried)
    assert not TINY.installed


@pytest.mark.parametrize("harm", ["cut short", "no weights", "no pooling", "no tokenizer"])
def test_a_folder_that_is_not_whole_is_refused(checkpoint: Path, tmp_path: Path, harm: str) -> None:
    broken = tmp_path / "broken"
    shutil.copytree(checkpoint, broken)
    if harm == "cut short":
        os.truncate(broken / "model.safetensors", 1_000_000)
    else:
        (broken / {"no weights": "model.safetensors", "no pooling": "modules.json", "no tokenizer": "tokenizer.json"}[harm]).unlink()
    with pytest.raises(ModelError, match="맞지 않습니다"):
        copied(TINY, broken)
    assert not TINY.installed


def test_the_hub_tool_s_cache_is_understood(checkpoint: Path, tmp_path: Path) -> None:
    store = tmp_path / "cache" / "models--someone--tiny"
    blobs, snapshot = store / "blobs", store / "snapshots" / COMMIT
    blobs.mkdir(parents=True)
    for path in (path for path in checkpoint.rglob("*") if path.is_file()):
        like = "sha256:" if path.suffix == ".safetensors" else "git:"
        blob = blobs / checksum(path, like=like).split(":")[1]
        shutil.copyfile(path, blob)
        link = snapshot / path.relative_to(checkpoint)
        link.parent.mkdir(parents=True, exist_ok=True)
        link.symlink_to(blob)
    result = copied(TINY, tmp_path / "cache")
    assert (result.revision, result.checked) == (COMMIT, result.files) and TINY.installed
    assert not (TINY.path / "model.safetensors").is_symlink()


def test_files_outside_the_model_s_folder_are_never_taken() -> None:
    names = ["../config.json", "/etc/a.json", "a/../../b.json", ".git/config.json", "a\\b.json", "config.json", "onnx/model.json"]
    assert chosen(names) == ["config.json"]
    assert chosen(["pytorch_model.bin", "config.json"]) == ["pytorch_model.bin", "config.json"]
    assert chosen(["pytorch_model.bin", "model.safetensors"]) == ["model.safetensors"]


def test_the_verb_shows_size_and_licence_first_and_asks_only_a_person(hub: Hub, capsys, monkeypatch) -> None:
    monkeypatch.setattr("sys.stdin", SimpleNamespace(isatty=lambda: True, readline=lambda: "n\n"))
    command = ["models", "download", "tiny", "--endpoint", hub.url]
    assert main(command) == 1 and hub.asked == []
    shown = capsys.readouterr().out
    assert "MIT" in shown and "MB" in shown and COMMIT[:12] in shown
    monkeypatch.setattr("sys.stdin", SimpleNamespace(isatty=lambda: False))
    assert main(command) == 0 and TINY.installed
    assert main(command) == 0 and "이미 설치" in capsys.readouterr().err


def test_the_verb_takes_a_folder(checkpoint: Path, capsys) -> None:
    assert main(["models", "download", "tiny", "--from-folder", str(checkpoint)]) == 0
    assert TINY.installed and "체크섬을 알 수 없는 파일" in capsys.readouterr().err


def as_job(database, conn, *words: str) -> int:
    return jobs.add(conn, ["models", "download", *words], title="내려받기", takes_engine=False, asked_by="가")[0].id


def test_a_job_tells_its_bytes_is_stopped_in_the_middle_and_goes_on(database, conn, hub: Hub, monkeypatch) -> None:
    monkeypatch.setattr("core.store.open_database", lambda: database)
    monkeypatch.setattr(os, "setpriority", lambda *told: None)  # a process of tests would stay below all others to its end
    job, command = as_job(database, conn, "tiny", "--yes"), ["models", "download", "tiny", "--yes", "--endpoint", hub.url]
    told = []

    class Impatient(working.Worker):
        """Somebody stops it after a million bytes."""

        def progress(self, done: int, total: int | None = None, words: str = "") -> None:
            super().progress(done, total, words)
            told.append((done, total))
            if done > 1_000_000 and len(hub.asked) < 20 and not stopped:
                stopped.append(done)
                self.stop()

    stopped: list[int] = []
    with monkeypatch.context() as patched:
        patched.setattr(working, "Worker", Impatient)
        assert main([*command, "--job", str(job)]) == 1
    ended = jobs.get(conn, job)
    assert (ended.state, ended.active) == ("cancelled", False) and 0 < ended.done < ended.total == told[-1][1]
    assert not TINY.installed and (TINY.path / "model.safetensors.part").stat().st_size > 0
    again = jobs.again(conn, job)
    assert again is not None and main([*command, "--job", str(job)]) == 0
    ended = jobs.get(conn, job)
    assert ended.state == "done" and ended.done == ended.total and TINY.installed
    assert any(asked.startswith("bytes=") for name, asked in hub.asked if name == "model.safetensors"), "it went on where it stopped"


def test_only_a_download_among_the_actions_can_be_a_job(database) -> None:
    for words in (["models"], ["models", "list"], ["models", "verify", "tiny"], ["serve"], []):
        with pytest.raises(InputError, match="작업으로 돌릴 수 없습니다"):
            launching.start(database, words, title="x", asked_by="가")


@pytest.mark.slow
def test_nothing_is_asked_of_a_network_once_the_files_are_here(checkpoint: Path, monkeypatch) -> None:
    import socket

    from core.models.contract import Content
    from core.models.loading import load

    def no_network(*words: object, **options: object) -> None:
        raise AssertionError("a network was asked")

    copied(TINY, checkpoint)
    for name in ("getaddrinfo", "create_connection"):
        monkeypatch.setattr(socket, name, no_network)
    monkeypatch.setattr(socket.socket, "connect", no_network)
    for record in (TINY, *registry.MINI):
        loaded = load(record, precision="fp32", device="cpu")
        if record.kind != "qwen3-vl-reranker":
            assert loaded.encode([Content("삼각형")], role="query").shape == (1, record.dims)


@pytest.mark.slow
def test_a_button_s_download_runs_on_its_own_and_can_be_watched(database, conn, hub: Hub, monkeypatch) -> None:
    """The true verb in its own process, for a model whose real repository this small hub pretends to be."""
    for module in (records, registry):
        monkeypatch.setattr(module, "settings", settings)
    hub.repository = "BAAI/bge-m3"
    words = ["models", "download", "bge-m3", "--yes", "--endpoint", hub.url]
    job, new = launching.start(database, words, title="bge-m3 내려받기", asked_by="가")
    same, joined = launching.start(database, words, title="bge-m3 내려받기", asked_by="나")
    assert new and not joined and same.id == job.id
    ended = eventually(lambda: not (now := jobs.get(conn, job.id)).active and now)
    # The files arrive and are right, and still it is not that model: its vectors would have 256 dimensions, not 1,024.
    assert ended.state == "failed" and "차원이 256" in ended.error and 0 < ended.done <= ended.total
    assert not registry.record("bge-m3").installed
    shutil.rmtree(registry.record("bge-m3").path)
