"""Making a report: facts, chapters, one document, a PDF that is stored under the hash of its bytes."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from psycopg import Connection

from core.errors import InputError
from core.report.final import facts as reading
from core.report.final import markdown, prose, typesetting
from core.report.final.blocks import Document
from core.report.final.chapters import accuracy, advice, analysis, appendix, performance, setting, summary
from core.report.final.facts import Facts
from core.report.final.words import moment
from core.store import reports
from core.store.database import Database
from core.store.reports import Prose, ReportEntry

TITLE = "Qwen3-VL-Embedding POC 최종 보고서"
WATERMARK = "축소 모델 · 판정 불가"


@dataclass(frozen=True, slots=True)
class Report:
    """A report that was made and stored."""

    id: int
    sha256: str
    """Of the PDF."""
    pdf: bytes
    markdown: str
    body: dict[str, Any]
    """``verdict``, ``title``, ``miniature``, ``gates``, ``ground_truth``, ``gate_file``, ``runs``, ``measurements``, ``prose``,
    ``fingerprint``."""
    pictures: Mapping[str, bytes]
    """What the Markdown names, by path."""


STEPS = ("숫자 읽기", "글과 그림 쓰기", "쪽 짜기", "저장")


def make(database: Database, *, collection: str, by: str, prose_said: Mapping[str, Prose] | None = None,
         tell: Callable[[int, str], None] = lambda step, words: None) -> Report:
    """Make the report of a collection and store it; with nothing changed it is the one that is stored already.

    Args:
        by: who makes it; not in the file.
        tell: is told before each of ``STEPS`` which it is, from 0, and may stop the making; nothing is stored then.
        prose_said: the sections' words by key; the stored ones where None.

    Raises:
        NotFoundError: there is no such collection.
        InputError: nobody makes it, or it cannot be set.
    """
    if not by.strip():
        raise InputError("보고서를 만드는 사람의 이름을 적어 주세요.")
    tell(0, STEPS[0])
    with database.connection() as conn:
        facts = reading.read(conn, collection)
        tell(1, STEPS[1])
        sections = prose.sections(facts, reports.said(conn, facts.evaluation.collection_id) if prose_said is None else prose_said)
        document = document_of(facts, sections, conn)
    tell(2, STEPS[2])
    pdf, text = typesetting.as_pdf(document), markdown.as_markdown(document)
    body = _body(facts, sections)
    tell(3, STEPS[3])
    with database.connection() as conn:
        stored = reports.add(conn, facts.evaluation.collection_id, pdf=pdf, markdown=text, body=body,
                             watermarked=bool(document.watermark), by=by.strip())
    return Report(stored.id, stored.sha256, pdf, text, stored.body, markdown.files(document))


def document_of(facts: Facts, sections: tuple[prose.Section, ...], conn: Connection) -> Document:
    """Return the document; the same facts and words give the same one."""
    decision, newest = facts.decision, facts.newest
    told = (f"컬렉션 {decision.collection} · 정답 {decision.truth_title} ({decision.truth_sha256[:12]}) · "
            f"판정 기준 {decision.gate_file_sha256[:12]}")
    when = f"가장 새 근거: {moment(newest)}" if newest else "근거 없음"
    blocks = [*summary.written(facts), *setting.written(facts), *accuracy.written(facts, conn), *performance.written(facts),
              *analysis.written(facts, sections), *advice.written(facts, sections), *appendix.written(facts)]
    return Document(TITLE, f"{told} · {when}", told, WATERMARK if facts.miniature else "", blocks,
                    int(newest.timestamp()) if newest else 0)


def current(conn: Connection, collection_id: int) -> tuple[ReportEntry | None, bool]:
    """Return the report on today's evidence and words and False; where there is none, the newest and True.

    Evidence may come back to what it was, as when an edit is taken back: then an older report is today's.
    """
    listed = reports.listing(conn, collection_id)
    if not listed:
        return None, True
    now = _state(conn, collection_id)
    found = next((each for each in listed if _held(each) == now), None)
    return (found, False) if found else (listed[0], True)


def stale(conn: Connection, collection_id: int, entry: ReportEntry) -> bool:
    """Return whether a report would be another today."""
    return _held(entry) != _state(conn, collection_id)


def _state(conn: Connection, collection_id: int) -> tuple[object, ...]:
    said = {key: [each.body, each.by] for key, each in reports.said(conn, collection_id).items() if each.body}
    return reading.fingerprint(conn, collection_id), said


def _held(entry: ReportEntry) -> tuple[object, ...]:
    return entry.body.get("fingerprint"), entry.body.get("prose", {})


def _body(facts: Facts, sections: tuple[prose.Section, ...]) -> dict[str, Any]:
    decision, truth = facts.decision, facts.evaluation.truth
    kept = ("name", "title", "kind", "value", "low", "high", "threshold", "direction", "unit", "passed", "holds")
    return {
        "verdict": decision.verdict, "title": decision.title, "headline": decision.headline, "miniature": facts.miniature,
        "gates": [{name: getattr(gate, name) for name in kept} for gate in decision.gates],
        "missing": [*decision.invalid, *decision.missing],
        "cautions": list(decision.cautions),
        "ground_truth": {"title": truth.title, "sha256": truth.sha256, "frozen": truth.version is not None},
        "gate_file": {"name": decision.gate_file.path.name, "sha256": decision.gate_file_sha256},
        "runs": [{"run": number, "system": run.system, "miniature": run.miniature, "stale": run.stale}
                 for number, run in sorted(facts.runs.items())],
        "measurements": [{"id": each.id, "kind": each.kind, "sha256": each.sha256} for each in facts.measured],
        "prose": {each.key: [each.body, each.by] for each in sections if each.by}, "fingerprint": facts.fingerprint,
    }
