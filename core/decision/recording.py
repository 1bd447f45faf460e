"""Recording a decision: what was chosen beside what was computed, frozen together in one moment."""

from __future__ import annotations

from typing import Any, get_args

from psycopg import Connection

from core import typed
from core.accounts.person import Person
from core.decision import roles
from core.decision.body import body_of, sha256_of
from core.errors import InputError
from core.evaluation import assembling
from core.evaluation.verdict import load
from core.store import collections, decisions, evidence_hashes, reports, truths
from core.store.database import Database
from core.store.decisions import Choice, StoredDecision


def record(database: Database, collection: str, choice: Choice, *, reason: str = "", by: str, report_id: int | None = None,
           who: Person | None = None, demanded: bool = False) -> StoredDecision:
    """Record a decision on today's evidence under the latest ground truth; it supersedes the one before.

    Recording the same again, with nothing changed since, returns what is there.

    Args:
        by: the name it is recorded under.
        report_id: the report that was decided on; it must tell of today's evidence.
        who: the account at the dashboard, ``demanded`` whether a login is asked for there.

    Raises:
        InputError: this person may not, there is no name, the reason is lacking where the choice is not what was computed, Go
            on miniature evidence or on none, or the report is another collection's or older than its evidence.
        NotFoundError: there is no such collection or report.
    """
    roles.need_recorder(who, demanded=demanded)
    choice, reason, by = _checked(choice, reason, by)
    with database.connection() as conn:
        found = collections.get(conn, collection)
        with decisions.locked(conn, found.id), truths.snapshot(conn):
            last = next(iter(decisions.listing(conn, found.id)), None)
            evaluation = assembling.load(conn, found.name)
            computed = load.decision_of(conn, evaluation)
            body = decisions.as_stored(conn, body_of(
                conn, evaluation, computed, choice=choice, reason=reason, by=by, report=_report(conn, found.id, report_id),
                supersedes=last.sha256 if last else ""))
            _allow(body, has_run=computed.subject_run is not None)
            if last is not None and _same(last.body, body):
                return last
            return decisions.add(conn, found.id, sha256=sha256_of(body), choice=choice, verdict=computed.verdict, reason=reason,
                                 body=body, report_id=report_id, supersedes=last.id if last else None, by=by)


def differs(choice: str, verdict: str) -> bool:
    """Return whether a choice is not what was computed."""
    return choice.replace("_", "-") != verdict


def _checked(choice: str, reason: str, by: str) -> tuple[Choice, str, str]:
    if choice not in get_args(Choice):
        raise InputError(f"'{choice}'은(는) 고를 수 없습니다. 고를 수 있는 것: {', '.join(get_args(Choice))}.")
    if not (by := typed.line(by, "이름")):
        raise InputError("결정을 적는 사람의 이름을 적어 주세요.")
    return choice, typed.block(reason, "이유"), by


def _allow(body: dict[str, Any], *, has_run: bool) -> None:
    computed = body["computed"]
    if body["choice"] == "go" and not has_run:
        raise InputError("판정 대상 모델의 실행이 하나도 없어 Go를 적을 수 없습니다. `python -m core evaluate`로 평가해 주세요.")
    if body["choice"] == "go" and body["miniature"]:
        raise InputError("축소 모델의 결과로는 Go를 적을 수 없습니다. 실제 모델로 다시 평가하거나 보류로 적어 주세요.")
    if not body["reason"] and differs(body["choice"], computed["verdict"]):
        raise InputError(f"계산된 판정({computed['title']})과 다르게 결정하려면 이유를 적어 주세요.")


def _same(one: dict[str, Any], other: dict[str, Any]) -> bool:
    return {**one, "supersedes": ""} == {**other, "supersedes": ""}


def _report(conn: Connection, collection_id: int, report_id: int | None) -> tuple[int, str] | None:
    if report_id is None:
        return None
    from core.report.final import making  # brings the typesetter along

    reports.get(conn, report_id)
    entry = next((each for each in reports.listing(conn, collection_id) if each.id == report_id), None)
    if entry is None:
        raise InputError(f"{report_id}번 보고서는 다른 컬렉션의 것입니다. 이 컬렉션의 보고서를 골라 주세요.")
    if making.stale(conn, collection_id, entry):
        raise InputError(f"{report_id}번 보고서를 만든 뒤 근거나 글이 바뀌었습니다. 보고서를 다시 만든 뒤 결정해 주세요.")
    return report_id, evidence_hashes.of_reports(conn, [report_id])[report_id]
