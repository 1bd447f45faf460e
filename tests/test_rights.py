"""Who may do what, said once more by hand: whoever loosens a line of the table has to say so here too."""

from __future__ import annotations

from typing import get_args
from uuid import uuid4

import pytest

from core.accounts import grants, rights
from core.accounts.person import ROLES, Person
from core.accounts.rights import ACTS, Act
from core.errors import ForbiddenError, StoreError
from core.jobs.verbs import TAKES_ENGINE
from core.settings import settings
from core.store import jobs
from core.store.database import READ_ONLY
from pages.widgets import doors

EVERYBODY_OF_THE_POC = {"register", "causes", "values", "plan", "report", "bookmarks", "work", "bank"}
MATRIX = {
    "viewer": set(),
    "rater": {"judging", "queries", "review"},
    "senior": EVERYBODY_OF_THE_POC | {"judging", "queries", "review", "rounds", "adjudication", "pool", "versions", "sign_content_lead"},
    "developer": EVERYBODY_OF_THE_POC | {"judging", "queries", "review", "rounds", "adjudication", "pool", "versions", "sign_developer",
                                         "cancel", "backup"},
    "tf": EVERYBODY_OF_THE_POC | {"decide", "sign_tf_lead", "cancel", "backup"},
}


def test_every_act_has_a_line_and_every_role_is_asked():
    assert set(ACTS) == set(get_args(Act)) == set().union(*MATRIX.values())
    assert set(MATRIX) == set(ROLES)


@pytest.mark.parametrize("role", ROLES)
def test_a_role_may_do_what_the_plan_gives_it_and_nothing_else(role):
    who = Person("나", role)
    assert {act for act in ACTS if rights.may(who, act, demanded=True)} == MATRIX[role]
    # Whether a login is asked for changes nothing for who is logged in.
    assert {act for act in ACTS if rights.may(who, act, demanded=False)} == MATRIX[role]
    for act in ACTS:
        if act in MATRIX[role]:
            rights.demand(who, act, demanded=True)
        else:
            with pytest.raises(ForbiddenError) as refused:
                rights.demand(who, act, demanded=True)
            assert str(refused.value).startswith(ACTS[act].title)


@pytest.mark.parametrize("who", [None, Person("고른 이름", "developer", picked=True)])
def test_this_machines_operator_does_everything_until_a_login_is_asked_for(who):
    assert all(rights.may(who, act, demanded=False) for act in ACTS)
    assert not any(rights.may(who, act, demanded=True) for act in ACTS)
    with pytest.raises(ForbiddenError, match="로그인이 풀렸습니다"):
        rights.demand(who, "work", demanded=True)


def test_what_has_no_line_is_refused_to_all():
    for who, demanded in ((None, False), (Person("나", "developer"), True), (Person("나", "tf"), False)):
        assert not rights.may(who, "작업", demanded=demanded)
        assert not rights.may(Person("나", "boss"), "work", demanded=demanded)
        with pytest.raises(ForbiddenError):
            rights.demand(who, "작업", demanded=True)


def test_a_job_is_the_act_of_its_verb_whoever_words_it():
    assert rights.of_job(["embed", "--collection", "a"]) == "work" == rights.of_job(["models", "download"])
    assert rights.of_job(["import", "file.json"]) == "bank"
    for refused in (["users", "add", "나"], ["models", "remove"], ["restore", "file"], ["decide"], []):
        with pytest.raises(ForbiddenError):
            rights.of_job(refused)
    assert all(rights.of_job(verb.split()) in ACTS for verb in TAKES_ENGINE)


def test_a_job_is_stopped_by_who_asked_for_it_and_by_those_who_look_after_the_machine():
    assert [role for role in ROLES if rights.may_cancel(Person("나", role), "너", demanded=True)] == ["developer", "tf"]
    assert rights.may_cancel(Person("나", "senior"), "나", demanded=True)
    assert rights.may_cancel(None, "너", demanded=False) and not rights.may_cancel(None, "너", demanded=True)
    assert not rights.may_cancel(Person("나", "developer", picked=True), "나", demanded=True)


def test_a_reader_of_the_database_writes_nothing_whatever_it_tries(database, collection):
    count = "SELECT count(*) FROM collections WHERE name = 'smuggled'"
    insert = "INSERT INTO collections (name) VALUES ('smuggled')"
    with database.reading.connection() as conn:
        assert conn.execute(count).fetchone() == (0,)
    for statement in (insert, "DELETE FROM collections", "UPDATE collections SET name = 'x'", "TRUNCATE items", "DROP TABLE items",
                      "CREATE TABLE smuggled (id int)", "SELECT setval('collections_id_seq', 1)"):
        with pytest.raises(StoreError, match=READ_ONLY[:20]), database.reading.connection() as conn:
            conn.execute(statement)
        with pytest.raises(StoreError, match=READ_ONLY[:20]), database.reading.connection() as conn, conn.transaction():
            conn.execute(statement)
    with database.connection() as conn:
        assert conn.execute(count).fetchone() == (0,)
        assert conn.execute("SELECT name FROM collections WHERE id = %s", [collection.id]).fetchone() == (collection.name,)
    assert database.reading.reading is database.reading is database.reading


@pytest.mark.parametrize("role", ROLES)
def test_the_pages_door_opens_by_the_table(role, database, monkeypatch):
    monkeypatch.setattr(doors.person, "current", lambda: Person("나", role))
    monkeypatch.setattr(grants.logins, "demanded", lambda: True)
    assert settings().data_dir == database.embedded.data_dir
    for act in ACTS:
        if act in MATRIX[role]:
            assert doors.writing(act) is database
        else:
            with pytest.raises(ForbiddenError):
                doors.writing(act)


@pytest.mark.parametrize("role", ROLES)
def test_a_job_is_stopped_and_resumed_by_those_alone_who_may(role, database, monkeypatch):
    monkeypatch.setattr(grants.logins, "demanded", lambda: True)
    with database.connection() as conn:
        made, _ = jobs.add(conn, ["import", f"{uuid4().hex}.json"], title="가져오기", takes_engine=False, asked_by="김선생")
        jobs.end(conn, made.id, "cancelled")
    for name in ("김선생", "이선생"):
        monkeypatch.setattr(doors.person, "current", lambda name=name: Person(name, role))
        for door, opens in ((doors.stopping, name == "김선생" or role in ("developer", "tf")), (doors.resuming, "bank" in MATRIX[role])):
            if opens:
                assert door(made.id) is database
            else:
                with pytest.raises(ForbiddenError):
                    door(made.id)
