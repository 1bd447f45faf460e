"""D1 to D10 in one ZIP: each file with its size and SHA-256 in the manifest, and what is missing with the reason."""

from __future__ import annotations

import hashlib
import io
import json
import zipfile
from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path, PurePosixPath
from typing import Any

from psycopg import Connection

from core.bench import overview, travelling
from core.evaluation import assembling
from core.evaluation.results import Evaluation
from core.evaluation.verdict import load
from core.items.schemas import plan
from core.labels.exchange import exporting
from core.report import error_cases, files, performance_results, search_results, trec_files, workbook
from core.report.final import markdown
from core.report.final.making import Report
from core.settings import PROJECT_DIR
from core.store import images, items
from core.store.database import Database

TITLES = {
    "D1": "POC 환경 구성 가이드", "D2": "테스트 데이터셋", "D3": "Ground Truth 라벨", "D4": "임베딩 생성 스크립트",
    "D5": "검색 평가 스크립트", "D6": "성능 측정 스크립트", "D7": "검색 정확도 결과", "D8": "성능 측정 결과",
    "D9": "오류 케이스 분석", "D10": "POC 최종 보고서",
}
MANIFEST, SUMS, GUIDE = "manifest.json", "SHA256SUMS", "README.md"
_SHIPPED = PROJECT_DIR / "docs" / "deliverables"
_PACKAGE = Path(__file__).with_name("package.ko.md")
_SUFFIXES = {"image/png": ".png", "image/jpeg": ".jpg", "image/gif": ".gif", "image/webp": ".webp", "image/bmp": ".bmp"}
_EPOCH = (1980, 1, 1, 0, 0, 0)
"""The same content gives the same file."""


def as_zip(database: Database, collection: str, report: Report) -> bytes:
    """Return the ZIP of a collection's deliverables, with the report that was made of them.

    Raises:
        NotFoundError: there is no such collection.
    """
    with database.connection() as conn:
        evaluation = assembling.load(conn, collection)
        made: dict[str, bytes] = {}
        missing: dict[str, str] = {}
        for key, name, data in _all(conn, evaluation, report):
            if isinstance(data, bytes):
                made[f"{key}/{name}"] = data
            else:
                missing[key] = data
    return _packed(made, manifest(made, missing, report, collection))


def manifest(made: Mapping[str, bytes], missing: Mapping[str, str], report: Report, collection: str) -> dict[str, Any]:
    """Return what the ZIP says of itself."""
    listed = [{"deliverable": path.partition("/")[0], "path": path, "bytes": len(data), "sha256": hashlib.sha256(data).hexdigest()}
              for path, data in made.items()]
    return {
        "collection": collection, "verdict": report.body["verdict"], "miniature": report.body["miniature"],
        "note": "축소 모델의 결과입니다. 판정 불가." if report.body["miniature"] else "",
        "ground_truth": report.body["ground_truth"], "gate_file": report.body["gate_file"],
        "report": {"id": report.id, "sha256": report.sha256}, "runs": report.body["runs"], "measurements": report.body["measurements"],
        "deliverables": [{"id": key, "title": title, "files": sum(each["deliverable"] == key for each in listed),
                          "missing": missing.get(key, "")} for key, title in TITLES.items()],
        "files": listed,
    }


def _all(conn: Connection, evaluation: Evaluation, report: Report) -> Iterator[tuple[str, str, bytes | str]]:
    """Yield every file with its deliverable; a string instead of bytes says why it is not there."""
    yield "D1", "setup_guide.md", (_SHIPPED / "D1_setup.ko.md").read_bytes()
    yield from _dataset(conn, evaluation.collection_id)
    yield from _labels(conn, evaluation)
    for key, name in (("D4", "D4_embed_items.py"), ("D5", "D5_evaluate_search.py"), ("D6", "D6_measure_performance.py")):
        yield key, name, (_SHIPPED / name).read_bytes()
    yield from _accuracy(conn, evaluation)
    yield from _performance(conn)
    yield "D10", "report.pdf", report.pdf
    yield "D10", "report.md", report.markdown.encode()
    for path, data in report.pictures.items():
        yield "D10", path, data


def _dataset(conn: Connection, collection_id: int) -> Iterator[tuple[str, str, bytes | str]]:
    lines, seen = [], set()
    figures: list[tuple[str, bytes]] = []
    for batch in items.iterate(conn, collection_id):
        stored = images.get_many(conn, {sha for each in batch for sha in each.image_hashes})
        for each in batch:
            names = [_named(name, sha, stored[sha].media_type) if sha in stored else name
                     for name, sha in zip(each.item.images, each.image_hashes, strict=False)]
            for name, sha in zip(names, each.image_hashes, strict=False):
                if sha in stored and name not in seen:
                    seen.add(name)
                    figures.append((name, stored[sha].data))
            lines.append(json.dumps(plan.write(replace(each.item, images=tuple(names))), ensure_ascii=False))
    if not lines:
        yield "D2", "items.json", "문항이 없습니다. 문항 파일을 가져와 주세요."
        return
    yield "D2", "items.json", ('{"items": [\n' + ",\n".join(lines) + "\n]}\n").encode()
    for name, data in figures:
        yield "D2", f"images/{name}", data


def _named(name: str, sha256: str, media_type: str) -> str:
    """Return a figure's name in the ZIP: its own where it stays inside the folder."""
    path = PurePosixPath(name)
    if not path.is_absolute() and ".." not in path.parts and "\\" not in name and ":" not in name and name.strip():
        return name
    return f"{sha256[:24]}{_SUFFIXES.get(media_type, '.png')}"


def _labels(conn: Connection, evaluation: Evaluation) -> Iterator[tuple[str, str, bytes | str]]:
    if not evaluation.truth.rows:
        yield "D3", "ground_truth.json", "판정한 쌍이 없습니다. 정답을 판정하고 굳혀 주세요."
        return
    exported = exporting.export(conn, evaluation.collection_id, "plan")
    yield "D3", "ground_truth.json", exported.data
    for path, data in exported.images.items():
        yield "D3", path, data
    if evaluation.truth.version is None:
        yield "D3", "", "굳히지 않은 정답입니다. `python -m core labels freeze`로 굳혀 주세요."


def _accuracy(conn: Connection, evaluation: Evaluation) -> Iterator[tuple[str, str, bytes | str]]:
    if not any(result.systems and result.queries for result in evaluation.scenarios.values()):
        yield "D7", "", "저장된 실행이나 정답이 없습니다. `python -m core evaluate`를 실행해 주세요."
        yield "D9", "", "저장된 실행이나 정답이 없습니다. `python -m core evaluate`를 실행해 주세요."
        return
    at = _newest(evaluation)
    cases = files.cases(conn, evaluation)
    decision = load.decision_of(conn, evaluation)
    yield "D7", "search_results.csv", search_results.as_csv(evaluation)
    yield "D7", "search_results.xlsx", workbook.as_xlsx(evaluation, cases=cases, decision=decision, made_at=at)
    yield "D7", "trec.zip", trec_files.as_zip(evaluation)
    yield "D9", "error_cases.xlsx", error_cases.as_xlsx(conn, evaluation, cases, made_at=at)


def _performance(conn: Connection) -> Iterator[tuple[str, str, bytes | str]]:
    measured = overview.listing(conn)
    if not measured:
        yield "D8", "", "측정 안 됨. `python -m core bench latency --system A`부터 재 주세요."
        return
    yield "D8", "performance_results.csv", performance_results.as_csv(measured)
    yield "D8", "performance_results.xlsx", performance_results.as_xlsx(measured, made_at=max(each.measured_at for each in measured))
    yield "D8", "measurements.json", travelling.pack(conn)[0]


def _guide(told: Mapping[str, Any]) -> str:
    """Return what the ZIP's first reader needs: what lies where, what is missing, how to check it and run the scripts."""
    rows = "\n".join(f"| {each['id']} | {each['title']} | {each['files']} | {markdown.said(each['missing'])} |"
                     for each in told["deliverables"])
    text = _PACKAGE.read_text(encoding="utf-8")
    for name, words in (("ROWS", rows), ("COLLECTION", told["collection"]), ("NOTE", f"**{told['note']}**" if told["note"] else ""),
                        ("TRUTH", f"{told['ground_truth']['title']} ({told['ground_truth']['sha256'][:12]})")):
        text = text.replace("{" + name + "}", words)
    return text


def _newest(evaluation: Evaluation) -> datetime:
    return max((run.created_at for result in evaluation.scenarios.values() for run in result.systems), default=datetime.now(UTC))


def _packed(made: Mapping[str, bytes], told: Mapping[str, Any]) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        sums = "".join(f"{each['sha256']}  {each['path']}\n" for each in told["files"])
        whole = {GUIDE: _guide(told).encode(), MANIFEST: (json.dumps(told, ensure_ascii=False, indent=1) + "\n").encode(),
                 SUMS: sums.encode(), **made}
        for name, data in whole.items():
            stored = name.endswith((".png", ".jpg", ".webp", ".xlsx", ".zip"))
            archive.writestr(zipfile.ZipInfo(name, _EPOCH), data, zipfile.ZIP_STORED if stored else zipfile.ZIP_DEFLATED)
    return out.getvalue()
