"""Pretended vLLM servers for the tests of remote models, and the models that ask them."""

from __future__ import annotations

import numpy as np
import pytest

from core.engine.remote import requests
from core.engine.remote.addresses import Address
from core.engine.remote.model import RemoteModel
from core.engine.remote.replica import Policy
from core.models import registry
from core.models.contract import Content
from core.settings import settings
from tests.vllm_server import Asked, VllmServer, is_probe

KEY, RERANKER_KEY = "qwen3-vl-embedding-2b", "qwen3-vl-reranker-2b"
HASTY = Policy(connect_s=1.0, read_s=5.0, first_pause_s=0.01, longest_pause_s=0.02, first_rest_s=0.02, longest_rest_s=0.05)
TEXTS = [Content(f"문항 {number}") for number in range(24)]


@pytest.fixture
def serve():
    """Starts servers that end with the test."""
    started: list[VllmServer] = []

    def start(**options) -> VllmServer:
        started.append(VllmServer(**options))
        return started[-1]

    yield start
    for server in started:
        server.stop()


@pytest.fixture
def environment(monkeypatch):
    """Sets environment variables that the settings then see."""
    def put(**values: str) -> None:
        for name, value in values.items():
            monkeypatch.setenv(name, value)
        settings.cache_clear()

    yield put
    monkeypatch.undo()
    settings.cache_clear()


def remote(*servers: VllmServer, key: str = KEY, policy: Policy = HASTY, **declared) -> RemoteModel:
    return RemoteModel(Address(key, tuple(server.url for server in servers), **declared), policy=policy)


def expected(server: VllmServer, contents: list[Content]) -> np.ndarray:
    record = registry.record(KEY)
    rows = [server.hashed(requests.embedding(record, content, role="document", max_pixels=512 * 512, served="")) for content in contents]
    return np.stack([row / np.linalg.norm(row) for row in rows]).astype(np.float32)


def times(number: int, status):
    """Trouble for the first so many computing requests."""
    left = iter(range(number))

    def trouble(asked: Asked):
        return status if not is_probe(asked.body) and next(left, None) is not None else None

    return trouble
