"""A database in which everything that people or files may write is written by somebody who means harm, as far as core stores it."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import suppress
from datetime import date
from itertools import cycle
from pathlib import Path
from urllib.parse import urlencode

from psycopg import Connection

from core.decision import recording, signing
from core.errors import UserError
from core.evaluation import assembling
from core.evaluation.analysis import cases
from core.evaluation.execution import executing
from core.evaluation.verdict import critical
from core.items import importers
from core.items.schemas import plan
from core.labels import making
from core.labels.versions import freezing
from core.meeting import bookmarks
from core.plan import meetings, progress, stating
from core.report.final import making as report_making
from core.report.final import prose
from core.review import reviewing
from core.store import Database, collections, items, judgments, pools, queries, rounds
from core.store.collections import Collection
from core.store.judgments import JudgmentEvent
from tests.hostile.texts import TEXTS
from tests.stored_engine import FakeEngine, embed
from tests.test_items_sampling import item

NAME = "hostile"
_UNIT = ("<script>alert(1)</script>", "![그림](http://evil.example/a.png)", '" autofocus onfocus="alert(1)',
         r"$\href{javascript:alert(1)}{x}$")
UNITS = tuple(f"단원 {text}" for text in _UNIT)
RATERS = ("<img src=x onerror=alert(1)>", "'; DROP TABLE items; --")
CHIEF = '<a href="javascript:alert(1)">위원</a>'


def fill(database: Database, folder: Path) -> Collection:
    """Store every text wherever core takes it; what it refuses is missing, and its other places are there."""
    path = folder / "items.json"
    path.write_text(json.dumps({"items": [
        plan.write(item(f"적대-{number:03d}", unit=UNITS[number % len(UNITS)], text=f"문항 {text}", choices=(text, "보기"), answer=text,
                        solution=text, metadata={"concept": text, "keywords": [text]}))
        for number, text in enumerate(TEXTS.values())]}, ensure_ascii=False), "utf-8")
    importers.import_file(database, path, collection=NAME, note=next(_texts()))
    with database.connection() as conn:
        bank = collections.get(conn, NAME)
        embed(conn, bank.id)
        _judge(conn, bank)
        freezing.freeze(conn, bank.id, name="<script>alert(1)</script>", note="![x](http://evil.example/a.png)", by=CHIEF)
    executing.execute(database, FakeEngine, collection=NAME, scenarios=["gate"], systems=["qwen3-vl", "kure-v1"])
    with database.connection() as conn:
        _say(conn, bank)
    report = report_making.make(database, collection=NAME, by=CHIEF)
    decided = recording.record(database, NAME, "hold", reason="<svg onload=alert(1)>", by=CHIEF, report_id=report.id)
    signing.sign(database, decided.id, role="tf_lead", name=CHIEF, comment="<iframe src='http://evil.example'></iframe>")
    return bank


def _texts() -> Iterator[str]:
    return cycle(TEXTS.values())


def _judge(conn: Connection, bank: Collection) -> None:
    """Ask every text, and let two raters disagree about two candidates of each, every time with another text as their note."""
    for text in TEXTS.values():
        with suppress(UserError):
            making.create(conn, bank.id, text=text, by=CHIEF)
    asked = queries.current(conn, bank.id)
    stored = [each for batch in items.iterate(conn, bank.id) for each in batch]
    round_id = rounds.create(conn, rounds.NewRound(collection_id=bank.id, name="<b>1차</b>", created_by=CHIEF, guideline_version="1",
                                                   overlap=len(RATERS) + 1))
    pairs = [(query, stored[(2 * place + step) % len(stored)]) for place, query in enumerate(asked) for step in (0, 1)]
    pools.add(conn, round_id, [pools.NewPair(query.query_id, query.content_hash, each.item.id, each.content_hash, asked=True)
                               for query, each in pairs])
    notes = _texts()
    judgments.append(conn, [
        JudgmentEvent(collection_id=bank.id, query_id=query.query_id, query_hash=query.content_hash, item_id=each.item.id,
                      item_hash=each.content_hash, grade=(place + 3 * number) % 4, rater=rater, origin="human", round_id=round_id,
                      note=next(notes).replace("\x00", ""))
        for place, (query, each) in enumerate(pairs) for number, rater in enumerate(RATERS)])


def _say(conn: Connection, bank: Collection) -> None:
    """Write into every register, minute, title and section."""
    notes = _texts()
    evaluation = assembling.load(conn, NAME)
    for case in cases.of(conn, evaluation):
        with suppress(UserError):
            cases.say(conn, evaluation, case, cause="", note=next(notes), by=RATERS[0])
    for stored in items.get_many(conn, bank.id, sorted(items.ids(conn, bank.id))[:40]):
        with suppress(UserError):
            reviewing.review(conn, bank.id, stored, by=RATERS[1], verdict="exclude", note=next(notes))
    for text in TEXTS.values():
        with suppress(UserError):
            bookmarks.keep(conn, bank.id, f"?{urlencode({'q': text, 'systems': 'A,D'})}", text, by=CHIEF)
        with suppress(UserError):
            critical.open_(conn, bank.id, system="A", title=text, note=text, by=CHIEF)
    everything = "\n\n".join(TEXTS.values())
    for which in (f"R{number}" for number in range(1, 8)):
        stating.risk(conn, bank.id, which, status="watched", note=everything[:1900], by=CHIEF)
    meetings.hold(conn, bank.id, meetings.PLANNED[0].name, on=date(2026, 11, 23), attendees=CHIEF,
                  snapshot=progress.as_json(progress.of(conn, bank, today=date(2026, 11, 23))), minutes=everything[:19_000], by=CHIEF)
    for section in prose.SECTIONS:
        prose.write(conn, bank.id, section=section, body=everything[: prose.LONGEST], draft_sha256="0" * 64, by=CHIEF)
