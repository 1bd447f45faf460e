"""``labels export --format F --out FILE``: a ground truth version, or the whole record of judgments."""

from __future__ import annotations

import argparse
from pathlib import Path

from core.cli.output import print_json, print_table, say
from core.settings import settings


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the action's arguments."""
    parser.add_argument("--collection", default=settings().collection, help="컬렉션")
    parser.add_argument("--format", required=True, choices=("plan", "trec", "csv", "events"),
                        help="plan: 계획서 12.1의 JSON, trec: qrels, csv: 엑셀용, events: 판정 기록 전체")
    parser.add_argument("--out", required=True, type=Path, metavar="FILE", help="쓸 파일 (쿼리 그림은 옆의 images 폴더에 둡니다)")
    which = parser.add_mutually_exclusive_group()
    which.add_argument("--version", type=int, metavar="N", help="정답 버전 (없으면 마지막 버전, 굳힌 것이 없으면 지금의 판정)")
    which.add_argument("--current", action="store_true", help="굳힌 버전이 있어도 지금의 판정을 내보냅니다")
    parser.add_argument("--json", action="store_true", help="결과를 JSON 하나로 출력합니다")


def run(arguments: argparse.Namespace) -> int:
    """Export and print what was written."""
    from core.errors import InputError
    from core.labels.exchange import exporting, exporting_events
    from core.store import collections, open_database

    with open_database().connection() as conn:
        found = collections.get(conn, arguments.collection)
        if arguments.format != "events":
            exported = exporting.export(conn, found.id, arguments.format, number=arguments.version, current=arguments.current)
        elif arguments.version is not None or arguments.current:
            raise InputError("판정 기록에는 버전이 없습니다. --version과 --current를 빼고 다시 실행해 주세요.")
        else:
            exported = exporting_events.export(conn, found.id)
    exporting.write(exported, arguments.out)
    if arguments.json:
        print_json({"collection": found.name, "ground_truth": exported.title, "format": arguments.format,
                    "out": str(arguments.out), "queries": exported.queries, "judgments": exported.judgments,
                    "images": len(exported.images),
                    "refused": [{"id": name, "reason": reason} for name, reason in exported.refused]})
        return 0
    if exported.refused:
        print_table(("ID", "이유"), exported.refused)
    figures = f", 그림 {len(exported.images):,}개" if exported.images else ""
    say(f"{exported.title}: 쿼리 {exported.queries:,}개, 판정 {exported.judgments:,}건{figures}을 {arguments.out}에 썼습니다.")
    return 0
