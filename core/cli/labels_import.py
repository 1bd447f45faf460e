"""``labels import PATH``: ground truth files of every format, with a table of what was refused."""

from __future__ import annotations

import argparse
from pathlib import Path

from core.cli.output import print_json, print_table, say
from core.settings import settings

SHOWN = 50
"""Refusals printed; --json has all."""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the action's arguments."""
    parser.add_argument("path", type=Path, help="정답 파일 (계획서 12.1·4.4의 JSON, TREC qrels, CSV, 판정 기록 JSONL)")
    parser.add_argument("--collection", default=settings().collection, help="문항이 든 컬렉션")
    parser.add_argument("--origin", choices=("human", "constructed", "model"),
                        help="파일에 출처가 없는 등급을 누가 매겼는지 (지정하지 않으면 모델로 둡니다)")
    parser.add_argument("--map", dest="mapping", type=_mapping, metavar="5=3,4=2,…", help="파일의 등급을 0~3으로 옮기는 대응표")
    parser.add_argument("--images", type=Path, metavar="DIR", help="쿼리 그림의 폴더 (없으면 정답 파일이 있는 폴더)")
    parser.add_argument("--format", choices=("auto", "plan", "trec", "csv", "events"), default="auto",
                        help="파일 형식 (기본 auto: 내용을 보고 정합니다)")
    parser.add_argument("--preview", action="store_true", help="저장하지 않고 결과만 미리 봅니다")
    parser.add_argument("--json", action="store_true", help="결과를 JSON 하나로 출력합니다")


def run(arguments: argparse.Namespace) -> int:
    """Import and print counts and refusals."""
    from core.labels.exchange.importing import import_file
    from core.store import open_database

    report = import_file(
        open_database(), arguments.path, collection=arguments.collection, origin=arguments.origin, mapping=arguments.mapping,
        images=arguments.images, preview=arguments.preview,
        format=None if arguments.format == "auto" else arguments.format)
    if arguments.json:
        print_json({
            "collection": arguments.collection, "queries": report.queries, "judgments": report.judgments,
            "added": report.added, "notes": list(report.notes),
            "refused": [{"line": refusal.line, "id": refusal.id, "reason": refusal.reason} for refusal in report.refused]})
        return 0
    if report.refused:
        print_table(("줄", "쿼리·판정", "이유"), [(refusal.line, refusal.id, refusal.reason) for refusal in report.refused[:SHOWN]])
    if len(report.refused) > SHOWN:
        say(f"거절이 {len(report.refused):,}건이라 {SHOWN}건만 보였습니다. --json으로 모두 볼 수 있습니다.")
    for note in report.notes:
        say(note)
    stored = "새로 저장할 판정" if arguments.preview else "새로 저장한 판정"
    say(f"쿼리 {report.queries:,}개, 판정 {report.judgments:,}건을 읽었습니다. {stored} {report.added:,}건, "
        f"거절 {len(report.refused):,}건.")
    return 0


def _mapping(words: str) -> dict[int, int]:
    found = {}
    for pair in words.split(","):
        old, equals, new = pair.partition("=")
        try:
            number, grade = int(old), int(new)
        except ValueError:
            equals = ""
        if not equals or grade not in (0, 1, 2, 3) or number in found:
            raise argparse.ArgumentTypeError(f"'{pair}'을(를) 읽을 수 없습니다. 5=3,4=2,3=1,2=1,1=0처럼 적어 주세요.")
        found[number] = grade
    return found
