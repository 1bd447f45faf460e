"""Which checkpoint lies in a folder: the one that was downloaded, until somebody changes a file of it."""

from __future__ import annotations

import os

import pytest

from core.models import completion, record, registry
from core.models.completion import Completion, KeptFile
from core.models.download.checksum import checksum
from core.models.revision import installed_revision
from core.settings import Settings

KEY, COMMIT = "qwen3-vl-embedding-2b", "9f2f7e710d6d81056aa5c0a4f04764fec6bb7bda"
FILES = {"config.json": b"{}", "1_Pooling/config.json": b'{"pooling_mode_lasttoken": true}', "model.safetensors": b"weights"}


@pytest.fixture
def here(tmp_path, monkeypatch):
    """A whole checkpoint, as a download leaves it."""
    for module in (registry, record):
        monkeypatch.setattr(module, "settings", lambda: Settings(models_dir=tmp_path))
    found = registry.record(KEY)
    for name, content in FILES.items():
        (found.path / name).parent.mkdir(parents=True, exist_ok=True)
        (found.path / name).write_bytes(content)
    kinds = dict.fromkeys(FILES, "git:") | {"model.safetensors": "sha256:"}
    completion.write(found.path, Completion(found.hub_id, COMMIT, "hub", {
        name: KeptFile(len(content), checksum(found.path / name, like=kinds[name])) for name, content in FILES.items()}))
    return found


def change(path, content):
    """Write a file at a moment of its own: file systems tell time in ticks of some milliseconds."""
    top = path.parents[1] if path.parent.name == "1_Pooling" else path.parent
    last = max(each.stat().st_ctime_ns for each in top.rglob("*"))
    while path.stat().st_ctime_ns <= last:
        path.write_bytes(content)


def test_what_arrived_has_the_commits_name(here):
    assert installed_revision(here) == COMMIT


@pytest.mark.parametrize(("name", "content"), [
    ("1_Pooling/config.json", b'{"pooling_mode_mean": true}'), ("model.safetensors", b"WEIGHTS")])
def test_a_file_that_was_changed_afterwards_makes_another_checkpoint(here, name, content):
    """What was verified, embedded and compared under the commit's name was another one; back as it was, it is that again."""
    path = here.path / name
    times = path.stat().st_atime_ns, path.stat().st_mtime_ns
    change(path, content)
    os.utime(path, ns=times)  # as `touch -r` does
    changed = installed_revision(here)
    assert changed.startswith(f"{COMMIT}+") and len(changed) == len(COMMIT) + 13
    change(path, FILES[name])
    assert installed_revision(here) == COMMIT


def test_two_changes_are_two_checkpoints(here):
    found = set()
    for content in (b'{"a": 1}', b'{"a": 2}'):
        change(here.path / "config.json", content)
        found.add(installed_revision(here))
    assert len(found) == 2


def test_a_file_that_was_only_copied_is_the_same(here):
    """A restored folder has new times and the old content."""
    for name, content in FILES.items():
        change(here.path / name, content)
    assert installed_revision(here) == COMMIT
