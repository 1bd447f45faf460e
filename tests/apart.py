"""Coroutines in a thread of their own: where a browser is open in the session, playwright's loop runs in this one."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from concurrent.futures import ThreadPoolExecutor


def run(work: Callable[[], Awaitable[None]]) -> None:
    """Run a coroutine to its end; what it raises rises here."""
    with ThreadPoolExecutor(1) as pool:
        pool.submit(lambda: asyncio.run(work())).result()
