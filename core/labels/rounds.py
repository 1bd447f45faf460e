"""Rounds of labelling: who may work in which, and who may see grades meanwhile."""

from __future__ import annotations

from collections.abc import Sequence

from psycopg import Connection

from core.accounts.person import Person
from core.errors import InputError
from core.labels import queue
from core.labels.pooling.pool_plan import RaterScope
from core.store import queues
from core.store import rounds as stored
from core.store.rounds import Round


def listing(conn: Connection, collection_id: int) -> list[Round]:
    """Return every round of a collection, newest first."""
    return stored.listing(conn, collection_id)


def get(conn: Connection, round_id: int) -> Round:
    """Return one round.

    Raises:
        NotFoundError: there is none.
    """
    return stored.get(conn, round_id)


def raters(conn: Connection, round_id: int) -> list[RaterScope]:
    """Return the raters a round names; empty: it is open to every rater."""
    return [RaterScope(each.rater, tuple(each.subjects), tuple(each.units)) for each in stored.raters(conn, round_id)]


def assign(conn: Connection, round_id: int, named: Sequence[RaterScope]) -> None:
    """Name raters of a round, or change their part; what they have in hand stays theirs.

    Raises:
        InputError: the round is closed, or a name is empty.
        NotFoundError: there is no such round.
    """
    if not get(conn, round_id).open:
        raise InputError("닫힌 라운드에는 라벨러를 더할 수 없습니다. 새 라운드를 열어 주세요.")
    if not all(each.name.strip() for each in named):
        raise InputError("라벨러 이름을 써 주세요.")
    stored.assign(conn, round_id, [stored.RoundRater(each.name.strip(), list(each.subjects), list(each.units))
                                   for each in named])


def open_for(conn: Connection, collection_id: int, rater: str) -> list[Round]:
    """Return the rounds not closed in which a rater may judge, calibration first, then oldest first."""
    return stored.open_for(conn, collection_id, rater)


def close(conn: Connection, round_id: int) -> None:
    """End a round: nothing is handed out any more; what was judged stays. Closing again changes nothing.

    Raises:
        NotFoundError: there is no such round.
    """
    get(conn, round_id)
    stored.close(conn, round_id)


def takes_part(conn: Connection, found: Round, rater: str) -> bool:
    """Return whether a round names a rater or has handed something to that rater."""
    return found.id in stored.taken_part_in(conn, found.collection_id, rater)


def may_see_grades(conn: Connection, collection_id: int, person: Person | None) -> bool:
    """Return whether grades may be shown to a person outside the queue.

    Never to somebody who takes part in a round (is named in it or was handed something) and has something left to judge,
    nor to a rater while a round open to that rater is not closed, nor to a nameless visitor while any round is open
    (the next click may make that visitor a rater).
    """
    if person is None:
        return not any(found.open for found in listing(conn, collection_id))
    if person.role == "rater":
        return not open_for(conn, collection_id, person.name)
    return not any(_has_something(conn, get(conn, round_id), person.name)
                   for round_id in stored.taken_part_in(conn, collection_id, person.name))


def _has_something(conn: Connection, found: Round, rater: str) -> bool:
    if any(entry.state == "open" for entry in queue.entries(conn, found.id, rater)):
        return True
    whose = queue.part_of(conn, found, rater)
    if whose is None:
        return False
    if found.kind == "calibration":
        return not queues.places(conn, whose)
    return queues.count_free(conn, whose) > 0
