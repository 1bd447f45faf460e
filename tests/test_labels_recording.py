"""What a rater's browser sends: who may send it, what is stored of it, and that nothing is stored twice or half."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest
from starlette.applications import Starlette
from starlette.testclient import TestClient

from core.accounts.person import Person
from core.errors import InputError
from core.labels import queue, recording, tokens
from core.labels.pooling import pool
from core.labels.pooling.pool_plan import PoolRequest
from core.labels.tokens import Assignment
from core.store import judgments
from pages import _labels
from tests import labelling_round


class Browser:
    """A rater's browser as the server meets it."""

    def __init__(self, database, conn, collection, round_id, rater):
        self.database, self.conn = database, conn
        self.assignment = Assignment.of(round_id, collection.id, rater)
        self.entries = queue.hand_out(conn, round_id, rater)
        self.refs = tokens.refs(conn, self.assignment, self.entries)

    def event(self, place, grade=2, **rest):
        made = {"uuid": str(uuid4()), "ref": self.refs[place], "kind": "grade", "grade": grade, "note": "", "client": "c1",
                "at": datetime.now(UTC).timestamp() * 1000, "ms": 1500}
        return made | rest

    def send(self, *events):
        return recording.record(self.database, self.assignment, events)

    def stored(self):
        return [event for event in judgments.events(self.conn, self.assignment.collection_id)
                if event.rater == self.assignment.rater]


@pytest.fixture
def sit(database, conn, collection):
    """Open a round over a small collection and seat raters at it."""
    labelling_round.fill(conn, collection.id)
    labelling_round.ask(conn, collection.id, ["I00", "I01", "I02"])
    plan = pool.plan(database, None, collection.name, PoolRequest(name="round", overlap=2, seed=1))
    round_id = pool.open_round(database, plan, by="senior")
    return lambda rater: Browser(database, conn, collection, round_id, rater)


def test_what_was_sent_is_stored_as_it_was_meant(sit):
    one = sit("kim")
    sent = [one.event(0, 3, note="계수만 다름"), one.event(1, kind="unrateable"), one.event(0, kind="withdraw")]
    done = one.send(*sent)
    assert (done.stored, done.refused) == ([event["uuid"] for event in sent], [])
    first, second, third = one.stored()
    assert (first.grade, first.note, first.ms_spent, first.client_id, first.origin) == (3, "계수만 다름", 1500, "c1", "human")
    assert (second.grade, second.unrateable) == (None, True)
    assert (third.grade, third.unrateable) == (None, False)
    for event, entry in ((first, one.entries[0]), (second, one.entries[1])):
        assert (event.query_id, event.query_hash, event.item_id, event.item_hash, event.purpose) == (
            entry.query_id, entry.query_hash, entry.item_id, entry.item_hash, entry.purpose)
    assert first.blinded and first.guideline_version and first.round_id == one.assignment.round_id


def test_sending_again_stores_once_and_a_changed_answer_under_the_same_number_is_refused(sit):
    one = sit("kim")
    event = one.event(0, 3)
    for _ in range(3):
        assert one.send(event).stored == [event["uuid"]]
    done = one.send(event | {"grade": 0}, one.event(1, 1))
    assert [uuid for uuid, _ in done.refused] == [event["uuid"]] and len(done.stored) == 1
    assert [stored.grade for stored in one.stored()] == [3, 1]


@pytest.mark.parametrize("wrong", [
    {"ref": "invented"}, {"ref": None}, {"kind": "adjudicate"}, {"kind": None}, {"grade": 4}, {"grade": -1}, {"grade": None},
    {"grade": True}, {"grade": 1.5}, {"grade": "2"}, {"uuid": "1"}, {"uuid": None}, {"note": "가" * 2001},
])
def test_one_wrong_event_is_refused_in_a_sentence_and_the_others_are_stored(sit, wrong):
    one = sit("kim")
    before, bad, after = one.event(0, 1), one.event(1) | wrong, one.event(2, 3)
    done = one.send(before, bad, after)
    assert done.stored == [before["uuid"], after["uuid"]]
    assert len(done.refused) == 1 and done.refused[0][1].endswith("요.")
    assert [event.grade for event in one.stored()] == [1, 3]


@pytest.mark.parametrize("odd", [
    {"at": 9e15}, {"at": -1}, {"at": None}, {"at": "soon"}, {"at": (datetime.now(UTC) + timedelta(days=2)).timestamp() * 1000},
    {"ms": -5}, {"ms": 1e12}, {"ms": "x"}, {"client": None}, {"client": "c" * 900}, {"note": "a\x00b"},
])
def test_odd_times_and_names_never_cost_a_grade(sit, odd):
    one = sit("kim")
    assert len(one.send(one.event(0, 2) | odd).stored) == 1
    (event,) = one.stored()
    assert event.grade == 2 and event.created_at <= datetime.now(UTC) + timedelta(seconds=6)
    assert event.ms_spent is None or 0 <= event.ms_spent <= recording.LONGEST_MS
    assert len(event.client_id) <= 64


def test_nobody_judges_another_raters_pair(sit):
    one, other = sit("kim"), sit("lee")
    assert not set(one.refs) & set(other.refs)
    done = one.send({**one.event(0), "ref": other.refs[0]})
    assert not done.stored and len(done.refused) == 1
    assert not one.stored() and not other.stored()


def test_a_token_holds_only_as_it_was_signed(sit, conn):
    one = sit("kim")
    token = tokens.sign(conn, one.assignment)
    assert tokens.read(conn, token) == one.assignment
    body, _, mark = token.partition(".")
    forged = tokens.sign(conn, Assignment.of(one.assignment.round_id, one.assignment.collection_id, "lee")).partition(".")[0]
    late = Assignment(1, 1, "kim", datetime.now(UTC).replace(microsecond=0) - timedelta(seconds=5))
    for wrong in (f"{forged}.{mark}", body, f"{body}.", f"{body}.{mark[:-2]}", "", ".", "가.나", tokens.sign(conn, late)):
        with pytest.raises(InputError):
            tokens.read(conn, wrong)


def test_the_route_acknowledges_what_is_stored_and_nothing_else(sit, conn, monkeypatch):
    one = sit("kim")
    token, client = tokens.sign(conn, one.assignment), TestClient(Starlette(routes=_labels.ROUTES))
    good = {"token": token, "events": [one.event(0, 3)]}
    answer = client.post("/labels/events", json=good)
    assert answer.status_code == 200 and answer.json()["stored"] == [good["events"][0]["uuid"]]
    for body, status in (([], 400), ({"token": token}, 400), ({"token": token, "events": [1]}, 400),
                         ({"token": f"{token}x", "events": []}, 409),
                         ({"token": token, "events": [one.event(0)] * 201}, 409)):
        assert client.post("/labels/events", json=body).status_code == status
    assert client.post("/labels/events", json=good, headers={"Origin": "http://evil.example"}).status_code == 403
    assert client.post("/labels/events", data={"token": token}).status_code == 403
    assert len(one.stored()) == 1

    # Where people log in, a token alone is not enough: the browser must be its rater's.
    monkeypatch.setattr(_labels.logins, "demanded", lambda **_: True)
    late = {"token": token, "events": [one.event(1, 1)]}
    assert client.post("/labels/events", json=late).status_code == 401
    for name, role, status in (("lee", "rater", 401), ("kim", "viewer", 403), ("kim", "tf", 403), ("kim", "rater", 200)):
        monkeypatch.setattr(_labels.logins, "person_of", lambda *_, name=name, role=role, **__: Person(name, role))
        assert client.post("/labels/events", json=late).status_code == status
    assert [event.grade for event in one.stored()] == [3, 1]
