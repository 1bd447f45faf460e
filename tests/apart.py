"""Coroutines in a thread of their own: where a browser is open in the session, playwright's loop runs in this one."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine
from concurrent.futures import ThreadPoolExecutor
from typing import Any, TypeVar

Told = TypeVar("Told")


def run(work: Callable[[], Coroutine[Any, Any, Told]]) -> Told:
    """Run a coroutine to its end and return what it returns; what it raises rises here."""
    with ThreadPoolExecutor(1) as pool:
        return pool.submit(lambda: asyncio.run(work())).result()
