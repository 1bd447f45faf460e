"""``labels diff A B``: what changed from one ground truth version to another."""

from __future__ import annotations

import argparse
from dataclasses import asdict

from core.cli.output import print_json, print_table, say
from core.settings import settings

SHOWN = 30
"""Pairs printed of each sort; --json has all."""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the action's arguments."""
    parser.add_argument("a", type=int, metavar="A", help="앞의 버전")
    parser.add_argument("b", type=int, nargs="?", metavar="B", help="뒤의 버전 (없으면 지금의 판정)")
    parser.add_argument("--collection", default=settings().collection, help="컬렉션")
    parser.add_argument("--json", action="store_true", help="결과를 JSON 하나로 출력합니다")


def run(arguments: argparse.Namespace) -> int:
    """Compare and print the differences."""
    from core.labels.versions import diff
    from core.store import collections, open_database, truths

    with open_database().connection() as conn:
        collection_id = collections.get(conn, arguments.collection).id
        a = truths.get(conn, collection_id, arguments.a)
        b = None if arguments.b is None else truths.get(conn, collection_id, arguments.b)
        found = diff.of(conn, a, b)
    if arguments.json:
        values = asdict(found)
        print_json({"a": a.number, "b": None if b is None else b.number, "same": found.same,
                    **{name: value for name, value in values.items() if name not in ("a", "b")}})
        return 0
    if found.same:
        say("두 정답의 내용이 같습니다.")
        return 0
    print_table(("바뀐 것", "수"), [
        ("더한 쿼리", len(found.queries_added)), ("뺀 쿼리", len(found.queries_removed)), ("고친 쿼리", len(found.queries_changed)),
        ("더한 쌍", len(found.pairs_added)), ("뺀 쌍", len(found.pairs_removed)), ("등급이 바뀐 쌍", len(found.regraded)),
        ("문항 내용이 바뀐 쌍", len(found.items_changed)), ("출처나 근거만 바뀐 쌍", len(found.restated)),
    ])
    if found.relevant_from[0] != found.relevant_from[1]:
        print(f"정답으로 치는 등급: {found.relevant_from[0]} 이상 → {found.relevant_from[1]} 이상")
    if found.unlisted_zero_by[0] != found.unlisted_zero_by[1]:
        print("목록 밖은 0이라는 선언: " + " → ".join(name or "없음" for name in found.unlisted_zero_by))
    rows = [(each.before.query_id, each.before.item_id, f"{each.before.grade} → {each.after.grade}") for each in found.regraded]
    rows += [(row.query_id, row.item_id, f"더함 {row.grade}") for row in found.pairs_added]
    rows += [(row.query_id, row.item_id, f"뺌 {row.grade}") for row in found.pairs_removed]
    if rows:
        print_table(("쿼리", "문항", "등급"), rows[:SHOWN])
    if len(rows) > SHOWN:
        say(f"{len(rows):,}개 가운데 {SHOWN}개만 보였습니다. --json으로 모두 볼 수 있습니다.")
    return 0
