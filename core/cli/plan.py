"""``plan``: tasks, milestones, risks and meetings of the plan, from facts and from what people stated."""

from __future__ import annotations

import argparse
from datetime import date
from typing import TYPE_CHECKING

from core.cli import caller
from core.cli.output import print_json, print_table
from core.errors import InputError
from core.settings import settings

if TYPE_CHECKING:
    from core.plan.progress import Progress

_KEYS = "날짜는 2026-11-23처럼 적습니다"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the verb's arguments."""
    parser.add_argument("--collection", default=settings().collection, help="컬렉션 이름")
    parser.add_argument("--start", metavar="날짜", help=f"Day 1인 날을 적습니다 ({_KEYS})")
    parser.add_argument("--off", action="append", default=[], metavar="날짜", help="주말 말고 쉬는 날 (여러 번, --start와 함께)")
    parser.add_argument("--done", metavar="번호", help="사람이 확인하는 태스크를 마쳤다고 적습니다")
    parser.add_argument("--undone", metavar="번호", help="마쳤다고 적은 것을 되돌립니다")
    parser.add_argument("--role", metavar="역할=이름", help="developer, content, tf_lead의 이름을 적습니다")
    parser.add_argument("--risk", metavar="번호=상태", help="R1=watched처럼 적습니다: watched, happened, handled, gone")
    parser.add_argument("--note", default="", help="메모")
    parser.add_argument("--by", default=caller.name(), metavar="이름", help="적는 사람 (기본: 로그인한 계정 이름)")
    parser.add_argument("--json", action="store_true", help="결과를 JSON 하나로 출력합니다")


def run(arguments: argparse.Namespace) -> int:
    """Store what was stated and print how the plan stands."""
    from core.plan import progress
    from core.store import collections, open_database

    with open_database().connection() as conn:
        collection = collections.get(conn, arguments.collection)
        _state(conn, collection.id, arguments)
        found = progress.of(conn, collection, today=date.today())
    if arguments.json:
        print_json(progress.as_json(found))
    else:
        _print(found)
    return 0


def _state(conn, collection_id: int, arguments: argparse.Namespace) -> None:
    from core.plan import stating

    by, note = arguments.by, arguments.note
    if arguments.start:
        stating.start(conn, collection_id, _date(arguments.start), off=[_date(each) for each in arguments.off], by=by)
    for task, done in ((arguments.done, True), (arguments.undone, False)):
        if task:
            stating.tick(conn, collection_id, task, done=done, note=note, by=by)
    if arguments.role:
        role, _, holder = arguments.role.partition("=")
        stating.name(conn, collection_id, role.strip(), holder, by=by)
    if arguments.risk:
        which, _, status = arguments.risk.partition("=")
        stating.risk(conn, collection_id, which.strip(), status=status.strip(), note=note, by=by)


def _date(words: str) -> date:
    from core.plan import stating

    found = stating.days(words)
    if len(found) != 1:
        raise InputError(f"날짜 하나를 적어 주세요. {_KEYS}.")
    return found[0]


def _print(found: Progress) -> None:
    from core.plan.risks import RISKS, STATUSES

    day = f" · Day {found.day}" if found.day else ""
    print(f"{found.collection}: 태스크 {found.done}/{len(found.tasks)}{day}"
          + ("" if found.start else " · 시작일을 적지 않았습니다(`plan --start 날짜`)"))
    print_table(("", "태스크", "담당", "기한", "상태", "근거"), [
        (each.task.name, each.task.title, each.task.owner, each.due or "-", "완료" if each.done else "늦음" if each.late else "아직",
         each.words) for each in found.tasks])
    print_table(("", "마일스톤", "기한", "태스크", "상태"), [
        (each.milestone.name, each.milestone.title, each.due or "-", f"{each.done}/{each.of}",
         "도달" if each.reached else "늦음" if each.late else "아직") for each in found.milestones])
    print_table(("", "위험", "지금", "메모"), [
        (each.name, each.title, STATUSES[found.risks[each.name].status] if each.name in found.risks else "적지 않음",
         found.risks[each.name].note if each.name in found.risks else "") for each in RISKS])
    print_table(("회의", "기한", "연 날"), [(each.title, each.due or "-", each.held_on or "-") for each in found.meetings])
