"""The whole record of a collection's judgments as JSON lines: images and revisions of queries, rounds, and every event.

Each line is an object with ``record``: ``image`` | ``query`` | ``round`` | ``event``, in that order, so that whatever a line
names stands above it. Times are ISO 8601 in UTC with microseconds. Events stand in the order of their arrival.
"""

from __future__ import annotations

import base64
import json
from collections.abc import Iterator
from dataclasses import asdict
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from psycopg import Connection

from core.labels.exchange.exporting import Exported
from core.store import images, judgment_records, judgments, queries

SUFFIX = ".jsonl"


def export(conn: Connection, collection_id: int) -> Exported:
    """Return every event, whatever its purpose, with what it takes to read it elsewhere."""
    records = list(_records(conn, collection_id))
    lines = "".join(f"{json.dumps(record, ensure_ascii=False, default=_plain)}\n" for record in records)
    asked = len({record["query_id"] for record in records if record["record"] == "query"})
    events = sum(record["record"] == "event" for record in records)
    return Exported(lines.encode(), SUFFIX, "판정 기록 전체", asked, events)


def _records(conn: Connection, collection_id: int) -> Iterator[dict[str, Any]]:
    asked = queries.every_revision(conn, collection_id)
    stored = images.get_many(conn, sorted({query.image_hash for query in asked if query.image_hash}))
    for sha256, image in sorted(stored.items()):
        yield {"record": "image", "sha256": sha256, "data": base64.b64encode(image.data).decode()}
    for query in asked:
        yield {"record": "query", **asdict(query)}
    number_of = {}
    for number, found in enumerate(judgment_records.rounds(conn, collection_id), start=1):
        number_of[found.id] = number
        yield {"record": "round", **asdict(found), "id": number}
    received = judgment_records.received(conn, collection_id)
    for event in judgments.events(conn, collection_id):
        values = asdict(event)
        del values["collection_id"]
        values["round"] = number_of.get(values.pop("round_id"))
        yield {"record": "event", **values, "received_at": received[event.uuid]}


def _plain(value: object) -> str:
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat(timespec="microseconds")
    if isinstance(value, UUID):
        return str(value)
    raise TypeError(type(value).__name__)
