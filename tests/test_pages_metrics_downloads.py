"""내려받기: every button gives the file it names, made from what the page shows."""

import io
import zipfile

import pytest
import streamlit as st

from core.report import workbook
from tests import test_pages_metrics as metrics_page
from tests.test_report_files import read_book, read_csv

page, measured = metrics_page.page, metrics_page.measured


def offered(monkeypatch, page, **parameters):
    """Return what the section's buttons give, by file name, and the page's words."""
    files = {}
    monkeypatch.setattr(st, "download_button", lambda label, data, name, mime, **rest: files.__setitem__(name, data))
    shown = metrics_page.words(page(section="downloads", **parameters))
    return {name: make() for name, make in files.items()}, shown


@pytest.mark.slow
def test_each_button_gives_its_file(page, measured, monkeypatch):
    told = measured(miniature=True)
    files, shown = offered(monkeypatch, page)
    assert list(files) == ["search_results.csv", f"검색정확도_{_collection(files)}_v1.xlsx", f"오류사례_A_{_collection(files)}_v1.xlsx",
                           f"검산_{_collection(files)}_v1.zip", "gates.toml"]
    csv, accuracy, cases, trec, gates = files.values()
    assert read_csv(csv)[0][:3] == ["query_id", "model", "top_1"]
    assert len(read_csv(csv)) == 1 + sum(len(result.queries) * len(result.systems) for result in told.scenarios.values())
    cover = read_book(accuracy)["표지"]
    assert ("판정", "판정 불가") in {(row[0].value, row[1].value) for row in cover.iter_rows()}
    assert "축소 모델" in cover["A3"].value
    assert "축소 모델" in read_book(cases)["목록"]["A3"].value
    assert zipfile.is_zipfile(io.BytesIO(trec))
    assert gates == metrics_page.FILE.path.read_bytes()
    assert metrics_page.FILE.sha256 in shown
    assert all(name in shown for name, _ in workbook.SHEETS)


def test_error_cases_are_offered_of_what_was_run(page, measured, monkeypatch):
    measured(systems=("kure-v1",))
    files, _ = offered(monkeypatch, page)
    assert [name for name in files if name.startswith("오류사례_B_")]


def test_without_a_query_in_the_gate_set_there_is_no_file_of_cases(page, measured, monkeypatch):
    measured(scenarios=("S1",))
    files, shown = offered(monkeypatch, page)
    assert not [name for name in files if name.startswith("오류사례")]
    assert "셀 쿼리가 없습니다" in shown


def _collection(files) -> str:
    (name,) = [name for name in files if name.startswith("검색정확도_")]
    return name.removeprefix("검색정확도_").removesuffix("_v1.xlsx")
