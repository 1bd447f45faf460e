"""``core evaluate``: what it prints for people and for programs."""

import json

import pytest

from core.cli.main import main
from core.labels.versions import freezing
from tests.scenario_bank import fill, judge
from tests.stored_engine import FakeEngine
from tests.test_evaluation_tuning import GRADES

pytestmark = pytest.mark.slow


@pytest.fixture
def bank(conn, collection, monkeypatch):
    fill(conn, collection)
    engine = FakeEngine()
    monkeypatch.setattr("core.engine.client.engine", lambda: engine)
    return collection


@pytest.fixture
def evaluate(bank, capsys):
    def evaluate(*words):
        code = main(["evaluate", "--collection", bank.name, *words])
        told = capsys.readouterr()
        return code, told.out, told.err

    return evaluate


def test_it_prints_one_object_with_what_programs_rely_on(evaluate, conn, bank):
    judge(conn, bank, GRADES)
    freezing.freeze(conn, bank.id, name="첫 판", relevant_from=2, by="나")
    code, out, err = evaluate("--systems", "A,D", "--scenarios", "gate,S2", "--json")
    told = json.loads(out)
    assert code == 0 and told["ground_truth"] == told["ground_truth"] | {
        "version": 1, "queries": 6, "judgments": 10, "origins": {"human": 10}, "relevant_from": 2}
    shown = {(each["system"], each["scenario"]): each for each in told["results"]}
    assert {system for system, _ in shown} == {"qwen3-vl", "kure+siglip", "kure+siglip@tuned"}
    gate, s2 = shown["qwen3-vl", "gate"], shown["qwen3-vl", "S2"]
    assert (gate["queries"], gate["excluded"], gate["miniature"], gate["stale"]) == (6, 0, True, False)
    assert s2["queries"] + s2["excluded"] == 6 and s2["excluded"] >= 1, "a picture alone has no text"
    assert all(0 <= each["low"] <= each["value"] <= each["high"] <= 1 for each in gate["measures"].values())
    assert {"R@1", "cR@5", "RR", "nDCG@10", "AP", "Judged@10"} <= gate["measures"].keys() and gate["unjudged"].keys() >= {"cR@5"}
    assert [each["scenario"] for each in told["comparisons"]] == ["S2", "gate"] and told["comparisons"][1]["b"] == "kure+siglip@tuned"
    assert any("축소 모델" in each for each in told["warnings"])


@pytest.mark.slow
def test_the_correction_is_over_all_that_could_be_tested_whatever_is_shown(evaluate, conn, bank):
    judge(conn, bank, GRADES)
    whole = json.loads(evaluate("--systems", "A,B,C,D", "--json")[1])["comparisons"]
    (part,) = json.loads(evaluate("--systems", "A,D", "--scenarios", "gate", "--no-run", "--json")[1])["comparisons"]
    assert part == next(each for each in whole if each["scenario"] == "gate") and part["p_holm"] > part["p"]


def test_people_read_a_table_a_scenario_with_intervals_and_marks(evaluate, conn, bank):
    judge(conn, bank, GRADES)
    code, out, _ = evaluate("--systems", "A,B", "--scenarios", "gate,S5")
    assert code == 0 and "미확정" in out and "축소 모델" in out and "무작위" in out and "사람 10" in out
    (row,) = [line for line in out.splitlines() if line.startswith("B · KURE-v1")][:1]
    assert "[" in row and "답 없는 쿼리 1개는 0점" in row
    (lacking,) = [line for line in out.splitlines() if line.startswith("S5 ")]
    assert "아직 실행하지 않은" in lacking


@pytest.mark.slow
def test_a_fixed_weight_is_shown_where_it_is_asked_for(evaluate, conn, bank):
    judge(conn, bank, GRADES)
    evaluate("--systems", "D", "--scenarios", "gate")
    assert "@w0.3" not in evaluate("--scenarios", "gate", "--no-run")[1]
    assert "D · KURE + SigLIP @w0.3" in evaluate("--scenarios", "gate", "--systems", "D@w0.3", "--no-run")[1]


def test_where_d_is_one_channel_alone_it_says_so(evaluate, conn, bank):
    judge(conn, bank, GRADES)
    for scenario, channel in (("S1", "글"), ("S3", "그림")):
        assert f"D는 {channel} 점수만으로" in evaluate("--systems", "D", "--scenarios", scenario)[1]
    assert "점수만으로" not in evaluate("--systems", "D", "--scenarios", "gate,S2,S4", "--no-run")[1]


def test_without_labels_it_says_so(evaluate):
    code, out, _ = evaluate("--systems", "A", "--scenarios", "S3", "--no-run")
    assert code == 0 and "셀 쿼리가 없습니다" in out and "판정 0건" in out


def test_wrong_names_are_said_before_anything_is_done(evaluate):
    for words, told in ((("--scenarios", "S9"), "S9"), (("--systems", "Z"), "Z"), (("--gt", "7"), "정답 버전 7")):
        code, out, err = evaluate(*words)
        assert code == 1 and told in err and not out


def test_files_are_written_beside(evaluate, conn, bank, tmp_path):
    judge(conn, bank, GRADES)
    code, _, err = evaluate("--systems", "A", "--scenarios", "gate", "--csv", str(tmp_path / "search_results.csv"))
    assert code == 0 and "search_results.csv" in err
    assert (tmp_path / "search_results.csv").read_text(encoding="utf-8-sig").startswith("query_id,model,top_1")


def test_a_cancelled_job_ends_as_stopped_with_what_it_has(evaluate, monkeypatch, conn, bank):
    from core.jobs import working

    class Stopping(working.Worker):
        def progress(self, done, total=None, words=""):
            super().progress(done, total, words)
            if done == 3:
                self.stop()

    worker = Stopping()
    monkeypatch.setattr(working, "_current", worker)
    code, out, err = evaluate("--systems", "A,B", "--scenarios", "gate")
    assert code == 1 and working.STOPPED in err and not out
    assert (worker.state()["done"], worker.state()["total"]) == (3, 6 + 5)


def test_stored_runs_are_listed_with_their_scope(evaluate, capsys, bank):
    evaluate("--systems", "A", "--scenarios", "gate,S3")
    assert main(["runs", "--collection", bank.name, "--list", "--json"]) == 0
    listed = json.loads(capsys.readouterr().out)["runs"]
    assert [(each["system"], each["scope"], each["queries"], each["stale"]) for each in listed] == [
        ("qwen3-vl", "all", 6, False), ("qwen3-vl", "S3", 3, False)]
