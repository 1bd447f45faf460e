"""A wrong setting is refused at start, by name, with what is allowed."""

import os
import subprocess
import sys

import pytest

from core.errors import SettingError
from core.settings import PROJECT_DIR, settings


@pytest.fixture(autouse=True)
def fresh():
    settings.cache_clear()
    yield
    settings.cache_clear()


@pytest.mark.parametrize(("name", "value", "told"), [
    ("MODELS", "tiny", "auto · real · mini"),
    ("PRECISION", "int3", "nf4"),
    ("TORCH_THREADS", "many", "0 이상 256 이하의 정수"),
    ("MAX_PIXELS", "12", "4096 이상"),
    ("COLLECTION", "a/b", "꼴"),
])
def test_a_wrong_value_names_the_variable_and_the_allowed_ones(monkeypatch, name, value, told):
    monkeypatch.setenv(name, value)
    with pytest.raises(SettingError) as refused:
        settings()
    assert name in str(refused.value) and value in str(refused.value) and told in str(refused.value)


def test_empty_means_default(monkeypatch):
    monkeypatch.setenv("PRECISION", "")
    assert settings().precision == "auto"


def test_the_command_line_says_so_in_one_line_and_fails():
    answer = subprocess.run([sys.executable, "-m", "core", "doctor"], capture_output=True, text=True, cwd=PROJECT_DIR,
                            env=os.environ | {"DEVICE": "tpu"})
    assert answer.returncode == 1 and answer.stderr.count("\n") == 1
    assert "DEVICE" in answer.stderr and "cuda" in answer.stderr


def test_bad_usage_ends_with_two():
    answer = subprocess.run([sys.executable, "-m", "core", "fly"], capture_output=True, text=True, cwd=PROJECT_DIR)
    assert answer.returncode == 2
