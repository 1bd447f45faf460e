"""``decision``: what the task force decided: recorded with its evidence, signed, held against today."""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING, Any

from core.cli import caller
from core.cli.output import print_json, print_table
from core.moments import moment
from core.settings import settings

if TYPE_CHECKING:
    from core.decision.verifying import Verification
    from core.store.decisions import Signature, StoredDecision


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the verb's actions."""
    actions = parser.add_subparsers(dest="action", required=True, metavar="ACTION")
    recording = actions.add_parser("record", help="오늘의 근거로 결정을 적습니다")
    recording.add_argument("choice", choices=("go", "no_go", "hold"), help="Go, No-Go, 보류")
    recording.add_argument("--reason", default="", help="이유 (계산된 판정과 다르면 꼭 적습니다)")
    recording.add_argument("--report", type=int, metavar="N", help="이 결정이 보고 정한 보고서 번호 (기본: 지금 근거의 보고서)")
    recording.add_argument("--by", default=caller.name(), help="적는 사람 (기본: 로그인한 계정 이름)")
    signing = actions.add_parser("sign", help="지금의 결정에 서명합니다")
    signing.add_argument("role", choices=("tf_lead", "developer", "content_lead"), help="TF 리더, 개발 담당, 콘텐츠 담당")
    signing.add_argument("--name", required=True, help="서명하는 사람의 이름")
    signing.add_argument("--comment", default="", help="의견")
    verifying = actions.add_parser("verify", help="결정의 근거가 그대로인지 봅니다")
    listing = actions.add_parser("list", help="결정을 모두 봅니다")
    showing = actions.add_parser("show", help="결정 하나와 서명을 봅니다")
    for sub in (signing, verifying, showing):
        sub.add_argument("--decision", type=int, metavar="N", help="결정 번호 (기본: 마지막 결정)")
    for sub in (recording, signing, verifying, listing, showing):
        sub.add_argument("--collection", default=settings().collection, help="컬렉션 이름")
        sub.add_argument("--json", action="store_true", help="결과를 JSON 하나로 출력합니다")
    for name, act in (("record", _record), ("sign", _sign), ("verify", _verify), ("list", _list), ("show", _show)):
        actions.choices[name].set_defaults(act=act)


def run(arguments: argparse.Namespace) -> int:
    """Run the action."""
    from core.store import open_database

    return arguments.act(open_database(), arguments)


def _record(database, arguments) -> int:
    from core.decision import record

    report = arguments.report or _todays_report(database, arguments.collection)
    made = record(database, arguments.collection, arguments.choice, reason=arguments.reason, by=arguments.by, report_id=report)
    beside = f"{report}번 보고서를 묶었습니다." if report else "지금 근거의 보고서가 없어 보고서 없이 적었습니다."
    _tell(arguments, _head(made), f"{made.id}번 결정을 적었습니다: {_title(made)} ({made.sha256[:12]}). {beside}")
    return 0


def _todays_report(database, collection: str) -> int | None:
    from core.report.final import making  # brings the typesetter along
    from core.store import collections

    with database.connection() as conn:
        newest, stale = making.current(conn, collections.get(conn, collection).id)
    return newest.id if newest is not None and not stale else None


def _sign(database, arguments) -> int:
    from core.decision import sign

    signed = sign(database, _chosen(database, arguments).id, role=arguments.role, name=arguments.name, comment=arguments.comment)
    _tell(arguments, _signature(signed), f"{signed.name} 님이 {signed.decision_id}번 결정에 서명했습니다.")
    return 0


def _verify(database, arguments) -> int:
    from core.decision import verify
    from core.decision.verifying import STATES

    decision = _chosen(database, arguments)
    with database.connection() as conn:
        found = verify(conn, decision)
    if arguments.json:
        print_json(as_json(found))
    else:
        print(found.headline)
        print_table(("상태", "근거", "설명"), [(STATES[each.state], each.title, each.words) for each in found.held])
    return 0 if found.unchanged else 1


def _list(database, arguments) -> int:
    from core.store import collections, decisions

    with database.connection() as conn:
        found = decisions.listing(conn, collections.get(conn, arguments.collection).id)
        signed = {each.id: decisions.signatures(conn, each.id) for each in found}
    if arguments.json:
        print_json({"collection": arguments.collection, "decisions": [
            _head(each) | {"signatures": [_signature(one) for one in signed[each.id]]} for each in found]})
        return 0
    print_table(("번호", "결정", "계산된 판정", "적은 사람", "언제", "서명"), [
        (each.id, _title(each), each.body["computed"]["title"], each.by, moment(each.at),
         f"{len(signed[each.id])}/3") for each in found])
    return 0


def _show(database, arguments) -> int:
    from core.decision.roles import ROLES
    from core.store import decisions

    decision = _chosen(database, arguments)
    with database.connection() as conn:
        signed = decisions.signatures(conn, decision.id)
    if arguments.json:
        print_json(_head(decision) | {"body": decision.body, "signatures": [_signature(each) for each in signed]})
        return 0
    print(f"{decision.id}번 결정: {_title(decision)} · {decision.by} · {moment(decision.at)}\n{decision.sha256}")
    print(f"계산된 판정: {decision.body['computed']['title']}. {decision.body['computed']['headline']}")
    if decision.reason:
        print(f"이유: {decision.reason}")
    print_table(("자리", "이름", "언제", "의견"), [
        (ROLES[each.role], each.name, moment(each.at), each.comment) for each in signed])
    print_table(("근거", "해시"), [(each["title"], each["sha256"][:12]) for each in decision.body["evidence"]])
    return 0


def as_json(found: Verification) -> dict[str, Any]:
    """Return what ``verify --json`` prints."""
    return {"decision": found.decision_id, "unchanged": found.unchanged, "headline": found.headline, "evidence": [
        {"kind": each.kind, "title": each.title, "state": each.state, "detail": each.words} for each in found.held]}


def _chosen(database, arguments) -> StoredDecision:
    from core.errors import NotFoundError
    from core.store import collections, decisions

    with database.connection() as conn:
        collection = collections.get(conn, arguments.collection)
        found = decisions.listing(conn, collection.id)
    chosen = [each for each in found if arguments.decision in (None, each.id)]
    if not chosen:
        raise NotFoundError("그런 결정이 없습니다. `python -m core decision list`로 보고, 없으면 `decision record`로 적어 주세요.")
    return chosen[0]


def _title(decision: StoredDecision) -> str:
    from core.decision.roles import CHOICES

    return CHOICES[decision.choice] + (" · 축소 모델" if decision.body["miniature"] else "")


def _head(decision: StoredDecision) -> dict[str, Any]:
    return {"id": decision.id, "sha256": decision.sha256, "choice": decision.choice, "verdict": decision.verdict,
            "miniature": decision.body["miniature"], "reason": decision.reason, "report": decision.report_id,
            "supersedes": decision.supersedes, "by": decision.by, "at": decision.at.isoformat()}


def _signature(signed: Signature) -> dict[str, Any]:
    return {"decision": signed.decision_id, "role": signed.role, "name": signed.name, "account": signed.account,
            "comment": signed.comment, "decision_sha256": signed.decision_sha256, "at": signed.at.isoformat()}


def _tell(arguments: argparse.Namespace, told: dict[str, Any], words: str) -> None:
    if arguments.json:
        print_json(told)
    else:
        print(words)
