"""Rounds of labelling: who may work in which, and who may see grades meanwhile."""

from __future__ import annotations

from psycopg import Connection

from core.accounts.person import Person
from core.store.rounds import Round


def listing(conn: Connection, collection_id: int) -> list[Round]:
    """Return every round of a collection, newest first."""
    raise NotImplementedError


def get(conn: Connection, round_id: int) -> Round:
    """Return one round.

    Raises:
        NotFoundError: there is none.
    """
    raise NotImplementedError


def open_for(conn: Connection, collection_id: int, rater: str) -> list[Round]:
    """Return the rounds not closed in which a rater may judge, calibration first, then oldest first."""
    raise NotImplementedError


def close(conn: Connection, round_id: int) -> None:
    """End a round: nothing is handed out any more; what was judged stays. Closing again changes nothing."""
    raise NotImplementedError


def has_open_queue(conn: Connection, collection_id: int, rater: str) -> bool:
    """Return whether a rater has something to judge in any round that is not closed."""
    raise NotImplementedError


def may_see_grades(conn: Connection, collection_id: int, person: Person | None) -> bool:
    """Return whether grades may be shown to a person outside the queue.

    Never to somebody in whose queue something is open, nor to a rater while a round open to that rater is not closed,
    nor to a nameless visitor while any round is open (the next click may make that visitor a rater).
    """
    raise NotImplementedError
