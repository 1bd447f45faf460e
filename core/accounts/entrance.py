"""Coming in: a name proven by a password, by the company, or only picked, becomes a browser's login.

The one place at the dashboard that writes before anybody is known.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from core.accounts import company, identities, logins, users
from core.accounts.company import Departure
from core.accounts.person import Person
from core.settings import settings
from core.store import open_database


@dataclass(frozen=True, slots=True)
class Entered:
    """A browser that is logged in: its cookie's value, for how long, whose it is, and where it wanted to go."""

    value: str
    lasting: timedelta
    person: Person | None
    wanted: str = ""


def by_name(name: str, password: str, *, address: str, before: str) -> Entered:
    """Log a browser in by name and password; where no login is asked for, the name alone is picked.

    Args:
        address: where the try comes from.
        before: the cookie the browser had until now; its login ends.

    Raises:
        InputError: they do not fit, or were tried too often.
        StoreError: the database cannot be reached.
    """
    database = open_database()
    picked = not logins.demanded(db=database)
    proven = users.clean_name(name) if picked else users.prove(database, name=name, password=password, address=address).name
    return _entered(proven, before, picked=picked)


def depart(wanted: str) -> Departure:
    """Send a browser to the company's login; ``company.depart`` says what may go wrong."""
    return company.depart(open_database(), wanted=wanted)


def by_company(*, pending: str, state: str, code: str, error: str, before: str) -> Entered:
    """Log in a browser that comes back from the company's login.

    Raises:
        InputError: the company proves nobody, or nobody who may come in.
        StoreError: the database cannot be reached.
    """
    database = open_database()
    arrival = company.arrive(database, pending=pending, state=state, code=code, error=error)
    account = identities.enter(database, issuer=settings().oidc_issuer, claims=arrival.claims)
    return _entered(account.name, before, lasting=logins.LASTING_COMPANY, wanted=arrival.wanted)


def _entered(name: str, before: str, *, picked: bool = False, lasting: timedelta = logins.LASTING, wanted: str = "") -> Entered:
    value = logins.begin(name, picked=picked, lasting=lasting)
    if before:
        logins.end(before)
    return Entered(value, lasting, logins.person_of(value), wanted)
