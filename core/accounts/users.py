"""Accounts: making them, changing their passwords, blocking them, and proving a name by its password."""

from __future__ import annotations

import math
import unicodedata
from dataclasses import dataclass
from datetime import datetime

from core.accounts import logins, passwords
from core.accounts.person import ROLES
from core.accounts.throttle import Throttle
from core.errors import InputError, NotFoundError
from core.store import Database
from core.store import logins as stored_logins
from core.store import users as stored

WRONG = "이름이나 비밀번호가 맞지 않습니다."
_LONGEST = 100
_throttle = Throttle()


@dataclass(frozen=True, slots=True)
class Account:
    """One account as people see it, without its hash."""

    name: str
    role: str
    disabled: bool
    created_at: datetime


def clean_name(name: str) -> str:
    """Return a name as it is stored: composed Hangul, no spaces around it.

    Raises:
        InputError: empty, longer than 100 bytes, or with characters that do not print.
    """
    clean = unicodedata.normalize("NFC", name).strip()
    if not clean:
        raise InputError("이름을 적어 주세요.")
    if not clean.isprintable() or len(clean.encode("utf-8", "replace")) > _LONGEST:
        raise InputError("이름이 너무 길거나 쓸 수 없는 글자가 들어 있습니다. 한글로 33자까지 쓸 수 있습니다.")
    return clean


def add(db: Database, *, name: str, role: str, password: str) -> Account:
    """Make an account. From the first one on, every page asks for a login.

    Raises:
        InputError: the name is taken or cannot be used, the role is unknown, the password too short.
    """
    clean = clean_name(name)
    _check_role(role)
    password_hash = passwords.hashed(password)
    with db.connection() as conn:
        if not stored.add(conn, name=clean, role=role, password_hash=password_hash):
            raise InputError(f"{clean}은(는) 이미 있는 이름입니다. 비밀번호를 바꾸려면 `python -m core users password {clean}`을 쓰세요.")
        made = stored.get(conn, clean)
    logins.forget()
    return _shown(made)


def listing(db: Database) -> list[Account]:
    """Return every account by name, blocked ones too."""
    with db.connection() as conn:
        return [_shown(user) for user in stored.listing(conn)]


def set_password(db: Database, *, name: str, password: str) -> int:
    """Change a password and end the account's logins; returns how many browsers were logged out.

    Raises:
        NotFoundError: no such account.
        InputError: the password is too short or too long.
    """
    clean = clean_name(name)
    password_hash = passwords.hashed(password)
    with db.connection() as conn, conn.transaction():
        if not stored.set_password(conn, name=clean, password_hash=password_hash):
            raise _unknown(clean)
        ended = stored_logins.end_all(conn, clean)
    logins.forget()
    return ended


def set_role(db: Database, *, name: str, role: str) -> None:
    """Give an account another role; its open pages follow within seconds, and its judgments stay under its name.

    Raises:
        NotFoundError: no such account.
        InputError: the role is unknown.
    """
    clean = clean_name(name)
    _check_role(role)
    with db.connection() as conn:
        if not stored.set_role(conn, name=clean, role=role):
            raise _unknown(clean)
    logins.forget()


def set_disabled(db: Database, *, name: str, disabled: bool) -> int:
    """Block an account and end its logins, or admit it again; returns how many browsers were logged out.

    Raises:
        NotFoundError: no such account.
    """
    clean = clean_name(name)
    with db.connection() as conn, conn.transaction():
        if not stored.set_disabled(conn, name=clean, disabled=disabled):
            raise _unknown(clean)
        ended = stored_logins.end_all(conn, clean) if disabled else 0
    logins.forget()
    return ended


def _check_role(role: str) -> None:
    if role not in ROLES:
        raise InputError(f"역할 {role!r}은(는) 없습니다. 쓸 수 있는 역할: {' · '.join(ROLES)}.")


def prove(db: Database, *, name: str, password: str, address: str) -> Account:
    """Return the account of this name where the password is its own.

    Args:
        address: where the try comes from; five failed ones in 15 minutes are all a name has there.

    Raises:
        InputError: name or password do not fit (which one is not said), or too many tries.
    """
    try:
        clean = clean_name(name)
    except InputError:
        raise InputError(WRONG) from None
    waiting = _throttle.take(clean, address)
    if waiting > 0:
        raise InputError(f"로그인에 여러 번 실패했습니다. {math.ceil(waiting / 60)}분 뒤에 다시 해 주세요.")
    with db.connection() as conn:
        user = stored.get(conn, clean)
    fits = passwords.fits(password, user.password_hash if user else None)
    if user is None or not fits or user.disabled:
        raise InputError(WRONG)
    _throttle.passed(clean, address)
    return _shown(user)


def _shown(user: stored.User) -> Account:
    return Account(user.name, user.role, user.disabled, user.created_at)


def _unknown(name: str) -> NotFoundError:
    return NotFoundError(f"{name}이라는 사람이 없습니다. `python -m core users list`로 이름을 확인해 주세요.")
