"""Databases handed out by right. Whoever serves people gets one here: for looking, or for an act that the person may do.

A database for looking refuses every write itself, so what does not ask here cannot write.
"""

from __future__ import annotations

from core.accounts import logins, rights
from core.accounts.person import Person
from core.accounts.rights import Act
from core.store import jobs, open_database
from core.store.database import Database


def reading() -> Database:
    """Return this process's database for looking, opened on the first call."""
    return open_database().reading


def demand(who: Person | None, act: Act) -> None:
    """Refuse somebody an act.

    Raises:
        ForbiddenError: this person may not; the sentence says who may.
    """
    rights.demand(who, act, demanded=logins.demanded())


def writing(who: Person | None, act: Act) -> Database:
    """Return the database for somebody to do an act.

    Raises:
        ForbiddenError: as of ``demand``.
    """
    demand(who, act)
    return open_database()


def resuming(who: Person | None, job_id: int) -> Database:
    """Return the database for going on with a job.

    Raises:
        ForbiddenError: this person may not do what the job does.
        NotFoundError: there is no such job.
    """
    with reading().connection() as conn:
        job = jobs.get(conn, job_id)
    return writing(who, rights.of_job(job.arguments))


def stopping(who: Person | None, job_id: int) -> Database:
    """Return the database for stopping a job.

    Raises:
        ForbiddenError: it is somebody else's.
        NotFoundError: there is no such job.
    """
    with reading().connection() as conn:
        job = jobs.get(conn, job_id)
    if not rights.may_cancel(who, job.asked_by, demanded=logins.demanded()):
        demand(who, "cancel")
    return open_database()
