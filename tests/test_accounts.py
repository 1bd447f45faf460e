"""Accounts: passwords, throttling, what a cookie stands for, and the command that makes them."""

from __future__ import annotations

import hashlib
import io
import json

import argon2
import pytest
from psycopg import sql

from core.accounts import logins, passwords, users
from core.accounts.access import pages_for
from core.accounts.person import ROLES, Person
from core.accounts.throttle import PER_ADDRESS, PER_NAME, WINDOW, Throttle
from core.cli import serve
from core.cli import users as verb
from core.cli.main import main
from core.errors import InputError, NotFoundError, SettingError
from core.store import secrets
from pages import _login, _wall

SECRET = "맑은-가을-하늘"


@pytest.fixture
def house(elsewhere):
    """A database without accounts."""
    _empty(elsewhere)
    yield elsewhere
    _empty(elsewhere)


def _empty(database) -> None:
    with database.connection() as conn:
        for table in ("logins", "users"):
            conn.execute(sql.SQL("DELETE FROM {}").format(sql.Identifier(table)))
    logins.forget()


def test_a_login_lives_until_the_password_changes_the_account_is_blocked_or_it_is_ended(house):
    users.add(house, name="김하나", role="rater", password=SECRET)

    def enter(password: str) -> str:
        return logins.begin(users.prove(house, name=" 김하나", password=password, address="lives").name, picked=False, db=house)

    first, second = enter(SECRET), enter(SECRET)
    assert logins.person_of(first, db=house) == Person("김하나", "rater")
    logins.end(first, db=house)
    assert logins.person_of(first, db=house) is None and logins.person_of(second, db=house) is not None
    assert users.set_password(house, name="김하나", password="다른-비밀번호-하나") == 1
    assert logins.person_of(second, db=house) is None
    third = enter("다른-비밀번호-하나")
    assert users.set_disabled(house, name="김하나", disabled=True) == 1
    assert logins.person_of(third, db=house) is None
    with pytest.raises(InputError, match=users.WRONG):
        enter("다른-비밀번호-하나")
    assert logins.demanded(db=house)  # nobody can enter now, and so nothing opens
    users.set_disabled(house, name="김하나", disabled=False)
    assert logins.person_of(third, db=house) is None
    assert logins.person_of(enter("다른-비밀번호-하나"), db=house) is not None


def test_only_hashes_are_stored_and_a_login_runs_out(house):
    users.add(house, name="n", role="viewer", password=SECRET)
    value = logins.begin("n", picked=False, db=house)
    with house.connection() as conn:
        (password_hash,) = conn.execute("SELECT password_hash FROM users").fetchone()
        token, days = conn.execute("SELECT token_hash, extract(day FROM expires_at - created_at) FROM logins").fetchone()
        conn.execute("UPDATE logins SET expires_at = now()")
    assert password_hash.startswith("$argon2id$") and SECRET not in password_hash
    assert token == hashlib.sha256(value.encode()).hexdigest() and days == 14 and len(value) >= 43
    assert logins.person_of(value, db=house) is None
    assert logins.person_of(token, db=house) is None and logins.person_of("", db=house) is None


def test_a_picked_name_ends_with_the_first_account(house):
    value = logins.begin("아무개", picked=True, db=house)
    assert logins.person_of(value, db=house) == Person("아무개", "developer", picked=True)
    assert not logins.demanded(db=house)
    users.add(house, name="아무개", role="rater", password=SECRET)
    assert logins.person_of(value, db=house) is None and logins.demanded(db=house)


def test_an_unknown_name_costs_what_a_wrong_password_costs():
    nobody, real = (argon2.extract_parameters(each) for each in (passwords._NOBODY, passwords.hashed(SECRET)))
    assert nobody == real
    assert not passwords.fits(SECRET, None)


def test_tries_are_counted_by_name_and_by_address():
    now = [0.0]
    throttle = Throttle(clock=lambda: now[0])
    assert [throttle.take("a", "x") for _ in range(PER_NAME)] == [0.0] * PER_NAME
    assert throttle.take("a", "x") == WINDOW
    assert throttle.take("a", "y") == 0 and throttle.take("b", "x") == 0
    now[0] = WINDOW + 1
    assert throttle.take("a", "x") == 0
    throttle.passed("a", "x")
    for number in range(PER_ADDRESS):
        assert throttle.take(f"n{number}", "x") == 0
    assert throttle.take("new", "x") > 0


def test_the_right_password_is_no_use_while_a_name_waits(house):
    users.add(house, name="n", role="viewer", password=SECRET)
    for _ in range(PER_NAME):
        with pytest.raises(InputError, match=users.WRONG):
            users.prove(house, name="n", password="x" * (passwords.LONGEST + 1), address="waits")
    with pytest.raises(InputError, match="15분 뒤"):
        users.prove(house, name="n", password=SECRET, address="waits")
    assert users.prove(house, name="n", password=SECRET, address="another").name == "n"


@pytest.mark.parametrize(("name", "role", "password"), [
    (" ", "rater", SECRET), ("가" * 34, "rater", SECRET), ("a\x00b", "rater", SECRET), ("a", "king", SECRET), ("a", "rater", "짧다"),
])
def test_what_cannot_be_an_account_is_refused(house, name, role, password):
    with pytest.raises(InputError):
        users.add(house, name=name, role=role, password=password)
    assert users.listing(house) == []


def test_the_command_adds_lists_changes_and_blocks(house, monkeypatch, capsys):
    monkeypatch.setattr(verb, "open_database", lambda: house)

    def run(*words: str, stdin: str = "") -> dict:
        monkeypatch.setattr("sys.stdin", io.StringIO(stdin))
        assert main(["users", *words, "--json"]) == 0
        return json.loads(capsys.readouterr().out)

    assert run("add", "김하나", "--role", "rater", "--password-stdin", stdin=f"{SECRET}\n")["role"] == "rater"
    assert users.prove(house, name="김하나", password=SECRET, address="command").role == "rater"
    cookie = logins.begin("김하나", picked=False, db=house)
    assert logins.person_of(cookie, db=house).role == "rater"
    assert run("role", "김하나", "--role", "senior")["role"] == "senior"
    assert logins.person_of(cookie, db=house).role == "senior"
    assert run("disable", "김하나")["logins_ended"] == 1
    assert [(each["name"], each["disabled"]) for each in run("list")["users"]] == [("김하나", True)]
    assert run("enable", "김하나")["disabled"] is False
    assert run("password", "김하나", "--password-stdin", stdin="새로운-비밀번호")["logins_ended"] == 0
    assert main(["users", "add", "김하나", "--role", "tf", "--password-stdin"]) == 1
    assert main(["users", "disable", "없는사람"]) == 1 and "없는사람" in capsys.readouterr().err
    with pytest.raises(NotFoundError):
        users.set_password(house, name="없는사람", password=SECRET)


def test_a_network_address_needs_an_account_and_a_name_to_come_by(house, monkeypatch):
    monkeypatch.setattr(logins, "open_database", lambda: house)
    for address in (None, "0.0.0.0", "::", "192.0.2.10", "localhost.example"):
        with pytest.raises(SettingError, match="users add"):
            _wall.refuse_open_network(address)
    for address in ("127.0.0.1", "::1", "localhost"):
        _wall.refuse_open_network(address)
    with pytest.raises(SettingError, match="users add"):
        serve._hosts("0.0.0.0", ["labels.example"])
    with pytest.raises(SettingError, match="users add"):  # behind a proxy of this machine it is as open
        serve._hosts("127.0.0.1", ["labels.example"])
    users.add(house, name="n", role="developer", password=SECRET)
    _wall.refuse_open_network("0.0.0.0")
    with pytest.raises(SettingError, match="--allow-host"):
        serve._hosts("0.0.0.0", [])
    assert serve._hosts("0.0.0.0", ["labels.example"])[-1] == "labels.example"


@pytest.mark.parametrize(("wanted", "to"), [
    ("/label?section=queries&q=%ED%95%98", "/label?section=queries&q=%ED%95%98"), ("/", "/"), ("", ""), ("label", ""),
    ("//evil.example", ""), ("https://evil.example", ""), ("/\\evil.example", ""), ("/\t/evil.example", ""), ("/a\r\nSet-Cookie: x", ""),
    ("\\\\evil.example", ""), (" //evil.example", ""), ("/login?next=/a", ""), ("/logout/", ""), ("javascript:alert(1)", ""),
])
def test_the_way_on_never_leads_elsewhere(wanted, to):
    assert _login.next_of(wanted) == to


def test_what_no_line_allows_is_refused():
    def seen(role: str) -> frozenset[str]:
        return pages_for(Person("n", role), demanded=True)

    assert seen("rater") == {"label", "data"}
    assert seen("viewer") == {"search", "compare", "metrics", "performance", "progress", "report", "meeting"}
    assert seen("senior") == seen("developer") == seen("tf") == seen("viewer") | {"label", "vram", "data"}
    assert seen("unheard-of") == frozenset() == pages_for(None, demanded=True)
    assert pages_for(None, demanded=False) == seen("developer")
    assert set(ROLES) == {"rater", "viewer", "senior", "developer", "tf"}


def test_a_key_is_made_once(house):
    with house.connection() as conn:
        made = secrets.key(conn, "accounts-test")
        assert len(made) == 32 and secrets.key(conn, "accounts-test") == made != secrets.key(conn, "accounts-test-2")
