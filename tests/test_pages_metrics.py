"""지표와 판정: what stands on top, the gates, the register, assumptions, and what is said where something is missing."""

from __future__ import annotations

import html
import re
from dataclasses import replace
from types import SimpleNamespace

import numpy as np
import pytest
from streamlit.testing.v1 import AppTest

from core.accounts.person import Person
from core.evaluation import assembling
from core.evaluation.execution import plan
from core.evaluation.execution.plan import PlannedRun
from core.evaluation.scenarios import GATE, PRIMARY, SCENARIOS, TUNED
from core.evaluation.verdict import critical, gates, load, wording
from core.evaluation.verdict.decision import decide
from core.labels.pooling import pool
from core.labels.pooling.pool import PoolRequest
from core.labels.versions import freezing
from core.settings import PROJECT_DIR
from core.store import stated_values
from pages.measuring import SECTIONS, address, data, gaps, gate_table
from pages.measuring import stamp as stamps
from pages.measuring.address import Asked
from pages.widgets import jobs, person
from tests import evaluation_data
from tests.label_data import Bank
from tests.test_evaluation_verdict import FAILING, body

pytestmark = pytest.mark.slow

TF = Person("위원", "tf")
VIEWER = Person("손님", "viewer")
FILE = gates.load()


@pytest.fixture
def page(monkeypatch, collection):
    """Open a section of the page over the test's collection, as somebody."""
    monkeypatch.setattr(data, "settings", lambda: SimpleNamespace(collection=collection.name))

    def opened(who: Person | None = TF, **parameters: str) -> AppTest:
        monkeypatch.setattr(person, "current", lambda: who)
        at = AppTest.from_file(PROJECT_DIR / "pages" / "metrics.py", default_timeout=30)
        for name, value in parameters.items():
            at.query_params[name] = value
        return at.run()

    return opened


@pytest.fixture
def measured(monkeypatch, conn, collection):
    """Put a made-up evaluation, and made-up evidence where it is given, in the place of stored runs."""
    Bank(conn, collection)

    def put(evidence=None, **made):
        evaluation = replace(evaluation_data.evaluation(**{"queries": 12, **made}), collection_id=collection.id)
        monkeypatch.setattr(assembling, "load", lambda conn, name, *, version=None, systems=None: evaluation)
        monkeypatch.setattr(assembling, "fingerprint", lambda conn, collection_id, version=None: f"made-up {id(evaluation)}")
        if evidence is not None:
            monkeypatch.setattr(load, "body_of", lambda conn, evaluation, **rest: evidence)
        return evaluation

    return put


def words(at: AppTest) -> str:
    assert not at.exception
    shown = html.unescape("\n".join(each.value for each in at.markdown)).replace("\\", "")
    assert 'class="ib-trouble"' not in shown, shown
    return shown


def stamp(at: AppTest) -> str:
    return re.search(r'class="ib-stamp ib-stamp-([\w-]+)', words(at))[1]


def row(at: AppTest, gate: str) -> str:
    return re.search(rf'<tr[^>]*data-gate="{gate}">.*?</tr>', words(at), re.DOTALL)[0]


# ---- What is missing ----------------------------------------------------------------------------------------------------------


def test_without_items_the_page_says_how_to_begin(page):
    assert "`python -m core prepare`" in words(page())


def test_who_still_judges_sees_neither_verdict_nor_numbers(page, conn, collection, database):
    Bank(conn, collection)
    pool.open_round(database, pool.plan(database, None, collection.name, PoolRequest(name="1차", systems=())), by="선임")
    shown = words(page(None))
    assert gaps.UNSEEN in shown and "ib-stamp" not in shown
    assert "ib-stamp" in words(page(TF)), "who takes no part in the round sees it"


def test_without_a_ground_truth_a_section_says_where_one_comes_from(page, conn, collection):
    Bank(conn, collection)
    at = page(section="systems")
    assert gaps.NO_TRUTH.partition("`")[0] in words(at) and stamp(at) == "undetermined"
    assert not [name for name, each in SECTIONS.items() if not each.needs_results and name != "verdict"]


def test_judgments_without_a_run_ask_for_one(page, conn, collection):
    Bank(conn, collection).say("가", "q01", "m-002", 3)
    shown = words(page(section="systems"))
    assert "`python -m core evaluate`" in shown and "미확정" in shown


def test_one_system_zeros_and_equal_values_are_each_explained():
    one = evaluation_data.evaluation(queries=8, systems=("qwen3-vl",)).scenarios[GATE]
    assert "하나뿐" in gaps.remarks(one, PRIMARY)[0]
    two = evaluation_data.evaluation(queries=8).scenarios[GATE]
    assert gaps.remarks(two, PRIMARY) == []
    shape = two.values[PRIMARY].shape
    assert "모두 0" in gaps.remarks(replace(two, values={PRIMARY: np.zeros(shape)}), PRIMARY)[0]
    assert "똑같아" in gaps.remarks(replace(two, values={PRIMARY: np.full(shape, 0.5)}), PRIMARY)[0]


def test_a_scenario_without_queries_says_why_and_one_not_run_asks_for_it():
    made = evaluation_data.evaluation(queries=8, scenarios=(GATE,))
    assert "셀 쿼리가 없습니다" in gaps.of_scenario(made.scenarios["S1"]) and gaps.of_scenario(made.scenarios[GATE]) == ""
    assert "평가 실행" in gaps.of_scenario(replace(made.scenarios[GATE], systems=()))


# ---- The band -----------------------------------------------------------------------------------------------------------------


def test_the_band_names_truth_threshold_origins_and_what_was_counted(page, measured):
    made = measured()
    shown = words(page())
    gate = made.scenarios[GATE]
    assert made.truth.title in shown and made.truth.sha256[:8] in shown and "등급 2 유사부터 관련으로 셈" in shown
    assert f"사람 {sum(made.truth.origins.values()):,}" in shown
    assert f"<b>{len(gate.queries)}</b>개, 문항군 {len(set(gate.groups))}개" in shown
    assert ">축소 모델<" not in shown and "옛 벡터" not in shown


def test_the_band_marks_miniature_models_old_vectors_and_missing_lists(page, measured):
    measured(miniature=True, stale=("kure-v1",), unanswered=3)
    shown = words(page())
    assert ">축소 모델<" in shown and "옛 벡터: B" in shown and "답 없는 쿼리: E 3" in shown


VERDICTS = {"go": {}, "hold": {"values": {"mrr": FAILING["mrr"]}}, "no-go": {"values": {"critical_errors": 1.0}},
            "undetermined": {"lacking": ["vram"]}}


@pytest.mark.parametrize(("verdict", "told"), VERDICTS.items(), ids=VERDICTS)
def test_every_verdict_has_its_stamp(verdict, told):
    decision = decide(body(**told))
    drawn = html.unescape(stamps.draw(decision))
    assert f"ib-stamp-{verdict}" in drawn and f"<span>{decision.title}</span>" in drawn and decision.headline in drawn


def test_what_must_be_read_together_with_a_verdict_stands_beside_it():
    drawn = html.unescape(stamps.draw(decide(replace(body(), cautions=("Recall <b>80</b> → 60",)))))
    assert "함께 보아야 할 것" in drawn and "<li>Recall <b>80</b> → 60</li>" in drawn
    assert "함께 보아야 할 것" not in stamps.draw(decide(body()))


def test_a_borderline_go_says_so_and_how_many_queries_would_settle_it():
    shown = html.unescape(stamps.draw(decide(body({"recall_5": 0.805}, spread=0.02))))
    assert "ib-stamp-go ib-stamp-borderline" in shown and "Go (경계)" in shown and "더 판정하면" in shown


# ---- Gates --------------------------------------------------------------------------------------------------------------------


def test_every_gate_shows_value_limit_and_outcome_by_word(page, measured):
    measured(evidence=body({"recall_5": 0.75}, lacking=["vram"]))
    at = page()
    for gate in FILE.gates:
        told = row(at, gate.name)
        outcome = {"recall_5": "미달", "vram": "근거 없음"}.get(gate.name, "충족" if gate.kind == "go" else "해당 없음")
        assert gate.title in told and gate_table.limit(gate) in told and outcome in told
        assert wording.value_text(gate.unit, None if gate.name == "vram" else body({"recall_5": 0.75}).evidence[gate.name].value) in told


def test_what_is_missing_is_listed_whole_and_what_does_not_count_says_so(page, measured):
    measured(evidence=body(lacking=["vram", "stability"], invalid=["순환 근거: 가나다"]))
    at = page()
    box = re.search(r'<div class="ib-lack">.*?</div>', words(at), re.DOTALL)[0]
    assert "<em>무효</em><b>순환 근거</b>: 가나다" in box and f"판정하려면 {box.count('<li>')}가지를" in box
    assert all(FILE.gate(name).title in box for name in ("vram", "stability")) and "측정 안 됨. 재어 주세요." in box
    assert "세지 않음" in row(at, "recall_5") and "86.0 %" in row(at, "recall_5")
    assert FILE.sha256[:8] in words(at) and at.code[0].value == gates.FILE.read_text(encoding="utf-8").strip()


def test_another_threshold_is_an_assumption_and_changes_nothing_that_is_registered(page, measured):
    measured(evidence=body({"mrr": 0.6}))
    at = page()
    at.toggle(key="metrics.whatif.open").set_value(True).run()
    assert "ib-verdict-assumed" not in words(at)
    at.slider(key="metrics.whatif.mrr").set_value(0.55).run()
    shown = words(at)
    assert 'ib-verdict-assumed"><em>가정</em><div class="ib-stamp ib-stamp-go"' in shown
    assert stamp(at) == "hold" and "≥ 0.65" in row(at, "mrr") and "≥ 0.55" in shown
    at.button(key="metrics.whatif.reset").click().run()
    assert "ib-verdict-assumed" not in words(at) and at.slider(key="metrics.whatif.mrr").value == 0.65


@pytest.mark.slow
def test_what_a_value_rests_on_opens_by_its_link_and_closes(page, measured, conn, collection):
    made = measured(queries=12)
    run = made.scenarios[GATE].systems[0]
    at = page(gt="")
    assert f'href="/metrics?run={run.run_id}"' in row(at, "recall_5")
    shown = words(page(run=str(run.run_id)))
    assert "저장된 실행" in shown and f"{run.run_id}번 · {run.label}" in shown
    error = critical.open_(conn, collection.id, system="A", title="엔진이 멈춤", by="위원")
    at = page(error=str(error))
    assert "<td >엔진이 멈춤</td>" in words(at)
    at.button(key="metrics.proof.close").click().run()
    assert "error" not in at.query_params and "<td >엔진이 멈춤</td>" not in words(at)


@pytest.mark.parametrize("link", [{"run": "999"}, {"measurement": "999"}, {"error": "x"}])
@pytest.mark.slow
def test_a_link_to_what_is_not_there_says_so(page, measured, link):
    measured(queries=12)
    assert "찾을 수 없습니다" in words(page(**link))


# ---- What people say ----------------------------------------------------------------------------------------------------------


def press(at: AppTest, name: str):
    return next(each for each in at.button if (each.key or "").startswith(f"label.{name}.press."))


def field(at: AppTest, kind: str, name: str):
    return next(each for each in getattr(at, kind) if (each.key or "").startswith(f"label.{name}."))


def test_an_error_is_opened_and_closed_by_name_and_decides(page, measured, conn, collection):
    measured(queries=60)
    at = page()
    field(at, "text_input", "metrics.error.title").set_value("엔진이 멈춤").run()
    press(at, "metrics.error").click().run()
    shown = words(at)
    assert "열려 있음" in shown and stamp(at) == "no-go" and "해당" in row(at, "critical_errors")
    entered = critical.open_errors(conn, collection.id)
    assert [(each.title, each.opened_by, each.system) for each in entered] == [("엔진이 멈춤", "위원", "qwen3-vl")]
    act = f"metrics.error.{entered[0].error_id}"
    field(at, "text_input", f"{act}.note").set_value("드라이버를 바꿈").run()
    press(at, act).click().run()
    assert stamp(at) == "undetermined" and "드라이버를 바꿈" in words(at)
    assert critical.history(conn, collection.id)[0].closed_by == "위원"


def test_days_are_stated_by_name_and_fall_into_their_band(page, measured, conn, collection):
    measured(queries=12)
    at = page()
    field(at, "number_input", "metrics.days.value").set_value(10.0).run()
    field(at, "text_input", "metrics.days.note").set_value("모델 하나를 덜 붙임").run()
    press(at, "metrics.days").click().run()
    stated = stated_values.latest(conn, collection.id, "days_saved")
    assert (stated.value, stated.by, stated.note) == (10.0, "위원", "모델 하나를 덜 붙임")
    band = re.search(r'data-band="days&#95;saved">.*?</tr>|data-band="days_saved">.*?</tr>', words(at), re.DOTALL)[0]
    assert "10일" in band and '<span class="ib-here">양호</span>' in band


@pytest.mark.parametrize("who", [None, VIEWER])
def test_without_a_name_or_as_a_viewer_nothing_can_be_said(page, measured, who):
    measured(queries=12)
    at = page(who)
    assert not [each for each in at.button if (each.key or "").startswith("label.metrics.")]
    assert ("이름을 정한" in words(at)) == (who is None)
    assert bool([each for each in at.button if each.key == "metrics.run.button"]) == (who is None)


# ---- Running ------------------------------------------------------------------------------------------------------------------


def planned_run(system: str, scope: str, state: str, wanted: int = 10, answered: int = 0, reason: str = "") -> PlannedRun:
    return PlannedRun(system=system, label=system, scope=scope, state=state, wanted=wanted, answered=answered, run_id=None, reason=reason)


def test_the_run_panel_says_what_is_there_and_starts_what_is_chosen(page, measured, monkeypatch, collection):
    measured(queries=12)
    listed = [planned_run("qwen3-vl", "all", "there", answered=10), planned_run("kure+siglip", "all", "stale"),
              planned_run("kure+siglip@w0.3", "all", "missing"),
              planned_run("qwen3-vl@text-only", "S4", "unavailable", reason="벡터가 없습니다."),
              planned_run("kure-v1", "S1", "partial", answered=4)]

    def planned(conn, found, scenarios=None, systems=None):
        return [each for each in listed if systems is None or each.system.partition("@")[0] in systems]

    started = []
    monkeypatch.setattr(plan, "planned", planned)
    monkeypatch.setattr(jobs, "start", lambda arguments, title: started.append(arguments))
    at = page()
    at.button(key="metrics.run.button").click().run()
    shown = words(at)
    assert "✓</i>있음 10" in shown and "↻</i>옛것 0/10" in shown and "◐</i>일부 4/10" in shown
    assert "text-only: 벡터가 없습니다." in shown and "찾을 목록 26개" in shown
    chosen = next(each for each in at.button_group if each.key == "metrics.run.systems")
    assert chosen.options == ["A", "D", "B"]
    chosen.set_value(["kure-v1"]).run()
    assert "찾을 목록 6개" in words(at)
    at.button(key="metrics.run.start").click().run()
    assert started == [["evaluate", "--collection", collection.name, "--systems", "kure-v1"]]
    assert "찾을 목록" not in words(at)


# ---- Addresses ----------------------------------------------------------------------------------------------------------------


def test_an_address_comes_back_as_it_was():
    asked = Asked(section="slices", gt=3, scenario="S2", system=TUNED, measure="RR")
    parameters = {name: [value] for name, value in asked.parameters().items()}
    assert address.parse(parameters, sections=list(SECTIONS), measures=["RR"]) == (asked, [])
    assert Asked().parameters() == {} and asked.link().startswith("/metrics?")


def test_what_an_address_cannot_mean_is_said():
    asked, notes = address.parse({"section": ["x"], "gt": ["zwei"], "scenario": ["S9"], "system": ["Z"], "measure": ["F1"]},
                                 sections=list(SECTIONS), measures=["RR"])
    assert asked == Asked() and len(notes) == 4


@pytest.mark.slow
def test_a_version_is_chosen_by_address_and_one_that_is_not_there_is_said(page, conn, collection):
    bank = Bank(conn, collection)
    for name, grade in (("처음", 3), ("다음", 1)):
        bank.say("가", "q01", "m-002", grade)
        freezing.freeze(conn, collection.id, name=name, note="", relevant_from=1, by="선임")
    shown = words(page())
    assert "버전 2 · 다음" in shown
    assert "버전 1 · 처음" in words(page(gt="1"))
    missing = words(page(gt="7"))
    assert "정답 버전 7은(는) 없어서" in missing and "버전 2 · 다음" in missing


def test_every_scenario_has_a_place_in_the_run_table():
    from pages.measuring import run_panel

    assert {scenario.scope for scenario in SCENARIOS.values()} == set(run_panel._SCOPES)
