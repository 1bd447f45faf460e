"""``import PATH``: items of either schema into a collection, with a table of what was refused."""

from __future__ import annotations

import argparse
from pathlib import Path

from tqdm import tqdm

from core.cli.output import print_json, print_table, say

SHOWN = 50
"""Refusals printed; the CSV has all."""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the verb's arguments."""
    parser.add_argument("path", type=Path, help="문항 파일 (계획서 12.1 형식 또는 문항은행 형식의 JSON, 그림과 함께 묶은 ZIP)")
    parser.add_argument("--images", type=Path, help="그림 폴더 (없으면 문항 파일이 있는 폴더)")
    parser.add_argument("--collection", required=True, help="담을 컬렉션")
    parser.add_argument("--refused", type=Path, metavar="CSV", help="거절된 문항 목록을 이 CSV 파일로 남깁니다")
    parser.add_argument("--preview", action="store_true", help="저장하지 않고 결과만 미리 봅니다")
    parser.add_argument("--json", action="store_true", help="결과를 JSON 하나로 출력합니다")


def run(arguments: argparse.Namespace) -> int:
    """Import (or preview) and print counts and refusals."""
    from core.items import importers
    from core.items.importers import refusals
    from core.jobs import working
    from core.store import open_database

    worker = working.current()
    work = importers.preview if arguments.preview else importers.import_file
    with tqdm(desc=arguments.path.name, unit="B", unit_scale=True, disable=None) as bar:
        def show(read: int, total: int) -> None:
            bar.total = total
            bar.update(read - bar.n)
            worker.progress(read, total, "문항을 읽는 중")
            worker.check()

        report = work(open_database(), arguments.path, images=arguments.images, collection=arguments.collection, progress=show)
    if arguments.refused:
        refusals.write_csv(report.refused, arguments.refused)
    if arguments.json:
        print_json({
            "collection": report.collection, "imported": report.imported, "unchanged": report.unchanged,
            "refused": [{"line": refusal.line, "id": refusal.id, "reason": refusal.reason} for refusal in report.refused]})
        return 0
    if report.refused:
        print_table(refusals.HEADER, refusals.table(report.refused[:SHOWN]))
    if len(report.refused) > SHOWN:
        say(f"거절된 문항이 {len(report.refused):,}건이라 {SHOWN}건만 보였습니다. --refused CSV로 모두 남길 수 있습니다.")
    done = "가져올 수 있습니다" if arguments.preview else "가져왔습니다"
    say(f"새로 {report.inserted:,}건, 바뀐 {report.updated:,}건을 {done}. 그대로 {report.unchanged:,}건, 거절 {len(report.refused):,}건.")
    return 0
