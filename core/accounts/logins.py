"""Logins: who a browser's cookie stands for, from the login to the logout.

Only the SHA-256 of a cookie is stored: whoever reads the table cannot log in with what stands there.
"""

from __future__ import annotations

import hashlib
import threading
import time
from datetime import timedelta
from secrets import token_urlsafe

from core.accounts.person import Person
from core.settings import settings
from core.store import Database, logins, open_database, users

COOKIE = "itembank_login"
LASTING = timedelta(days=14)
LASTING_COMPANY = timedelta(hours=12)
"""A working day: what the company takes from a person reaches the dashboard by the next one."""
_FRESH = 5.0
"""Seconds an answer may be behind a logout or a blocked account elsewhere; in this process it is never behind."""
_MOST = 4096

_guard = threading.Lock()
_known: dict[str, tuple[float, Person | None]] = {}
_demand: dict[int, tuple[float, bool]] = {}
"""Whether a login is asked for, by database."""
_age = 0
"""Counts what may have changed answers, so that one read before a change is not kept after it."""


def person_of(cookie_value: str, *, db: Database | None = None) -> Person | None:
    """Return whose browser sends this cookie, None where nobody is logged in with it. At most 5 s old.

    Raises:
        StoreError: the database cannot be reached; the caller must refuse, not guess.
    """
    if not cookie_value or len(cookie_value) > 200:
        return None
    hashed = _hashed(cookie_value)
    with _guard:
        found = _known.get(hashed)
        age = _age
    if found is not None and time.monotonic() < found[0]:
        return found[1]
    with (db or open_database()).connection() as conn:
        login = logins.find(conn, hashed)
    if login is not None and login.picked and settings().oidc_issuer:
        login = None  # a name that was picked before the company's login was set up proves nothing
    person = None if login is None else Person(login.name, "developer" if login.picked else login.role, login.picked)
    with _guard:
        if age == _age:
            if len(_known) >= _MOST:
                _known.clear()
            _known[hashed] = (time.monotonic() + _FRESH, person)
    return person


def begin(name: str, *, picked: bool, lasting: timedelta = LASTING, db: Database | None = None) -> str:
    """Log a browser in and return its cookie's value: 256 random bits, kept nowhere here.

    Args:
        picked: the name was chosen on this machine, without an account behind it.
    """
    value = token_urlsafe(32)
    with (db or open_database()).connection() as conn:
        logins.add(conn, token_hash=_hashed(value), name=name, picked=picked, lasting=lasting)
    forget()
    return value


def end(cookie_value: str, *, db: Database | None = None) -> None:
    """Log one browser out."""
    with (db or open_database()).connection() as conn:
        logins.end(conn, _hashed(cookie_value))
    forget()


def demanded(*, db: Database | None = None) -> bool:
    """Return whether a login is asked for: with a company login, or from the first account on, blocked ones counted. At most 5 s old.

    Raises:
        StoreError: the database cannot be reached.
    """
    if settings().oidc_issuer:
        return True
    database = db or open_database()
    with _guard:
        found = _demand.get(id(database))
    if found is not None and time.monotonic() < found[0]:
        return found[1]
    with database.connection() as conn:
        answer = users.exist(conn)
    with _guard:
        _demand[id(database)] = (time.monotonic() + _FRESH, answer)
    return answer


def forget() -> None:
    """Drop every kept answer of this process."""
    global _age
    with _guard:
        _age += 1
        _known.clear()
        _demand.clear()


def _hashed(cookie_value: str) -> str:
    return hashlib.sha256(cookie_value.encode("utf-8", "surrogatepass")).hexdigest()
