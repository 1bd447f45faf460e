"""진행, the whole run: every step with how it stands, the button for those who may, no verdict before it may be seen."""

from __future__ import annotations

import html
import re

import pytest
from streamlit.testing.v1 import AppTest

from core.labels import rounds
from core.poc import record, running
from core.poc.step import House, Outcome, Wish
from core.store import jobs
from pages.progressing import run
from pages.widgets import doors
from pages.widgets import jobs as widgets

pytestmark = pytest.mark.slow


def script(role: str) -> None:
    from core.accounts.person import Person
    from pages.progressing import run

    run.draw(Person("가", role) if role else None)


@pytest.fixture
def page(database, prepared, monkeypatch):
    """Draw the section for a role."""
    monkeypatch.setattr(doors, "database", lambda: database)
    run._state.clear()
    widgets._listed.clear()

    def draw(role: str = "") -> AppTest:
        page = AppTest.from_function(script, args=(role,), default_timeout=60).run()
        assert not page.exception
        return page

    return draw


def standings(page: AppTest) -> dict[str, str]:
    return dict(re.findall(r'data-step="(\w+)" data-standing="(\w+)"', words(page)))


def words(page: AppTest) -> str:
    return html.unescape("\n".join(element.value for element in page.markdown)).replace("\\", "")


@pytest.fixture
def decided(conn, prepared):
    """A run that decided and failed to measure."""
    record.keep(conn, prepared.collection, [Outcome("decide", "판정", "done", "다시 판정합니다. 판정: 비밀의 판정.", 1.0, "old"),
                                            Outcome("bench", "측정", "failed", "카드가 없습니다.")])
    yield
    record._path(conn, prepared.collection).unlink()


def test_the_steps_stand_as_a_plan_sees_them_and_the_button_starts_a_job(page, database, prepared, monkeypatch):
    shown = page()
    planned = running.plan(House(database, pytest.fail, Wish(prepared.collection)))
    assert standings(shown) == {each.step.name: each.look.standing for each in planned}
    started = []
    monkeypatch.setattr(widgets, "start", lambda arguments, title: started.append(arguments))
    shown.checkbox(key="poc.bench").uncheck().run()
    assert standings(shown)["bench"] in ("left_out", "waiting")
    shown.button(key="poc.start").click().run()
    assert started == [["poc", "--collection", prepared.collection, "--skip-bench"]]


def test_who_only_looks_gets_no_button(page):
    assert not page("viewer").button and page("developer").button


def test_what_the_last_run_met_is_shown_until_it_is_done(page, decided):
    shown = page()
    assert standings(shown)["bench"] == "failed" and "카드가 없습니다." in words(shown)
    assert "비밀의 판정" in words(shown) and "다시 판정" in words(shown)


def test_no_verdict_before_grades_may_be_seen(page, decided, monkeypatch):
    monkeypatch.setattr(rounds, "may_see_grades", lambda *given: False)
    shown = page("rater")
    assert "비밀의 판정" not in words(shown) and run._HIDDEN in words(shown)


def test_the_step_under_way_is_marked_and_nothing_else_can_be_started(page, conn, prepared):
    job, _ = jobs.add(conn, ["poc", "--collection", prepared.collection], title=run.TITLE, takes_engine=False, asked_by="가")
    try:
        jobs.begin(conn, job.id)
        jobs.report(conn, job.id, done=120, total=1000, words="5/7 측정 · 응답 시간 · A", done_before=0, since=None)
        shown = page()
        assert standings(shown)["bench"] == "running"
        assert "poc.start" not in {button.key for button in shown.button}
    finally:
        jobs.end(conn, job.id, "cancelled")
