"""Who may record a decision, and who signs it (plan: the three lines at its end; 11.1: the TF lead is accountable)."""

from __future__ import annotations

from core.accounts.person import Person, Role
from core.errors import InputError
from core.store.decisions import Choice, SignerRole

ROLES: dict[SignerRole, str] = {"tf_lead": "TF 리더", "developer": "개발 담당", "content_lead": "콘텐츠 담당"}
CHOICES: dict[Choice, str] = {"go": "Go", "no_go": "No-Go", "hold": "보류"}
_ACCOUNTS: dict[SignerRole, Role] = {"tf_lead": "tf", "developer": "developer", "content_lead": "senior"}
_RECORDERS: tuple[Role, ...] = ("tf", "developer")


def may_record(who: Person | None, *, demanded: bool) -> bool:
    """Return whether somebody at the dashboard may record a decision.

    Args:
        demanded: a login is asked for; then nobody without one writes anything.
    """
    return not demanded if who is None else who.role in _RECORDERS


def may_sign(who: Person | None, role: SignerRole, *, demanded: bool) -> bool:
    """Return whether somebody may sign in a role. A name that was only picked on this machine is no account and proves no role."""
    if who is None or who.picked:
        return not demanded
    return _ACCOUNTS[role] == who.role


def need_recorder(who: Person | None, *, demanded: bool) -> None:
    """Refuse whoever may not record.

    Raises:
        InputError: this person may not.
    """
    if not may_record(who, demanded=demanded):
        raise InputError("결정은 TF와 개발자만 적을 수 있습니다. 맞는 계정으로 로그인해 주세요.")


def need_signer(who: Person | None, role: SignerRole, *, demanded: bool) -> None:
    """Refuse whoever may not sign in a role.

    Raises:
        InputError: this person may not.
    """
    if not may_sign(who, role, demanded=demanded):
        raise InputError(f"{ROLES[role]} 자리에는 그 역할의 계정만 서명할 수 있습니다. 맞는 계정으로 로그인해 주세요.")
