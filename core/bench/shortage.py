"""Where memory ran out during a bench: by the engine's own count, across engines that ended and started again.

The count is an engine's own and begins at nothing with each new one. So it is compared from one reading to the next, never from
the first to the highest: an engine that died between two calls would otherwise hide what its successor ran out of.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from core.bench import reading
from core.engine.messages import EngineStatus
from core.store.bench_samples import Sample


def baseline(told: EngineStatus) -> dict[str, int]:
    """Return what the first sample of a bench keeps of the engine it found: shortages before it are none of its doing."""
    found = reading.of(told)
    return {"ooms_before": found["ooms"], "pid_before": found["pid"]} if found else {}


def found(samples: Sequence[Sample]) -> list[bool | None]:
    """Return for each sample whether memory ran out since the reading before it; None where the engine told nothing.

    The engine mends most of it by smaller passes, so that the calls need not have failed. Without a baseline the first reading
    is one.
    """
    before: tuple[int | None, int] | None = None
    told: list[bool | None] = []
    for each in samples:
        if before is None and "ooms_before" in each.input:
            before = (_known(each.input, "pid_before"), int(each.input["ooms_before"]))
        if "ooms" not in each.memory:
            told.append(None)
            continue
        now = (each.memory.get("pid"), each.memory["ooms"])
        told.append(_grown(before, now))
        before = now
    return told


def _grown(before: tuple[int | None, int] | None, now: tuple[int | None, int]) -> bool:
    if before is None:
        return False
    another = now[1] < before[1] or (before[0] is not None and now[0] is not None and before[0] != now[0])
    return now[1] > (0 if another else before[1])


def _known(given: Mapping[str, Any], name: str) -> int | None:
    return None if given.get(name) is None else int(given[name])
