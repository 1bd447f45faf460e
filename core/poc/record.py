"""What the last run said of each step, in a file beside the logs: why it was run or not. How things stand is read from the store."""

from __future__ import annotations

import json
import logging
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from psycopg import Connection

from core.errors import UserError
from core.poc.step import Outcome
from core.saving import save
from core.settings import settings
from core.store import collections

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Last:
    """The last run of a collection."""

    at: datetime
    """When it ended."""
    outcomes: tuple[Outcome, ...]


def keep(conn: Connection, collection: str, outcomes: Sequence[Outcome]) -> None:
    """Remember what came of the steps; of those a run did not reach, what the one before said. A full disk costs no run its end."""
    before = last(conn, collection)
    reached = {each.name for each in outcomes}
    kept = [*outcomes, *(each for each in (before.outcomes if before else ()) if each.name not in reached)]
    told = {"at": datetime.now(UTC).isoformat(timespec="seconds"),
            "steps": [asdict(each) | {"at": each.at.isoformat(timespec="seconds") if each.at else None} for each in kept]}
    path = _path(conn, collection)
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        save(path, json.dumps(told, ensure_ascii=False, indent=1).encode())
    except (OSError, UserError):
        log.warning("the record of a run could not be kept", exc_info=True)


def last(conn: Connection, collection: str) -> Last | None:
    """Return the last run, None where there was none here or its record cannot be read."""
    try:
        told = json.loads(_path(conn, collection).read_bytes())
        return Last(datetime.fromisoformat(told["at"]), tuple(map(_read, told["steps"])))
    except FileNotFoundError:
        return None
    except (OSError, ValueError, TypeError, KeyError):
        log.warning("the record of a run cannot be read", exc_info=True)
        return None


def of_step(conn: Connection, collection: str, name: str) -> Outcome | None:
    """Return what the last run said of a step."""
    found = last(conn, collection)
    return next((each for each in found.outcomes if each.name == name), None) if found is not None else None


def _read(told: dict[str, Any]) -> Outcome:
    return Outcome(**told | {"at": datetime.fromisoformat(told["at"]) if told["at"] else None})


def _path(conn: Connection, collection: str) -> Path:
    return settings().data_dir / "poc" / f"{collections.get(conn, collection).id}.json"
