"""Company logins as accounts: a subject's account is made at its first login, and its role follows the company's claims.

Accounts are matched by (issuer, subject) alone. A name or an address in a token may be another person's name here, so it never
opens an account that exists already; `users link` does, by somebody who knows.
"""

from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence
from typing import Any

from core.accounts import logins, users
from core.accounts.person import Role
from core.accounts.users import Account
from core.errors import InputError
from core.settings import settings
from core.store import Database, identities
from core.store import logins as stored_logins
from core.store import users as stored

log = logging.getLogger(__name__)
_NO_PASSWORD = "company login"
"""Stands where a password's hash would: no password fits it."""
_NAMES = ("name", "preferred_username", "email")
NO_ROLE = "{name} 님에게는 아직 이 대시보드의 역할이 없습니다. 담당자에게 회사 계정의 역할을 받아 주세요."
WAITING = "{name} 님의 자리를 만들었습니다. 담당자가 `python -m core users enable {name}`으로 열면 들어올 수 있습니다."
TAKEN = "{name}은(는) 이미 다른 사람이 쓰는 이름입니다. 담당자에게 `python -m core users link`로 이어 달라고 해 주세요."
BLOCKED = "{name} 님의 로그인은 막혀 있습니다. 담당자에게 물어 주세요."


def enter(db: Database, *, issuer: str, claims: Mapping[str, Any]) -> Account:
    """Return the account of a proven token, made or given its role as the claims say.

    Args:
        claims: of a validated token, ``sub`` among them.

    Raises:
        InputError: the company gives no role, the account is blocked or waits to be opened, or its name is another's.
    """
    subject = str(claims["sub"])
    with db.connection() as conn:
        name = identities.find(conn, issuer=issuer, subject=subject)
    role = role_of(claims)
    if name is None:
        name = _made(db, issuer, subject, claims, role)
    elif _roles():
        _follow(db, name, role)
    with db.connection() as conn:
        user = stored.get(conn, name)
    if user is None or user.disabled:
        raise InputError((WAITING if user is not None and role is None else BLOCKED).format(name=name))
    return Account(user.name, user.role, user.disabled, user.created_at)


def link(db: Database, *, issuer: str, subject: str, name: str) -> None:
    """Let a company login's subject be an account that exists.

    Raises:
        InputError: no company login is set up, or there is no such account.
    """
    clean = users.clean_name(name)
    if not issuer:
        raise InputError("회사 로그인이 설정되어 있지 않습니다. OIDC_ISSUER를 먼저 정해 주세요.")
    with db.connection() as conn:
        if stored.get(conn, clean) is None:
            raise InputError(f"{clean}이라는 사람이 없습니다. `python -m core users list`로 이름을 확인해 주세요.")
        identities.link(conn, issuer=issuer, subject=subject, name=clean)


def role_of(claims: Mapping[str, Any]) -> Role | None:
    """Return the first role of OIDC_ROLES that the claims hold, else the default one; None where the company gives none."""
    value: Any = claims
    for part in settings().oidc_roles_claim.split("."):
        value = value.get(part) if isinstance(value, Mapping) else None
    held = {value} if isinstance(value, str) else set(map(str, value)) if isinstance(value, Sequence) else set()
    found = next((role for claim, role in _roles() if claim in held), None)
    return found or settings().oidc_default_role or None


def _roles() -> list[tuple[str, Role]]:
    pairs = (entry.partition("=") for entry in settings().oidc_roles.split(",") if entry)
    return [(claim, role) for claim, _, role in pairs]


def _made(db: Database, issuer: str, subject: str, claims: Mapping[str, Any], role: Role | None) -> str:
    offered = [users.clean_name(str(claims[each])) for each in _NAMES if claims.get(each)] or [users.clean_name(subject)]
    if role is None and _roles():
        raise InputError(NO_ROLE.format(name=offered[0]))
    with db.connection() as conn, conn.transaction():
        for name in offered:
            if stored.add(conn, name=name, role=role or "viewer", password_hash=_NO_PASSWORD):
                identities.link(conn, issuer=issuer, subject=subject, name=name)
                # Nobody said what this person may do: the account waits for somebody here to open it.
                if role is None:
                    stored.set_disabled(conn, name=name, disabled=True)
                log.info("made the account of a company login")
                return name
    raise InputError(TAKEN.format(name=offered[0]))


def _follow(db: Database, name: str, role: Role | None) -> None:
    """Give an account the role its company says; without one nobody comes in, and open browsers are logged out."""
    if role is None:
        with db.connection() as conn:
            stored_logins.end_all(conn, name)
        logins.forget()
        raise InputError(NO_ROLE.format(name=name))
    with db.connection() as conn:
        user = stored.get(conn, name)
    if user is not None and user.role != role:
        users.set_role(db, name=name, role=role)
