"""Write items to a file in either schema; what is written imports back as the same items."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Any

from core import saving
from core.items.quirks import Quirks
from core.items.record import Item
from core.items.schemas import bank, plan


def write_plan(items: Iterable[Item], path: Path) -> int:
    """Write items in the plan's schema, one a line; return how many. The file appears whole or not at all."""
    return _write(items, path, plan.write, head='{"items": [')


def write_bank(items: Iterable[Item], path: Path, *, quirks: int | None = None) -> int:
    """Write items as the item bank's export would; return how many. The file appears whole or not at all.

    Args:
        quirks: a seed; the questions then carry the dialect's oddities (see ``core.items.quirks``) and the file a byte
            order mark. What the encoders get of such an item stays the same; its text does not.
    """
    head = '{"metadata": {"source": "export", "schema": "item bank"}, "items": ['
    if quirks is None:
        return _write(items, path, bank.write, head=head)
    odd = Quirks(quirks)
    return _write((odd.item(item) for item in items), path, bank.write, head="\ufeff" + head)


def _write(items: Iterable[Item], path: Path, record: Callable[[Item], dict[str, Any]], *, head: str) -> int:
    path.parent.mkdir(parents=True, exist_ok=True)
    count = 0
    with saving.writing(path) as file:
        file.write(head.encode())
        for line in _lines(items, record):
            file.write(((",\n" if count else "\n") + line).encode())
            count += 1
        file.write(b"\n]}\n")
    return count


def _lines(items: Iterable[Item], record: Callable[[Item], dict[str, Any]]) -> Iterator[str]:
    for item in items:
        yield json.dumps(record(item), ensure_ascii=False)
