"""What a browser sent, kept for as long as an import may need it."""

from __future__ import annotations

import os
import time

import pytest

from core.errors import InputError
from core.items import uploads
from core.settings import settings


@pytest.fixture
def data_dir(tmp_path, monkeypatch):
    monkeypatch.setenv("DATA_DIR", str(tmp_path))
    settings.cache_clear()
    yield tmp_path
    settings.cache_clear()


def test_the_same_file_is_kept_once_and_an_old_one_goes(data_dir):
    first, other = uploads.keep(b"[1]", ".json"), uploads.keep(b"[2]", ".json")
    assert uploads.keep(b"[1]", ".json") == first != other and first.read_bytes() == b"[1]"
    long_ago = time.time() - (uploads.KEPT_DAYS * 24 + 1) * 3600
    for path in (first, other):
        os.utime(path, (long_ago, long_ago))
    uploads.keep(b"[2]", ".zip")
    assert not first.exists() and not other.exists() and len(list((data_dir / "uploads").iterdir())) == 1


def test_a_file_that_is_asked_for_again_stays(data_dir):
    path = uploads.keep(b"[1]", ".json")
    nearly = time.time() - (uploads.KEPT_DAYS * 24 - 1) * 3600
    os.utime(path, (nearly, nearly))
    uploads.keep(b"[1]", ".json")
    assert path.stat().st_mtime > nearly + 3600


def test_a_folder_that_cannot_be_is_one_sentence(data_dir):
    (data_dir / "uploads").write_text("")
    with pytest.raises(InputError, match="쓸 수 없습니다"):
        uploads.keep(b"[1]", ".json")
