"""Measurements in one file, from the machine with the card to the one of the meeting: with environment, samples and hashes.

The file is JSON: ``form``, ``measurements`` (each as stored, with its SHA-256 and its samples) and ``sha256`` over all of it. A
changed file is refused: its own hash, each measurement's and each sample series' must come out again. The hashes find what was
damaged or edited, not who wrote the file.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

from psycopg import Connection

from core.bench import suite_results
from core.bench.running import digest
from core.errors import InputError
from core.store import bench_samples, measurements
from core.store.bench_samples import Sample
from core.store.measurements import Measurement

FORM = 1
_FIELDS = ("kind", "system", "device", "miniature", "config", "environment", "result", "partial")
CHANGED = "이 측정 파일은 내보낸 뒤에 바뀌었습니다({what}). 재던 컴퓨터에서 다시 내보내 주세요."
UNREADABLE = "측정 파일이 아닙니다. `python -m core bench export`로 쓴 파일을 골라 주세요."
NEWER = "더 새로운 버전의 프로그램이 쓴 파일입니다. 이 프로그램을 최신으로 올려 주세요."


@dataclass(frozen=True, slots=True)
class Unpacked:
    """What a file held."""

    new: tuple[Measurement, ...]
    known: tuple[Measurement, ...]
    """That were here already."""


def pack(conn: Connection, ids: Sequence[int] | None = None) -> tuple[bytes, int]:
    """Return a file of measurements and how many it holds; all of them where no ids are given.

    Raises:
        NotFoundError: there is no measurement of that number.
        InputError: there is none at all.
    """
    chosen = measurements.listing(conn) if ids is None else [measurements.get(conn, each) for each in dict.fromkeys(ids)]
    if not chosen:
        raise InputError("내보낼 측정이 없습니다. 먼저 재 주세요.")
    content = {"form": FORM, "measurements": [_plain(conn, each) for each in chosen]}
    whole = content | {"sha256": _hash(content)}
    return (json.dumps(whole, ensure_ascii=False, indent=1, allow_nan=False) + "\n").encode(), len(chosen)


def unpack(conn: Connection, data: bytes) -> Unpacked:
    """Store what a file holds, all or nothing; what is here already stays. A result of ``bench gpu-suite`` is taken as it is.

    Raises:
        InputError: it is no such file, or it was changed after it had been written.
    """
    before = {each.sha256 for each in measurements.listing(conn)}
    stored = _of_suite(conn, data)
    told = [] if stored else _checked(data)
    with conn.transaction():
        for each in told:
            found = measurements.add(conn, **{name: each[name] for name in _FIELDS}, measured_at=_moment(each))
            if found.sha256 != each["sha256"]:
                raise InputError(CHANGED.format(what=f"{each['kind']} {each['system']}"))
            bench_samples.put_beside(conn, found.id, [Sample(**sample) for sample in each["samples"]])
            stored.append(found)
    return Unpacked(tuple(each for each in stored if each.sha256 not in before),
                    tuple(each for each in stored if each.sha256 in before))


def _of_suite(conn: Connection, data: bytes) -> list[Measurement]:
    try:
        record = json.loads(data)
    except ValueError:
        return []
    return suite_results.store(conn, record) if suite_results.is_suite(record) else []


def _checked(data: bytes) -> list[dict[str, Any]]:
    try:
        whole = json.loads(data)
        content, told = {name: value for name, value in whole.items() if name != "sha256"}, whole["sha256"]
        form, listed = content["form"], content["measurements"]
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise InputError(UNREADABLE) from error
    if isinstance(form, int) and form > FORM:
        raise InputError(NEWER)
    if _hash(content) != told:
        raise InputError(CHANGED.format(what="파일의 해시가 다릅니다"))
    try:
        for each in listed:
            samples = [Sample(**sample) for sample in each["samples"]]
            wanted = each["result"].get("samples")
            if samples and wanted and (wanted["count"], wanted["sha256"]) != (len(samples), digest(samples)):
                raise InputError(CHANGED.format(what=f"{each['kind']} {each['system']}의 호출 기록"))
            _moment(each)
            if not {*_FIELDS, "sha256"} <= each.keys():
                raise InputError(UNREADABLE)
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise InputError(UNREADABLE) from error
    return listed


def _plain(conn: Connection, measurement: Measurement) -> dict[str, Any]:
    return {name: getattr(measurement, name) for name in (*_FIELDS, "sha256")} | {
        "measured_at": measurement.measured_at.isoformat(),
        "samples": [asdict(each) for each in bench_samples.of_measurement(conn, measurement.id)]}


def _moment(told: dict[str, Any]) -> datetime:
    moment = datetime.fromisoformat(told["measured_at"])
    if moment.tzinfo is None:
        raise ValueError("a moment without a zone")
    return moment


def _hash(content: dict[str, Any]) -> str:
    packed = json.dumps(content, ensure_ascii=False, sort_keys=True, separators=(",", ":"), allow_nan=False)
    return hashlib.sha256(packed.encode()).hexdigest()
