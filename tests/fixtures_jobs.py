"""Fixtures of long work: jobs of a name that no other test has."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from psycopg import Connection

from core.store import jobs


@pytest.fixture
def begin(conn: Connection, request: pytest.FixtureRequest) -> Callable[..., int]:
    """Add a job and return its number; no process of it is started."""
    def add(number: int = 0, *, takes_engine: bool = False) -> int:
        return jobs.add(conn, ["embed", f"{request.node.name} {number}"], title="임베딩", takes_engine=takes_engine, asked_by="가")[0].id

    return add
