"""보고서와 결정, the report's part: who may make one, what is said of it, its files, and the prose under its author's name."""

from __future__ import annotations

import io
import zipfile
from types import SimpleNamespace

import pytest
import streamlit as st
from streamlit.testing.v1 import AppTest

from core.accounts.person import Person
from core.cli.main import main
from core.jobs import verbs
from core.report.final import making, prose
from core.store import reports
from pages.deciding import record
from pages.measuring import data, gaps
from pages.reporting import making as part
from pages.reporting import preview
from pages.widgets import jobs, person
from tests import test_pages_metrics as metrics_page

pytestmark = pytest.mark.slow
TF, VIEWER = metrics_page.TF, metrics_page.VIEWER
measured, words = metrics_page.measured, metrics_page.words


@pytest.fixture
def page(monkeypatch, collection):
    """Open the page over the test's collection, as somebody; a job's verb is done at once instead of in a process of its own."""
    monkeypatch.setattr(data, "settings", lambda: SimpleNamespace(collection=collection.name))
    monkeypatch.setattr(jobs, "start", lambda arguments, title: verbs.found(arguments) and main(arguments))

    def opened(who: Person | None = TF) -> AppTest:
        monkeypatch.setattr(person, "current", lambda: who)
        return AppTest.from_function(_part, default_timeout=60).run()

    return opened


def _part() -> None:
    from pages.reporting import making
    from pages.widgets import person

    making.draw(person.current())


def labels(at: AppTest) -> list[str]:
    return [each.label for each in at.button]


def test_without_a_report_it_says_so_and_offers_to_make_one(page, measured, conn, collection):
    measured()
    at = page()
    assert part._NONE in words(at)
    at.button(key="report.make").click().run()
    stored = reports.listing(conn, collection.id)
    assert len(stored) == 1 and stored[0].made_by == TF.name
    assert stored[0].sha256 in words(at)
    assert part._STALE not in words(at)


def test_viewers_and_the_nameless_look_and_make_nothing(page, measured):
    measured()
    assert "보고서 만들기" not in labels(page(VIEWER))
    at = page(None)
    assert "보고서 만들기" not in labels(at)
    assert "/login?next=/report" in words(at)


def test_a_report_whose_evidence_is_another_today_says_so_and_packs_nothing(page, measured, database, collection, monkeypatch):
    files = {}
    monkeypatch.setattr(st, "download_button", lambda label, data, name, mime, **rest: files.__setitem__(name.rpartition(".")[2], data))
    measured()
    made = making.make(database, collection=collection.name, by="가")
    page()
    assert files["pdf"]().startswith(b"%PDF") and files["pdf"]() == made.pdf
    assert files["md"]().decode() == made.markdown
    assert "manifest.json" in zipfile.ZipFile(io.BytesIO(files["zip"]())).namelist()
    files.clear()
    measured(seed=3)
    assert part._STALE in words(page())
    assert sorted(files) == ["md", "pdf"]


def test_an_edit_of_the_prose_makes_the_report_stale_until_it_is_made_again(page, measured, database, conn, collection):
    measured()
    making.make(database, collection=collection.name, by="가")
    at = page()
    at.toggle(key="report.prose.open").set_value(True).run()
    area = next(each for each in at.text_area if each.label == prose.SECTIONS["strengths"])
    area.set_value("고친 강점").run()
    next(each for each in at.button if each.label == "저장" and not each.disabled).click().run()
    said = reports.said(conn, collection.id)
    assert {key: (each.body, each.by) for key, each in said.items()} == {"strengths": ("고친 강점", TF.name)}
    assert part._STALE in words(at)
    again = making.make(database, collection=collection.name, by="가")
    assert "고친 강점" in again.markdown and "다시 확인해야" not in again.markdown
    assert part._STALE not in words(page())


def test_while_pairs_wait_for_raters_nobody_sees_the_report(page, measured, monkeypatch):
    measured()
    monkeypatch.setattr(data, "may_see_grades", lambda found, who: False)
    at = page()
    assert gaps.UNSEEN in words(at)
    assert not at.button


def test_the_preview_draws_the_pages_of_the_report(page, measured, database, collection):
    measured(miniature=True)
    made = making.make(database, collection=collection.name, by="가")
    pages = preview._pages(collection.name, made.sha256)
    assert len(pages) > 3
    assert all(each.startswith(b"\x89PNG") for each in pages)


def _deciding() -> None:
    from pages.deciding import record
    from pages.widgets import person

    record.draw(person.current())


def test_only_a_report_of_today_is_offered_to_decide_on(page, measured, database, collection):
    measured()
    page()

    def offered() -> tuple[str, list[list[str]]]:
        at = AppTest.from_function(_deciding, default_timeout=60).run()
        return words(at), [each.options for each in at.selectbox if each.label == "보고 정한 보고서"]

    said, options = offered()
    assert record._NO_REPORT in said and not options
    made = making.make(database, collection=collection.name, by="가")
    _, ((today, none),) = offered()
    assert today.startswith(f"{made.id}번 · ") and none == "없음"
    measured(seed=3)
    said, options = offered()
    assert record._STALE in said and not options
