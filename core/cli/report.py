"""``report``: the final report (D10) as PDF and Markdown, and all deliverables in one ZIP."""

from __future__ import annotations

import argparse
from pathlib import Path

from core.cli import caller
from core.cli.output import print_json, say
from core.settings import settings


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the verb's arguments."""
    parser.add_argument("--collection", default=settings().collection, help="컬렉션 이름")
    parser.add_argument("--pdf", type=Path, metavar="FILE", help="보고서를 PDF로 씁니다")
    parser.add_argument("--markdown", type=Path, metavar="FILE", help="보고서를 Markdown으로 쓰고, 그림을 옆의 charts/와 figures/에 둡니다")
    parser.add_argument("--zip", type=Path, metavar="FILE", help="산출물 D1–D10을 해시 목록과 함께 ZIP 하나로 씁니다")
    parser.add_argument("--by", default="", metavar="이름", help="만드는 사람 (기본: 이 컴퓨터의 사용자)")
    parser.add_argument("--json", action="store_true", help="결과를 JSON 하나로 출력합니다")


def run(arguments: argparse.Namespace) -> int:
    """Make the report, store it, write the files that are asked for."""
    from core import saving
    from core.jobs import working
    from core.report import deliverables
    from core.report.final import making
    from core.store import open_database

    database, worker = open_database(), working.current()
    steps = len(making.STEPS) + bool(arguments.zip)

    def tell(step: int, words: str) -> None:
        worker.check()
        worker.progress(step, steps, words)

    report = making.make(database, collection=arguments.collection, by=arguments.by or caller.name(), tell=tell)
    written: list[Path] = []
    if arguments.pdf:
        saving.save(arguments.pdf, report.pdf)
        written.append(arguments.pdf)
    if arguments.markdown:
        saving.save_beside(arguments.markdown, report.markdown.encode(), report.pictures)
        written.append(arguments.markdown)
    if arguments.zip:
        tell(len(making.STEPS), "산출물 묶기")
        saving.save(arguments.zip, deliverables.as_zip(database, arguments.collection, report))
        written.append(arguments.zip)
    worker.progress(steps, steps, "")
    if arguments.json:
        print_json({"report": report.id, "sha256": report.sha256, "bytes": len(report.pdf), "files": list(map(str, written)),
                    **{name: report.body[name] for name in ("verdict", "miniature", "missing", "ground_truth", "gate_file")}})
        return 0
    small = " · 축소 모델" if report.body["miniature"] else ""
    say(f"보고서 {report.id}번을 만들었습니다. 판정: {report.body['title']}{small} · SHA-256 {report.sha256}")
    for path in written:
        say(f"{path}에 썼습니다.")
    return 0
