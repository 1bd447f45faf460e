"""Measurements of speed, memory and stability, and automatic checks: stored whole with their environment, never changed.

``system`` is a system's or variant's name, ``config`` what was asked for: ``precision``, ``dims`` (None: all), ``max_pixels``,
``calls``, ``budget_gb`` and whatever else the measurement needs to be repeated. ``environment``: device, driver, versions, load
average, clocks, ``models``, ``beside`` (what else computed then; at the end in ``after``). What was not measured is None or not there. Milliseconds; GB are 10⁹ bytes, MB 10⁶. ``result`` by
``kind``:

| kind | result |
|---|---|
| ``latency`` | ``latency_ms``: by ``text``, ``image``, ``both`` (one query from its content to its hits) ``mean``, ``p50``, ``p95``, ``p99``, each with ``_low`` and ``_high`` (95 %), ``n`` (failures included), ``failures``, ``nan``; ``phases`` by part: ``encode``, ``search``, ``rerank`` with the same figures; ``cold_ms`` (the first call after the models were unloaded); ``left_out`` by part: why; ``errors`` |
| ``throughput`` | ``items_per_s`` (of the best batch), ``best_batch``, ``by_batch``: by size ``items_per_s``, ``low``, ``high``, ``calls``, ``failures``, ``fits``, ``latency_ms``, ``vram_gb``, ``rss_mb``; ``pairs_per_s`` and ``by_pairs`` with a reranker |
| ``vram`` | ``vram_gb``: ``weights``, ``allocated``, ``reserved``, ``process`` (the highest of reserved + context: the gate's), ``driver``, ``device``; ``after_load`` [{model, seconds, …}] as they were loaded one onto the other, ``by_batch``, ``by_pixels``; ``rss_mb``; ``fits`` (everything, calls of all sizes), ``single_fits`` (one query and one item; None: cannot be told) and ``room_gb``, into which it did not |
| ``stability`` | ``calls``, ``failures``, ``nan`` (answers that were not finite), ``crashes`` (of the engine), ``asked`` (calls wanted); ``success``, ``failure_bound`` (one-sided 95 %), ``errors`` [{place, error, input}], ``memory`` by ``rss``, ``allocated``, ``reserved``, ``process``: slope and ``leak`` (True, False, None: cannot be told), ``leak`` over all, ``latency_ms``, ``seconds`` |
| ``stress`` | ``by_callers``: by number ``latency_ms``, ``answers_per_s``, ``calls``, ``failures`` |
| ``index`` | ``rows``, ``exact`` and ``indexes`` [{dims, type, build_s, bytes, by_ef: {ef: {recall_10, latency_ms}}}] |
| ``together`` | ``combinations`` [{name, ``fits`` (None: not known), ``models``, ``failed_at``, ``planned_gb``, ``vram_gb``, ``rss_mb``, ``error``}]; of ``bench gpu-suite`` alone, system ``together`` |
| ``hangul`` | ``items``, ``lost`` (items whose Hangul does not come back from the tokenizer), ``examples``; ``config`` has ``items``, the state of the collection's items |
| ``parity`` | ``ok``, ``checks`` (``name``, ``ok``, ``detail``), ``unchecked``; ``system`` is the model's key, ``config`` its ``hub_id`` and ``revision`` |

Every bench's result has ``stepped`` [{model, precision, place}]: models that came down a precision while they were measured.
The samples behind a bench are in ``bench_samples``; ``result["samples"]`` has their number and SHA-256.
"""  # noqa: E501

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from psycopg import Connection
from psycopg.rows import class_row
from psycopg.types.json import Jsonb

from core.errors import NotFoundError

_COLUMNS = "id, sha256, kind, system, device, miniature, config, environment, result, partial, measured_at, stored_at"
_ADD = """
INSERT INTO measurements (sha256, kind, system, device, miniature, config, environment, result, partial, measured_at)
VALUES (%(sha256)s, %(kind)s, %(system)s, %(device)s, %(miniature)s, %(config)s, %(environment)s, %(result)s, %(partial)s,
        %(measured_at)s)
ON CONFLICT (sha256) DO NOTHING
"""
_BY_HASH = f"SELECT {_COLUMNS} FROM measurements WHERE sha256 = %(sha256)s"
_LISTING = f"""
SELECT {_COLUMNS} FROM measurements
 WHERE (%(kinds)s::text[] IS NULL OR kind = ANY(%(kinds)s))
 ORDER BY measured_at DESC, id DESC
"""
_GET = f"SELECT {_COLUMNS} FROM measurements WHERE id = %(measurement_id)s"
_STATE = "SELECT count(*), coalesce(max(id), 0) FROM measurements"


@dataclass(frozen=True, slots=True)
class Measurement:
    """One measurement or automatic check."""

    id: int
    sha256: str
    """Over everything that was measured, so that the same file comes in once."""
    kind: str
    system: str
    device: str
    miniature: bool
    config: dict[str, Any]
    environment: dict[str, Any]
    result: dict[str, Any]
    partial: bool
    """Cut off before its end."""
    measured_at: datetime
    stored_at: datetime


def add(conn: Connection, *, kind: str, system: str, device: str, miniature: bool, config: Mapping[str, Any],
        environment: Mapping[str, Any], result: Mapping[str, Any], measured_at: datetime, partial: bool = False) -> Measurement:
    """Store a measurement and return it; the same one again changes nothing."""
    values = {"kind": kind, "system": system, "device": device, "miniature": miniature, "config": dict(config),
              "environment": dict(environment), "result": dict(result), "partial": partial}
    packed = json.dumps({**values, "measured_at": measured_at.astimezone(UTC).isoformat()}, ensure_ascii=False, sort_keys=True,
                        separators=(",", ":"), allow_nan=False)
    sha256 = hashlib.sha256(packed.encode()).hexdigest()
    wrapped = {name: Jsonb(value) if isinstance(value, dict) else value for name, value in values.items()}
    with conn.cursor(row_factory=class_row(Measurement)) as cursor:
        cursor.execute(_ADD, {**wrapped, "sha256": sha256, "measured_at": measured_at})
        found = cursor.execute(_BY_HASH, {"sha256": sha256}).fetchone()
    assert found is not None
    return found


def get(conn: Connection, measurement_id: int) -> Measurement:
    """Return a measurement.

    Raises:
        NotFoundError: there is none of that number.
    """
    with conn.cursor(row_factory=class_row(Measurement)) as cursor:
        found = cursor.execute(_GET, {"measurement_id": measurement_id}).fetchone()
    if found is None:
        raise NotFoundError(f"{measurement_id}번 측정이 없습니다. `python -m core bench list`로 번호를 확인해 주세요.")
    return found


def listing(conn: Connection, kinds: Sequence[str] | None = None) -> list[Measurement]:
    """Return measurements of the kinds, or all, the newest first."""
    with conn.cursor(row_factory=class_row(Measurement)) as cursor:
        return cursor.execute(_LISTING, {"kinds": None if kinds is None else list(kinds)}).fetchall()


def state(conn: Connection) -> str:
    """Return a word that changes whenever a measurement is added."""
    row = conn.execute(_STATE).fetchone()
    assert row is not None
    return f"{row[0]}/{row[1]}"
