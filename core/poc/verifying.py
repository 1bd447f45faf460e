"""Step 3: do the models compute as their makers publish it, and does Korean reach them whole? Without it a verdict stays open."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from psycopg import Connection

from core.errors import ModelError, UserError
from core.evaluation.verdict import hangul, inference
from core.jobs.working import Worker
from core.models import registry
from core.models.record import ModelRecord
from core.models.revision import installed_revision
from core.poc.part import Part
from core.poc.step import House, Look, digest
from core.search import systems
from core.store import collections, measurements, states

if TYPE_CHECKING:
    from core.models.parity.verify import Report

SECONDS_A_MODEL = 10.0


@dataclass(frozen=True, slots=True)
class _Known:
    """What is known of the models in use."""

    records: tuple[ModelRecord, ...]
    unverified: tuple[ModelRecord, ...]
    unread: tuple[str, ...]
    """Systems whose tokenizer was not checked on the items as they are."""
    wrong: tuple[str, ...]
    """Keys of models that do not compute as published."""
    absent: tuple[str, ...]
    """Keys of models whose files are not on this machine."""
    fingerprint: str
    at: datetime | None


def look(house: House) -> Look:
    """Return whether every checkpoint in use was checked, and its tokenizer on the items as they are."""
    with house.database.connection() as conn:
        known = _known(conn, house)
    if not (known.unverified or known.unread):
        told = f"모델 {len(known.records)}개를 점검했습니다." + _warned(known)
        return Look("done", told, fingerprint=known.fingerprint, at=known.at)
    work = len(known.unverified) * SECONDS_A_MODEL + len(known.unread)
    if known.unverified:
        told = f"점검하지 않은 모델이 있습니다({', '.join(each.key for each in known.unverified)})."
    else:
        told = "한글 점검을 하지 않았거나 그 뒤에 문항이나 모델이 바뀌었습니다."
    return Look("missing", told, work, known.fingerprint, known.at)


def run(house: House, part: Worker) -> str:
    """Verify what is unverified, each stored at once.

    Raises:
        UserError: a model could not be checked; the others are.
        StoppedError: it was cancelled; what is stored stays.
    """
    assert isinstance(part, Part)
    with house.database.connection() as conn:
        known = _known(conn, house)
    troubles, steps = [], len(known.unverified) + 1
    for number, record in enumerate(known.unverified):
        part.check()
        part.progress(number, steps, record.key)
        try:
            report = _verified(record, house)
        except ModelError as error:
            troubles.append(f"{record.key}: {error}")
            continue
        with house.database.connection() as conn:
            inference.keep(conn, report)
    part.check()
    part.progress(steps - 1, steps, "한글")
    with house.database.connection() as conn:
        hangul.check(conn, collections.get(conn, house.wish.collection))
        after = _known(conn, house)
    if troubles:
        raise UserError(" ".join(troubles))
    return f"모델 {len(known.unverified)}개의 계산과 토크나이저를 점검했습니다." + _warned(after)


def _verified(record: ModelRecord, house: House) -> Report:
    """Verify a model; where memory is lacking, once more with the engine's models out of it: they come back at the next call."""
    from core.models.parity.verify import verify

    try:
        return verify(record)
    except ModelError:
        if not house.engine().evict():
            raise
    return verify(record)


def _known(conn: Connection, house: House) -> _Known:
    collection = collections.get(conn, house.wish.collection)
    used = [registry.resolve(record.key) for record in registry.records()]
    here = tuple(record for record in used if record.installed)
    found = {record.key: inference.newest(record.key, hub_id=record.hub_id, revision=installed_revision(record),
                                          miniature=record.miniature, measured=measurements.listing(conn, [inference.KIND]))
             for record in here}
    state = states.of_items(conn, collection.id)
    read = {(each.system, str(each.config.get("model_key")), str(each.config.get("revision")), str(each.config.get("items")))
            for each in measurements.listing(conn, [hangul.KIND]) if not each.partial}
    unread = []
    for name in hangul.SYSTEMS:
        system = systems.find(name)
        record = registry.resolve(system.reranker or system.channels[0].model)
        if record.installed and (name, record.key, installed_revision(record), state) not in read:
            unread.append(name)
    return _Known(
        here, tuple(record for record in here if found[record.key] is None), tuple(unread),
        tuple(key for key, each in found.items() if each is not None and not each.result.get("ok")),
        tuple(record.key for record in used if not record.installed),
        digest({"items": state, "models": {record.key: installed_revision(record) for record in here}}),
        max((each.measured_at for each in found.values() if each is not None), default=None))


def _warned(known: _Known) -> str:
    wrong = f" 공개 규칙과 다르게 계산하는 모델이 있습니다({', '.join(known.wrong)})." if known.wrong else ""
    absent = f" 이 컴퓨터에 파일이 없어 점검하지 못한 모델: {', '.join(known.absent)}." if known.absent else ""
    return wrong + absent
