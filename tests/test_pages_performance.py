"""성능: every state of the page over stored measurements; what is no evidence is never shown as passed."""

from __future__ import annotations

import html
from datetime import UTC, datetime, timedelta

import pytest
from streamlit.testing.v1 import AppTest

from core.accounts.person import Person
from core.settings import PROJECT_DIR
from core.store import measurements
from core.store.measurements import Measurement
from pages.performing import data

pytestmark = pytest.mark.slow

LATENCY = {"latency_ms": {part: {"mean": ms, "p50": ms, "p50_low": ms - 1, "p50_high": ms + 1, "p95": ms * 2, "p99": ms * 3, "n": 200,
                                 "failures": 0} for part, ms in (("text", 20.0), ("image", 60.0), ("both", 70.0))}}
LATENCY["phases"] = {"text": {"encode": {"mean": 5.5, "p50": 5.25, "p95": 6.0, "p95_low": 5.75, "p95_high": None, "p99": None},
                              "search": None, "rerank": None}}
STABILITY = {"calls": 700, "asked": 1000, "failures": 1, "nan": 0, "crashes": 0, "leak": None, "failure_bound": 0.0068,
             "errors": [{"place": 12, "error": "엔진이 멈추었습니다.", "input": "Q001 글"}]}


TARGET = "NVIDIA GeForce RTX 2070 SUPER"


def measured(number: int, kind: str, result: dict, *, device=TARGET, miniature=False, partial=False) -> Measurement:
    at = datetime(2026, 11, 2, 9, tzinfo=UTC) + timedelta(hours=number)
    config = {"precision": "nf4", "max_pixels": 512 * 512, "dims": None}
    return Measurement(number, f"{number:064d}", kind, "qwen3-vl@nf4", device, miniature, config, {}, result, partial, at, at)


@pytest.fixture
def page(database, monkeypatch):
    """Draw the page over the measurements given, as a person of a role."""
    def drawn(*listed: Measurement, role: str = "developer", **parameters: str) -> AppTest:
        monkeypatch.setattr(data, "listed", lambda: list(listed))
        monkeypatch.setattr(data, "samples", lambda measurement_id: [])
        monkeypatch.setattr("pages.widgets.person.current", lambda: Person("김개발", role))
        test = AppTest.from_file(str(PROJECT_DIR / "pages" / "performance.py"), default_timeout=60)
        for name, value in parameters.items():
            test.query_params[name] = value
        test.run()
        assert not test.exception, test.exception
        return test

    return drawn


def words(test: AppTest) -> str:
    return html.unescape("\n".join(each.value for each in test.markdown)).replace("\\", "")


def choice(test: AppTest, label: str):
    return next(each for each in test.selectbox if each.label == label)


def test_nothing_measured_says_how_to_begin(page):
    told = words(page())
    assert "아직 잰 것이 없습니다" in told


def test_a_result_of_the_target_card_passes_and_one_of_another_is_not_counted(page):
    assert "✓ 통과" in words(page(measured(1, "latency", LATENCY), view="one"))
    for other in (measured(1, "latency", LATENCY, device="NVIDIA H100"), measured(1, "latency", LATENCY, miniature=True)):
        told = words(page(other, view="one"))
        assert "✓ 통과" not in told and "세지 않음" in told
        assert "대상 카드가 아" in told or "축소 모델" in told


def test_phases_and_open_ends_are_told_and_what_was_not_measured_is_not_a_number(page):
    told = words(page(measured(1, "latency", LATENCY), view="one"))
    assert "글 · 인코딩" in told and "6.0 (5.8 이상)" in told and "20.0 (19.0 – 21.0)" in told and "측정 안 됨" in told
    assert "글 · 재순위" not in told and "예상하지 못한 문제" not in told


def test_what_was_cut_off_and_what_failed_say_so(page):
    told = words(page(measured(3, "stability", STABILITY, partial=True), view="one"))
    assert "700번까지 잰 값" in told and "중간에 끊김" in told and "엔진이 멈추었습니다." in told and "Q001 글" in told
    assert "누수가 있는지 알 수 없습니다" in told and "누수가 없습니다" not in told and "메모리 기울기" not in told


def test_the_slopes_of_memory_stand_with_their_intervals(page):
    rss = {"slope": 12.25, "low": -3.5, "high": 28.0, "first": 500_000_000, "last": 501_500_000, "leak": False}
    memory = {"rss": rss, "reserved": rss | {"leak": True, "low": 4.0}}
    told = words(page(measured(3, "stability", STABILITY | {"memory": memory}), view="one"))
    assert "-3.5 – 28.0" in told and "501.5" in told and "✓ 누수 아님" in told and "✕ 누수" in told and "VRAM 예약" in told


def test_two_of_one_kind_stand_side_by_side_and_no_others_are_offered(page):
    slower = {"latency_ms": {part: {name: value * 2 for name, value in told.items()} for part, told in LATENCY["latency_ms"].items()}}
    test = page(measured(3, "stability", STABILITY), measured(2, "latency", slower), measured(1, "latency", LATENCY),
                measurement="1", view="one")
    chosen, beside = choice(test, "측정"), choice(test, "나란히 볼 측정")
    assert chosen.value == 1 and len(beside.options) == 2, "none, and the other latency"
    beside.select_index(1).run()
    assert not test.exception
    assert "나란히" in words(test) and "2.00" in words(test)


def test_a_link_to_a_measurement_opens_it_and_an_unknown_one_the_newest(page):
    both = (measured(2, "stability", STABILITY), measured(1, "latency", LATENCY))
    assert choice(page(*both, measurement="1"), "측정").value == 1
    assert choice(page(*both, measurement="99", view="one"), "측정").value == 2


def test_the_evidence_of_a_gate_leads_to_its_measurement_here():
    def cell() -> None:
        from core.evaluation.verdict.outcome import Proof
        from pages.measuring import gate_table
        from pages.widgets import markup
        markup.draw(gate_table.proofs([Proof("측정 3", {"measurement": "3"}), Proof("실행 4", {"run": "4"})]))

    told = words(AppTest.from_function(cell).run())
    assert 'href="/performance?measurement=3"' in told and 'href="/metrics?run=4"' in told


def test_a_viewer_starts_and_brings_in_nothing(page):
    labels = [each.label for each in page(measured(1, "latency", LATENCY), role="viewer").button]
    assert "재기 시작" not in labels and "가져오기" not in labels


def test_what_is_stored_is_listed(database, conn):
    stored = measurements.add(conn, kind="latency", system="qwen3-vl", device="CPU", miniature=True, config={"precision": "fp32"},
                              environment={}, result=LATENCY, measured_at=datetime.now(UTC))
    assert stored.id in {each.id for each in data.listed()}
    assert data.samples(stored.id) == []


def test_the_gates_stand_on_top_with_the_evidence_that_counts(page):
    told = words(page(measured(1, "latency", LATENCY)))
    assert 'data-gate="latency_p95" data-word="pass"' in told and 'data-gate="vram" data-word="nothing"' in told
    assert 'data-word="fail"' in words(page(measured(1, "stability", STABILITY | {"calls": 1000})))
    small = words(page(measured(1, "latency", LATENCY, miniature=True)))
    assert 'data-gate="latency_p95" data-word="uncounted"' in small and "축소 모델" in small and 'data-word="pass"' not in small


def test_where_no_call_was_answered_nothing_is_drawn(page):
    none = {"latency_ms": {"text": {"mean": None, "p50": None, "p95": None, "p99": None, "n": 5, "failures": 5}}}
    told = words(page(measured(1, "latency", none)))
    assert "답한 호출이 없어 그릴 것이 없습니다." in told and "눈금보다 오른쪽" not in told and "예상하지 못한 문제" not in told


def test_cards_and_kinds_of_models_are_not_mixed_in_one_chart(page):
    test = page(measured(1, "latency", LATENCY), measured(2, "latency", LATENCY, device="NVIDIA H100"),
                measured(3, "latency", LATENCY, device="CPU", miniature=True))
    wanted = choice(test, "잰 조건")
    assert [each.split(" · ")[0] for each in wanted.options] == [TARGET, "NVIDIA H100", "CPU"] and "축소 모델" in wanted.options[2]
    wanted.select_index(1).run()
    assert not test.exception
    assert "/performance?measurement=2" in words(test).split('class="ib-table"')[1] and "대상 카드가 아님" in words(test)


def test_what_nobody_measured_is_said_so_and_how(page):
    told = words(page(measured(1, "latency", LATENCY)))
    for kind in ("처리량", "VRAM", "동시 요청", "근사 색인"):
        assert f"측정 안 됨: {kind}." in told
    assert "측정 안 됨: 응답 시간." not in told
    assert "측정 안 됨: 응답 시간." in words(page(measured(1, "stability", STABILITY)))


def test_what_fits_side_by_side_and_a_reranker_alone_are_shown_under_their_card(page):
    fit = {"name": "A@nf4+E@nf4", "fits": True, "error": None, "models": [], "failed_at": None, "planned_fits": True, "planned_gb": 6.5,
           "planned_weights_gb": 5.0, "vram_gb": {"process": 6.75}, "rss_mb": 900.0}
    too_much = fit | {"name": "A+E", "fits": False, "failed_at": {"step": "load", "model": "qwen3-vl-reranker-2b"}, "planned_gb": 9.25}
    together = measured(1, "together", {"combinations": [fit, too_much]}, device="NVIDIA H100")
    pairs = measured(2, "throughput", {"pairs_per_s": 80.0, "by_batch": {}, "by_pairs": {"1": {"items_per_s": 80.0, "fits": True}}},
                     device="NVIDIA H100")
    told = words(page(together, pairs))
    assert "A(4비트) · E(4비트)" in told and "6.75 GB" in told and "✕ 넘침" in told
    assert "qwen3-vl-reranker-2b 올리기에서 메모리 부족" in told
    assert "처리량 · 재순위" in told and "측정 안 됨: 처리량." not in told
    alone = words(page(together, view="one"))
    assert "조합 2개 중 1개가 함께 올라감" in alone and "대상 카드가 아님" in alone and "9.25 GB" in alone


def test_what_a_model_could_not_be_is_said_beside_its_figures(page):
    stepped = LATENCY | {"stepped": [{"model": "qwen3-vl-embedding-2b", "precision": "nf4", "place": 11}]}
    told = words(page(measured(1, "latency", stepped), view="one"))
    assert "12번째 호출부터 nf4로 낮추어" in told and "재는 중 정밀도 낮춤" in told
    assert "✓ 통과" not in told and "세지 않음" in told


def test_quality_beside_speed_asks_for_items_and_a_ground_truth(page, collection, monkeypatch):
    monkeypatch.setattr("pages.measuring.data.collection", lambda: None)
    assert "아직 문항이 없습니다" in words(page(measured(1, "latency", LATENCY), view="quality"))
    monkeypatch.setattr("pages.measuring.data.collection", lambda: collection)
    told = words(page(measured(1, "latency", LATENCY), view="quality"))
    assert "품질은 정답이 있어야 그릴 수 있습니다" in told and "예상하지 못한 문제" not in told


def test_an_index_is_started_with_its_rows_and_a_system_with_its_precision(page, monkeypatch):
    asked = []
    monkeypatch.setattr("pages.widgets.jobs.start", lambda arguments, title: asked.append((list(arguments), title)))
    test = page(measured(1, "latency", LATENCY))
    choice(test, "무엇을").select("index").run()
    next(each for each in test.number_input if each.label.startswith("문항 수")).set_value(5000).run()
    next(each for each in test.button if each.label == "재기 시작").click().run()
    assert asked.pop() == (["bench", "index", "--rows", "5000", "--calls", "100"], "측정: 근사 색인")
    choice(test, "무엇을").select("stress").run()
    choice(test, "시스템").select("siglip").run()
    choice(test, "정밀도").select("fp16").run()
    choice(test, "장치").select("cpu").run()
    next(each for each in test.button if each.label == "재기 시작").click().run()
    assert not test.exception
    assert asked.pop()[0] == ["bench", "stress", "--system", "siglip", "--calls", "200", "--precision", "fp16", "--device", "cpu"]
    choice(test, "시스템").select("qwen3-vl").run()
    next(each for each in test.text_input if each.label == "변형").set_value("@512").run()
    next(each for each in test.button if each.label == "재기 시작").click().run()
    assert asked.pop()[0][:4] == ["bench", "stress", "--system", "qwen3-vl@512"]
    next(each for each in test.text_input if each.label == "변형").set_value("크게").run()
    assert not test.exception and "변형은 없습니다" in words(test)
    assert not [each for each in test.button if each.label == "재기 시작"], "what cannot be is not started"


@pytest.mark.parametrize(("system", "told"), [
    ("qwen3-vl@512", "A@512"), ("bm25", "BM25"), ("hnsw", "HNSW"), ("of-another-release@9", "of-another-release@9")])
def test_a_system_that_this_release_does_not_know_keeps_its_name(system, told):
    assert data.short(system) == told
