"""Step 7: the report (D10) and the deliverables beside it, made anew where a report would say something else today."""

from __future__ import annotations

from pathlib import Path

from psycopg import Connection

from core.jobs.working import Worker
from core.poc.step import House, Look, digest
from core.saving import save
from core.settings import settings
from core.store import collections, reports

SECONDS = 20.0
NAMES = {"pdf": "report.pdf", "zip": "deliverables.zip"}


def look(house: House) -> Look:
    """Return whether there is a report on exactly today's evidence and words, and its files."""
    from core.report.final import facts, making

    with house.database.connection() as conn:
        collection = collections.get(conn, house.wish.collection)
        newest, stale = making.current(conn, collection.id)
        said = {name: each.body for name, each in reports.said(conn, collection.id).items()}
        state = digest({"facts": facts.fingerprint(conn, collection.id), "prose": said})
        there = len(files(conn, house.wish.collection)) == len(NAMES)
    if newest is None:
        return Look("missing", "보고서가 없습니다.", SECONDS, state)
    if stale:
        return Look("stale", "마지막 보고서를 만든 뒤에 근거나 분석 글이 바뀌었습니다.", SECONDS, state, newest.made_at)
    if not there:
        return Look("missing", f"{newest.id}번 보고서의 파일이 데이터 폴더에 없습니다.", SECONDS, state, newest.made_at)
    return Look("done", f"{newest.id}번 보고서가 지금 근거의 것입니다.", fingerprint=state, at=newest.made_at)


def run(house: House, part: Worker) -> str:
    """Make the report, store it and leave its files in the data folder."""
    from core.report import deliverables
    from core.report.final import making

    def tell(step: int, words: str) -> None:
        part.check()
        part.progress(step, len(making.STEPS) + 1, words)

    made = making.make(house.database, collection=house.wish.collection, by=house.wish.by, tell=tell)
    tell(len(making.STEPS), "산출물 묶기")
    packed = deliverables.as_zip(house.database, house.wish.collection, made)
    part.check()
    with house.database.connection() as conn:
        folder = _folder(conn, house.wish.collection)
    folder.mkdir(parents=True, exist_ok=True)
    save(folder / NAMES["pdf"], made.pdf)
    save(folder / NAMES["zip"], packed)
    return f"{made.id}번 보고서({made.sha256[:8]})와 산출물을 만들었습니다."


def files(conn: Connection, collection: str) -> dict[str, str]:
    """Return the paths of the files that the last run left, by form."""
    folder = _folder(conn, collection)
    return {form: str(folder / name) for form, name in NAMES.items() if (folder / name).is_file()}


def _folder(conn: Connection, collection: str) -> Path:
    # By number: a collection's name is anybody's text.
    return settings().data_dir / "poc" / str(collections.get(conn, collection).id)
