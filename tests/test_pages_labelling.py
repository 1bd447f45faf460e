"""The sections around the queue: empty, seeded, who sees what, and that every write happens once and is said."""

from __future__ import annotations

import html
import json
from types import SimpleNamespace

import pytest
from streamlit.testing.v1 import AppTest

from core.accounts.person import Person
from core.labels import calibration, flags, pool, rounds, truth
from core.labels.pool import PoolRequest
from core.settings import PROJECT_DIR
from core.store import collections, items, judgments, queries
from core.store import rounds as stored_rounds
from pages.labelling import SECTIONS, acts, place, sections_for
from pages.widgets import person
from tests.label_data import Bank

SENIOR = Person("선임", "senior")
RATER = Person("가", "rater")
OURS = ("queries", "pool", "rounds", "agreement", "adjudicate", "versions")
GRADES = {"가": {("q01", "m-002"): 3, ("q01", "m-003"): 1, ("q02", "m-001"): 0, ("q03", "m-004"): 2},
          "나": {("q01", "m-002"): 0, ("q01", "m-003"): 1, ("q02", "m-001"): 0, ("q03", "m-004"): 3}}


@pytest.fixture
def bank(conn, collection) -> Bank:
    """Twelve items, twelve queries, two raters who agree on two pairs of four."""
    bank = Bank(conn, collection)
    bank.say_all(GRADES)
    return bank


@pytest.fixture
def page(monkeypatch, collection):
    """Open a section of the label page over the test's collection, as somebody."""
    monkeypatch.setattr(place, "settings", lambda: SimpleNamespace(collection=collection.name))

    def opened(section: str, who: Person | None = SENIOR) -> AppTest:
        monkeypatch.setattr(person, "current", lambda: who)
        at = AppTest.from_file(PROJECT_DIR / "pages" / "_shell.py", default_timeout=30)
        at.query_params["section"] = section
        at.run().switch_page("label.py")
        at.query_params["section"] = section
        return at.run()

    return opened


def words(at: AppTest, *, trouble: bool = False) -> str:
    assert not at.exception
    shown = html.unescape("\n".join(each.value for each in at.markdown)).replace("\\", "")
    assert ('class="ib-trouble"' in shown) == trouble, shown
    return shown


def button(at: AppTest, name: str):
    return next(each for each in at.button if (each.key or "").startswith(f"label.{name}.press."))


def part(at: AppTest, name: str, chosen: str) -> AppTest:
    return next(each for each in at.button_group if each.key == f"label.part.{name}").set_value([chosen]).run()


@pytest.mark.parametrize("section", OURS)
def test_without_items_every_section_says_how_to_begin(page, section):
    assert "`python -m core prepare`" in words(page(section))


@pytest.mark.parametrize("section", OURS)
def test_before_any_judgment_every_section_says_what_comes_first(page, conn, collection, section):
    Bank(conn, collection)
    assert words(page(section))


def test_raters_get_two_sections_and_managers_all():
    assert sections_for(RATER) == sections_for(None) == ["queue", "queries"]
    assert sections_for(SENIOR) == list(SECTIONS)


SEEDED = {
    "queries": ("q01", "찾는 글 12"), "rounds": ("등급이 있는 쌍", "아직 연 라운드가 없습니다."), "pool": ("계획을 먼저 보고",),
    "agreement": ("크리펜도르프", "가 · 나", "가 3 · 나 0", "구간"), "adjudicate": ("등급 차이 3", "라벨러 1", "최종 등급은"),
    "versions": ("미확정",),
}


@pytest.mark.parametrize("section", OURS)
def test_with_judgments_every_section_shows_them(page, bank, section):
    shown = words(page(section))
    assert not [each for each in SEEDED[section] if each not in shown]
