"""``labels pick ROUND QUERY ITEM``: a pair that staff chose themselves."""

from __future__ import annotations

import argparse

from core.cli import caller
from core.cli.output import print_json


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the action's arguments."""
    parser.add_argument("round", type=int, help="라운드 번호")
    parser.add_argument("query", help="쿼리 ID")
    parser.add_argument("item", help="문항 ID")
    parser.add_argument("--by", default=None, help="고른 사람의 이름 (기본: 이 컴퓨터의 사용자)")
    parser.add_argument("--json", action="store_true", help="결과를 JSON 하나로 출력합니다")


def run(arguments: argparse.Namespace) -> int:
    """Add the pair and say whether it is new."""
    from core.labels.pooling import pool
    from core.store import open_database

    with open_database().connection() as conn:
        added = pool.pick(conn, arguments.round, arguments.query, arguments.item, arguments.by or caller.name())
    if arguments.json:
        print_json({"round": arguments.round, "query_id": arguments.query, "item_id": arguments.item, "added": added})
    else:
        print("쌍을 더했습니다." if added else "이미 묻고 있거나 판정한 쌍이라 다시 묻지 않습니다.")
    return 0
