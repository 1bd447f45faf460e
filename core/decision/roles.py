"""Who may record a decision, and who signs it (plan: the three lines at its end; 11.1: the TF lead is accountable)."""

from __future__ import annotations

from core.accounts import rights
from core.accounts.person import Person
from core.accounts.rights import Act
from core.store.decisions import Choice, SignerRole

ROLES: dict[SignerRole, str] = {"tf_lead": "TF 리더", "developer": "개발 담당", "content_lead": "콘텐츠 담당"}
CHOICES: dict[Choice, str] = {"go": "Go", "no_go": "No-Go", "hold": "보류"}
_ACTS: dict[SignerRole, Act] = {"tf_lead": "sign_tf_lead", "developer": "sign_developer", "content_lead": "sign_content_lead"}


def act(role: SignerRole) -> Act:
    """Return what signing in a role is in the table of rights."""
    return _ACTS[role]


def may_sign(who: Person | None, role: SignerRole, *, demanded: bool) -> bool:
    """Return whether somebody may sign in a role. A name that was only picked on this machine is no account and proves no role."""
    return rights.may(who, act(role), demanded=demanded)


def need_recorder(who: Person | None, *, demanded: bool) -> None:
    """Refuse whoever may not record.

    Raises:
        ForbiddenError: this person may not.
    """
    rights.demand(who, "decide", demanded=demanded)


def need_signer(who: Person | None, role: SignerRole, *, demanded: bool) -> None:
    """Refuse whoever may not sign in a role.

    Raises:
        ForbiddenError: this person may not.
    """
    rights.demand(who, act(role), demanded=demanded)
