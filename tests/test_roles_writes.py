"""Every act by every role, by name, through a raw socket on a fresh server: done by those who may, refused to those who may not."""

from __future__ import annotations

import html
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import parse_qs

import pytest

from core.accounts import logins, rights, users
from core.accounts.access import may_open
from core.accounts.person import ROLES, Person
from core.accounts.rights import ACTS
from core.evaluation import assembling
from core.labels.versions import freezing
from core.store import collections, run_lists, runs
from pages.widgets import trouble
from tests import labelling_round, scenario_bank
from tests.apart import run
from tests.fixtures_browser import served
from tests.fixtures_store import another, fingerprint
from tests.hands import Hands, cookie, opened
from tests.soak_tab import PageError
from tests.test_evaluation_tuning import GRADES
from tests.test_rights import MATRIX
from tests.test_roles import ASKED
from tests.writes import BANK, SAMPLE, WRITES, Write, end_rounds
from tests.writes_more import LOADING, MORE

SECRET = "맑은-가을-하늘"
THEIRS = {"judging": ("queue_entries", "secrets"), **{act: ("decision_signatures",) for act in ACTS if act.startswith("sign_")}}
"""What somebody writes in their own right who presses what is not theirs: to look at one's own queue is to be handed pairs, with a
token; and a seat that is not offered is one's own seat."""
FIRST = {write.act: write for write in reversed(WRITES)}.values()
"""The way of each act that every role tries; the further ways are tried once."""
RUN = {"system": "kure-v1", "miniature": False, "sets": [], "depth": 10, "rerank_depth": None, "reranker": None}


@pytest.fixture(scope="module")
def house(database):
    """A database of its own: a graded bank that two raters see differently and one run misses, a sample, an account of each role."""
    with another(database) as made:
        with made.connection() as conn:
            found = collections.ensure(conn, BANK)
            scenario_bank.fill(conn, found)
            scenario_bank.judge(conn, found, GRADES)
            scenario_bank.judge(conn, found, {query: {item: 3 - grade for item, grade in given.items()} for query, given in GRADES.items()},
                                rater="나")
            for rater in ("라", "마"):
                scenario_bank.judge(conn, found, {"item": {"m-007": 2}}, rater=rater)
            freezing.freeze(conn, found.id, name="1차", by="선임")
            missed = runs.create(conn, found.id, "kure-v1", RUN)
            for query in assembling.load(conn, found.name).truth.query_hashes.items():
                run_lists.add(conn, missed, *query, [(1, "m-015", 0.5), (2, "m-014", 0.25)], encode_ms=1, search_ms=1)
            sample = collections.ensure(conn, SAMPLE)
            labelling_round.fill(conn, sample.id, items_per_unit=1)
            labelling_round.ask(conn, sample.id, ["I00"], text="확률 문제")
        for role in ROLES:
            users.add(made, name=role, role=role, password=SECRET)
        logins.forget()
        yield made
        logins.forget()


@pytest.fixture(scope="module")
def unguarded(tmp_path_factory) -> Path:
    """While this file is there the pages show everything to everybody."""
    return tmp_path_factory.mktemp("unguarded") / "now"


@pytest.fixture(scope="module")
def address(house, unguarded, tmp_path_factory) -> Iterator[str]:
    environment = {"DATABASE_URL": house.conninfo, "COLLECTION": BANK, "UNGUARDED": str(unguarded)}
    with served(environment, tmp_path_factory.mktemp("writes") / "log", launcher=["tests/served_unguarded.py"]) as (found, _):
        yield found


@pytest.fixture(scope="module")
def cookies(address) -> dict[str, str]:
    return {role: cookie(address, role, SECRET) for role in ROLES}


def section(write: Write) -> str:
    """Return the part of its page that a write is done in, "" where the page has none."""
    return parse_qs(write.query).get("section", [""])[0]


def made_ready(house, write: Write, role: str) -> str:
    end_rounds(house)
    return write.ready(house, role)


def said(error: Exception) -> str:
    return html.unescape(str(error)).replace("\\", "")


def test_every_act_and_every_place_that_asks_for_one_has_a_write():
    assert {write.act for write in WRITES} == set(ACTS)
    assert {(module, act) for module, acts in ASKED.items() for act in acts} <= {
        (write.module, write.act) for write in (*WRITES, *MORE, LOADING)}


@pytest.mark.slow
def test_whoever_may_does_it(address, cookies, house):
    async def work() -> None:
        done = set()
        for write in (*WRITES, *MORE):
            who = [role for role in ROLES if write.act in MATRIX[role] and may_open(
                Person(role, role), write.page, section(write), demanded=True)]
            for role in who if write in FIRST else who[:1]:
                ready = made_ready(house, write, role)
                before = fingerprint(house)
                async with opened(address, cookies[role], write.page, write.query.format(ready=ready)) as tab:
                    await write.does(tab, ready)
                assert fingerprint(house)[write.table] != before[write.table], (write.act, write.module, role)
                done.add((write.act, role))
        assert done == {(act, role) for role, acts in MATRIX.items() for act in acts}

    run(work)


@pytest.mark.slow
def test_whoever_may_not_is_refused_by_the_act_itself_though_the_page_shows_it_all(address, cookies, house, unguarded):
    """Somebody who was shown the button presses it: first while the page goes on showing it, then when it does not any more.
    Nothing but the question in the act is left to refuse the first time, and whoever presses might be of any role."""
    async def hears(tab: Hands, write: Write, ready: str) -> PageError | None:
        try:
            await write.does(tab, ready)
        except PageError as error:
            return error
        return None

    async def refused(write: Write, role: str) -> None:
        ready = made_ready(house, write, role)
        before = fingerprint(house)
        unguarded.touch()
        try:
            async with opened(address, cookies[role], write.page, write.query.format(ready=ready)) as tab:
                error = await hears(tab, write, ready)
                assert error is not None, (write.act, write.module, role, before == fingerprint(house), tab.said()[-2000:])
                assert rights.refusal(write.act) in said(error), (write.act, write.module, role)
                assert trouble.UNFORESEEN not in tab.said(), (write.act, write.module, role)
                assert fingerprint(house) == before, (write.act, write.module, role)
                unguarded.unlink()
                try:
                    await tab.rerun(widgets=tab.sent)
                except PageError as again:  # what a button calls back is called before the page is drawn
                    assert rights.refusal(write.act) in said(again), (write.act, role)
                after = fingerprint(house)
                own = {name for act, names in THEIRS.items() if act in MATRIX[role] and act != write.act for name in names}
                assert {name for name in after if after[name] != before[name]} <= own, (write.act, role)
        finally:
            unguarded.unlink(missing_ok=True)

    async def work() -> None:
        asked = set()
        for write in (*WRITES, *MORE, LOADING):
            who = [role for role in ROLES if write.act not in MATRIX[role]]
            for role in who if write in FIRST else who[:1]:
                await refused(write, role)
                asked.add((write.act, role))
        assert asked == {(act, role) for role, acts in MATRIX.items() for act in ACTS if act not in acts}

    run(work)
