"""``labels flags``: defective items that are out of the queues."""

from __future__ import annotations

import argparse

from core.cli import caller
from core.cli.output import print_json, print_table
from core.moments import moment
from core.settings import settings


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the action's arguments."""
    parser.add_argument("--flag", action="append", default=[], metavar="ITEM", help="이 문항을 모든 판정 목록에서 뺍니다")
    parser.add_argument("--clear", action="append", default=[], metavar="ITEM", help="이 문항을 다시 넣습니다")
    parser.add_argument("--reason", default="", help="까닭")
    parser.add_argument("--by", default=None, help="하는 사람의 이름 (기본: 이 컴퓨터의 사용자)")
    parser.add_argument("--collection", default=settings().collection, help="컬렉션 이름")
    parser.add_argument("--json", action="store_true", help="결과를 JSON 하나로 출력합니다")


def run(arguments: argparse.Namespace) -> int:
    """Flag and clear what was named, then print what is flagged."""
    from core.labels import flags
    from core.store import collections, open_database

    who = arguments.by or caller.name()
    with open_database().connection() as conn, conn.transaction():
        collection = collections.get(conn, arguments.collection)
        for item_id in arguments.flag:
            flags.flag(conn, collection.id, item_id, by=who, reason=arguments.reason)
        for item_id in arguments.clear:
            flags.clear(conn, collection.id, item_id, by=who, reason=arguments.reason)
        found = flags.flagged(conn, collection.id)
    if arguments.json:
        print_json({"collection": collection.name, "flagged": [
            {"item_id": each.item_id, "reason": each.reason, "by": each.by, "at": each.at.isoformat()} for each in found]})
    elif not found:
        print("신고된 문항이 없습니다.")
    else:
        print_table(("문항", "신고한 사람", "때", "까닭"),
                    [(each.item_id, each.by, moment(each.at), each.reason) for each in found])
    return 0
