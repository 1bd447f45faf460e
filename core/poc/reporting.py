"""Step 7: the report (D10), made anew where the verdict's evidence or the written analysis is another one."""

from __future__ import annotations

import importlib.util

from psycopg import Connection

from core.jobs.working import Worker
from core.poc import deciding, record
from core.poc.step import House, Look, digest
from core.report.saving import save
from core.settings import settings
from core.store import collections, reports

SECONDS = 10.0
_MAKING = "core.report.final.making"
NOT_YET = "보고서를 만드는 부분이 이 판에 아직 없습니다. 판정과 측정은 화면과 `python -m core decide`에서 볼 수 있습니다."
NAMES = {"pdf": "report.pdf", "markdown": "report.md"}


def look(house: House) -> Look:
    """Return whether there is a report on exactly today's evidence."""
    if not _there():
        return Look("impossible", NOT_YET)
    with house.database.connection() as conn:
        state = _fingerprint(conn, house.wish.collection)
        last = record.of_step(conn, house.wish.collection, "report")
        newest = next(iter(reports.listing(conn, collections.get(conn, house.wish.collection).id)), None)
    if newest is not None and last is not None and last.good and last.fingerprint == state:
        return Look("done", f"{newest.id}번 보고서가 지금 근거의 것입니다.", fingerprint=state, at=newest.made_at)
    if newest is None:
        return Look("missing", "보고서가 없습니다.", SECONDS, state)
    return Look("stale", "마지막 보고서를 만든 뒤에 근거나 분석 글이 바뀌었습니다.", SECONDS, state, newest.made_at)


def run(house: House, part: Worker) -> str:
    """Make the report, store it and leave its files in the data folder."""
    from core.report.final import making

    part.check()
    made = making.make(house.database, collection=house.wish.collection, by=house.wish.by)
    folder = settings().data_dir / "poc" / house.wish.collection
    folder.mkdir(parents=True, exist_ok=True)
    save(folder / NAMES["pdf"], made.pdf)
    save(folder / NAMES["markdown"], made.markdown.encode())
    return f"{made.id}번 보고서({made.sha256[:8]})를 만들었습니다. 파일: {folder}"


def _there() -> bool:
    return importlib.util.find_spec("core.report.final") is not None and importlib.util.find_spec(_MAKING) is not None


def _fingerprint(conn: Connection, collection: str) -> str:
    said = reports.said(conn, collections.get(conn, collection).id)
    return digest({"decision": deciding.fingerprint(conn, collection), "prose": {name: each.body for name, each in said.items()}})
