"""``labels status``: queries, pairs, judgments, raters and frozen versions in numbers."""

from __future__ import annotations

import argparse
from typing import Any

from core.cli.output import print_json, print_table
from core.settings import settings


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the action's arguments."""
    parser.add_argument("--collection", default=settings().collection, help="컬렉션 이름")
    parser.add_argument("--json", action="store_true", help="결과를 JSON 하나로 출력합니다")


def run(arguments: argparse.Namespace) -> int:
    """Print what there is to label, what is labelled and by whom, and the versions."""
    from core.labels import status
    from core.store import collections, open_database

    with open_database().connection() as conn:
        collection = collections.get(conn, arguments.collection)
        found = _as_json(status.of_collection(conn, collection.id))
    if arguments.json:
        print_json({"collection": collection.name, **found})
    else:
        _print(found)
    return 0


def _as_json(counted: Any) -> dict[str, Any]:
    return {
        "queries": counted.queries,
        "pairs": counted.pairs,
        "judged": counted.judged,
        "origins": counted.origins,
        "raters": len(counted.raters),
        "by_rater": [{"rater": rater, "pairs": pairs} for rater, pairs in counted.raters],
        "rounds": {"open": counted.rounds_open, "closed": counted.rounds_closed},
        "flagged": counted.flagged,
        "versions": [{"version": version.number, "name": version.name, "queries": version.coverage["queries"],
                      "judgments": version.coverage["pairs"], "origins": version.coverage["origins"],
                      "sha256": version.sha256} for version in counted.versions],
    }


def _print(found: dict[str, Any]) -> None:
    from core.labels import origins

    print(f"쿼리 {found['queries']:,}개 · 물어보거나 판정한 쌍 {found['pairs']:,}개 · 등급이 있는 쌍 {found['judged']:,}개"
          + (f" ({origins.counted(found['origins'])})" if found["origins"] else ""))
    print(f"라운드: 열림 {found['rounds']['open']} · 닫힘 {found['rounds']['closed']} · 신고된 문항 {found['flagged']}개")
    if found["by_rater"]:
        print()
        print_table(("라벨러", "판정한 쌍"), [(each["rater"], f"{each['pairs']:,}") for each in found["by_rater"]])
    print()
    if not found["versions"]:
        print("굳힌 정답 버전이 없습니다.")
        return
    print_table(("버전", "이름", "쿼리", "판정", "SHA-256"),
                [(each["version"], each["name"], f"{each['queries']:,}", f"{each['judgments']:,}", each["sha256"][:12])
                 for each in found["versions"]])
