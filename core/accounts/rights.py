"""Who may do what: one table of acts. What has no line here, or is not in its line, is refused.

Where no login is asked for, the browser of this machine is its operator's and may do everything, as the command line may: whoever
can type `python -m core` here owns the files and the database anyway.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from core.accounts.person import ROLES, Person, Role
from core.errors import ForbiddenError
from core.jobs import verbs

Act = Literal[
    "judging", "queries", "rounds", "adjudication", "pool", "versions", "bank", "review", "work", "cancel", "register", "causes",
    "values", "plan", "report", "decide", "sign_tf_lead", "sign_developer", "sign_content_lead", "bookmarks", "backup",
]
LOGGED_OUT = "로그인이 풀렸습니다. 화면을 새로 고쳐 다시 로그인해 주세요."


@dataclass(frozen=True, slots=True)
class Right:
    """One act: what people call it, and the roles that may do it."""

    title: str
    roles: frozenset[Role]


def _to(title: str, *roles: Role) -> Right:
    return Right(title, frozenset(roles))


# The plan's 11.1: content staff prepare data and grades, the developer computes, the TF lead decides.
ACTS: dict[Act, Right] = {
    "judging": _to("판정", "rater", "senior", "developer"),
    "queries": _to("쿼리 만들기와 고치기", "rater", "senior", "developer"),
    "rounds": _to("라운드 관리", "senior", "developer"),
    "adjudication": _to("판정 조정", "senior", "developer"),
    "pool": _to("후보 모으기", "senior", "developer"),
    "versions": _to("정답 굳히기와 가져오기", "senior", "developer"),
    "bank": _to("문항 가져오기와 표본", "senior", "developer", "tf"),
    "review": _to("표본 검수", "rater", "senior", "developer"),
    "work": _to("작업과 모델 다루기", "senior", "developer", "tf"),
    "cancel": _to("다른 사람의 작업 멈추기", "developer", "tf"),
    "register": _to("치명적 오류 적기", "senior", "developer", "tf"),
    "causes": _to("오류 사례의 원인 적기", "senior", "developer", "tf"),
    "values": _to("값 적기와 측정 가져오기", "senior", "developer", "tf"),
    "plan": _to("진행 상황 적기", "senior", "developer", "tf"),
    "report": _to("보고서 만들기와 글 고치기", "senior", "developer", "tf"),
    "decide": _to("결정 적기", "tf"),
    "sign_tf_lead": _to("TF 리더 자리의 서명", "tf"),
    "sign_developer": _to("개발 담당 자리의 서명", "developer"),
    "sign_content_lead": _to("콘텐츠 담당 자리의 서명", "senior"),
    "bookmarks": _to("회의에 쓸 비교 담기", "senior", "developer", "tf"),
    "backup": _to("백업", "developer", "tf"),
}
_JOBS: dict[str, Act] = {
    "embed": "work", "evaluate": "work", "runs": "work", "bench": "work", "poc": "work", "models download": "work",
    "import": "bank", "labels pool": "pool", "report": "report", "backup": "backup",
}
"""What a verb does as a job: its process has the operator's rights, so whoever starts it must have the act's."""


def may(who: Person | None, act: Act, *, demanded: bool) -> bool:
    """Return whether somebody may do an act.

    Args:
        demanded: a login is asked for; then nobody without one does anything, and a name that was only picked proves no role.
    """
    if act not in ACTS:
        return False
    if who is None or who.picked:
        return not demanded
    return who.role in ACTS[act].roles


def demand(who: Person | None, act: Act, *, demanded: bool) -> None:
    """Refuse whoever may not do an act.

    Raises:
        ForbiddenError: this person may not; the sentence says who may.
    """
    if not may(who, act, demanded=demanded):
        raise ForbiddenError(LOGGED_OUT if who is None or who.picked else refusal(act))


def refusal(act: Act) -> str:
    """Return the sentence that says who may do an act."""
    right = ACTS.get(act)
    if right is None:
        return "이 일은 아무에게도 허락되어 있지 않습니다. 담당자에게 알려 주세요."
    return f"{right.title}: {', '.join(title for role, title in ROLES.items() if role in right.roles)} 역할만 할 수 있습니다."


def of_job(arguments: Sequence[str]) -> Act:
    """Return the act that starting or resuming a job is.

    Raises:
        ForbiddenError: no line says what such a job does.
    """
    act = _JOBS.get(verbs.found(arguments) or "")
    if act is None:
        raise ForbiddenError("이 작업은 화면에서 시작할 수 없습니다. 터미널에서 해 주세요.")
    return act


def may_cancel(who: Person | None, asked_by: str, *, demanded: bool) -> bool:
    """Return whether somebody may stop a job: whoever asked for it, and those who look after the machine."""
    own = who is not None and not (who.picked and demanded) and who.name == asked_by
    return own or may(who, "cancel", demanded=demanded)
