"""``labels adjudicate``: the pairs raters judged differently, and a senior's decision on one."""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING

from core.cli.output import print_json, print_table, say
from core.settings import settings

if TYPE_CHECKING:
    from core.labels.consensus.adjudication import Case, Opinion

UNRATEABLE = "불가"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the action's own two actions."""
    steps = parser.add_subparsers(dest="step", required=True, metavar="list|decide")
    listing = steps.add_parser("list", help="갈린 쌍을 차이가 큰 것부터 봅니다")
    listing.add_argument("--decided", action="store_true", help="이미 정한 쌍을 봅니다")
    listing.add_argument("--names", action="store_true", help="라벨러의 이름을 보입니다 (기본: 라벨러 1, 라벨러 2)")
    deciding = steps.add_parser("decide", help="한 쌍의 최종 등급을 정합니다")
    deciding.add_argument("query", help="쿼리 ID")
    deciding.add_argument("item", help="문항 ID")
    deciding.add_argument("grade", choices=("0", "1", "2", "3", UNRATEABLE), help="등급")
    deciding.add_argument("--by", required=True, metavar="이름", help="정하는 사람")
    deciding.add_argument("--note", default="", metavar="글", help="왜 그렇게 정했는지")
    for step in (listing, deciding):
        step.add_argument("--collection", default=settings().collection, help="컬렉션 이름")
        step.add_argument("--json", action="store_true", help="결과를 JSON 하나로 출력합니다")


def run(arguments: argparse.Namespace) -> int:
    """List cases or decide one."""
    return _decide(arguments) if arguments.step == "decide" else _list(arguments)


def _list(arguments: argparse.Namespace) -> int:
    from core.labels.consensus import adjudication, final
    from core.store import collections, open_database

    with open_database().connection() as conn:
        found = collections.get(conn, arguments.collection)
        cases = adjudication.cases(conn, found.id, decided=arguments.decided, named=arguments.names)
    if arguments.json:
        print_json({"collection": found.name, "rule": final.RULE, "cases": [_as_dict(case) for case in cases]})
        return 0
    if not cases:
        say("조정한 쌍이 없습니다." if arguments.decided else "조정을 기다리는 쌍이 없습니다.")
        return 0
    print_table(("쿼리", "문항", "차이", "판정", "조정 없이", "조정"), [
        (case.query_id, case.item_id, UNRATEABLE if case.mixed else case.spread, " / ".join(map(_told, case.opinions)),
         "–" if case.provisional is None else case.provisional.grade, _decided(case)) for case in cases])
    say(final.RULE)
    return 0


def _decide(arguments: argparse.Namespace) -> int:
    from core.labels.consensus import adjudication
    from core.store import collections, open_database

    grade = None if arguments.grade == UNRATEABLE else int(arguments.grade)
    with open_database().connection() as conn:
        found = collections.get(conn, arguments.collection)
        case = adjudication.find(conn, found.id, arguments.query, arguments.item)
        event = adjudication.decide(conn, case, grade, arguments.note, arguments.by)
    if arguments.json:
        print_json({"collection": found.name, "query_id": event.query_id, "item_id": event.item_id, "grade": event.grade,
                    "unrateable": event.unrateable, "by": event.rater, "note": event.note})
        return 0
    word = "판정 불가로" if event.unrateable else f"등급 {event.grade}(으)로"
    say(f"쿼리 {event.query_id}, 문항 {event.item_id}: {word} 정했습니다.")
    return 0


def _told(opinion: Opinion) -> str:
    word = "판정 불가" if opinion.unrateable else str(opinion.grade)
    return f"{opinion.rater or opinion.alias}: {word}" + (f" ({opinion.note})" if opinion.note else "")


def _decided(case: Case) -> str:
    if case.decision is None:
        return "–"
    word = "판정 불가" if case.decision.unrateable else str(case.decision.grade)
    return f"{word} ({case.decision.rater})"


def _as_dict(case: Case) -> dict[str, object]:
    made = case.decision
    return {
        "query_id": case.query_id, "item_id": case.item_id, "spread": case.spread, "mixed": case.mixed,
        "opinions": [{"rater": opinion.rater or opinion.alias, "grade": opinion.grade, "unrateable": opinion.unrateable,
                      "note": opinion.note} for opinion in case.opinions],
        "provisional": case.provisional.grade if case.provisional else None,
        "decision": None if made is None else {"grade": made.grade, "unrateable": made.unrateable, "by": made.rater,
                                               "note": made.note, "at": made.created_at.isoformat()},
    }
