"""search_results.csv and the accuracy workbook: what stands where, that it is what was measured, and what it warns of."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from core.evaluation import comparisons
from core.evaluation import summary as summaries
from core.evaluation.scenarios import TUNED
from core.evaluation.verdict import evidence, gates, wording
from core.evaluation.verdict.decision import decide
from core.report import provenance, search_results, workbook
from tests.evaluation_data import SYSTEMS, evaluation
from tests.test_report_files import read_book, read_csv

pytestmark = pytest.mark.slow

NOON = datetime(2026, 11, 22, 12, tzinfo=UTC)
EVIL = "=HYPERLINK(\"http://a.b\",\"x\")"


@pytest.fixture(scope="module")
def told():
    return evaluation(queries=16, judged=0.9, unanswered=1)


@pytest.fixture(scope="module")
def book(told):
    return read_book(workbook.as_xlsx(told, made_at=NOON))


def rows_of(told) -> list[dict[str, str]]:
    header, *rows = read_csv(search_results.as_csv(told))
    return [dict(zip(header, row, strict=True)) for row in rows]


def cells(sheet) -> list[tuple]:
    return [tuple(cell.value for cell in row) for row in sheet.iter_rows()]


def found(sheet, first: str) -> list[tuple]:
    """Return the rows that begin with a word, up to the first empty one."""
    return [row for row in cells(sheet) if row[0] == first]


# ---- search_results.csv --------------------------------------------------------------------------------------------------


def test_the_plans_columns_come_first_in_its_order(told):
    header = read_csv(search_results.as_csv(told))[0]
    assert header[:9] == ["query_id", "model", "top_1", "top_3", "top_5", "top_10", "mrr", "ndcg_10", "scenario"]
    assert len(header) == len(set(header))
    assert {"recall_5", "capped_recall_5", "capped_recall_5_unjudged_3", "ap", "top_20", "ndcg_10_exp", "judged_10"} <= set(header)


def test_every_row_says_what_its_list_and_grades_say(told):
    rows = rows_of(told)
    assert len(rows) == sum(len(result.queries) * len(result.systems) for result in told.scenarios.values())
    assert rows[0]["scenario"] == "gate"
    for row in rows:
        result = told.scenarios[row["scenario"]]
        (query,) = [each for each in result.queries if each.query_id == row["query_id"]]
        listed = result.lists[row["model"]].get(query.query_id, ())
        relevant = [query.grades.get(item, 0) >= 2 for item in listed]
        assert [row[f"top_{k}"] for k in (1, 3, 5, 10)] == [str(int(any(relevant[:k]))) for k in (1, 3, 5, 10)]
        assert float(row["mrr"]) == pytest.approx(1 / (1 + relevant.index(True)) if any(relevant) else 0, abs=1e-6)
        assert float(row["recall_5"]) == pytest.approx(sum(relevant[:5]) / query.relevant, abs=1e-6)


def test_an_unanswered_query_is_a_row_of_zeros_that_says_so(told):
    silent = [row for row in rows_of(told) if row["answered"] == "0"]
    assert {(row["model"], row["query_id"]) for row in silent if row["scenario"] == "gate"} == {("qwen3-vl+rerank", "Q001")}
    assert {row["mrr"] for row in silent} == {"0.0"}


def test_every_row_names_its_run_its_models_and_its_truth(told):
    small = evaluation(queries=6, miniature=True, stale=("kure-v1",))
    for row in rows_of(small):
        run = next(run for run in small.scenarios[row["scenario"]].systems if run.system == row["model"])
        assert (row["run_id"], row["miniature"], row["stale"]) == (str(run.run_id), "1", str(int(row["model"] == "kure-v1")))
        assert (row["ground_truth_sha256"], row["relevant_from"], row["precision"]) == (small.truth.sha256, "2", "nf4")


def test_an_evaluation_without_queries_is_a_header_alone():
    assert read_csv(search_results.as_csv(evaluation(queries=4, scenarios=())))[0][:2] == ["query_id", "model"]
    assert rows_of(evaluation(queries=4, scenarios=())) == []


# ---- the workbook --------------------------------------------------------------------------------------------------------


def test_there_is_a_sheet_for_every_task_behind_the_cover(book):
    assert book.sheetnames[:8] == ["표지", "3.2 Qwen3-VL", "3.3 KURE", "3.4 KURE+SigLIP", "3.5 Reranker", "3.6 과목별", "3.7 모달리티별",
                                   "3.8 오류 사례"]
    assert all(book[name].freeze_panes for name in book.sheetnames if name[:3] in ("3.2", "3.3", "3.4", "3.5", "3.6", "3.7"))


def test_a_value_stands_beside_its_interval_under_its_scenario(told, book):
    sheet = book["3.2 Qwen3-VL"]
    interval = summaries.of(told.scenarios["S2"]).interval("R@5", "qwen3-vl")
    (group,) = [cell for cell in sheet[5] if cell.value and str(cell.value).startswith("S2 ")]
    (row,) = [row for row in sheet.iter_rows(min_row=7) if (row[0].value, row[1].value) == ("A · Qwen3-VL", "Recall@5")]
    assert group.value.endswith(f"쿼리 {len(told.scenarios['S2'].queries)}")
    assert [sheet.cell(6, group.column + at).value for at in range(3)] == ["값", "95 % 하한", "95 % 상한"]
    assert [row[group.column - 1 + at].value for at in range(3)] == pytest.approx([interval.value, interval.low, interval.high], abs=1e-6)


def test_each_sheet_has_its_systems_the_tuned_weight_before_the_fixed_one(book):
    def systems(name: str) -> list[str]:
        return list(dict.fromkeys(row[0] for row in cells(book[name])[6:] if row[1]))

    assert systems("3.3 KURE") == ["B · KURE-v1"]
    assert systems("3.4 KURE+SigLIP") == ["D · KURE + SigLIP (가중치 조정)", "D · KURE + SigLIP"]
    assert systems("3.5 Reranker") == ["E · Qwen3-VL + Reranker", "A · Qwen3-VL"]


def test_unjudged_items_are_shown_counted_both_ways(told, book):
    result = told.scenarios["gate"]
    place = result.names.index("qwen3-vl")
    for side, words in enumerate(("0으로", "3으로")):
        (row,) = [row for row in cells(book["3.2 Qwen3-VL"]) if row[1] == f"MRR, 미판정을 {words}"]
        assert row[2] == pytest.approx(result.bounds["RR"][side][place].mean(), abs=1e-6)


def test_the_planned_comparisons_are_there_and_what_is_missing_says_why(told, book):
    planned = comparisons.planned(told)
    rows = cells(book["비교"])[5:11]
    for each, row in zip(planned, rows, strict=True):
        if each.difference is None:
            assert row[3] is None
            assert each.missing in row[-1]
        else:
            assert row[3:8] == pytest.approx((each.difference.value, each.difference.low, each.difference.high, each.difference.p,
                                              each.p_holm), abs=1e-6)
    assert [row[0].startswith("S3") for row in rows if "견주지 못함" in (row[-1] or "")] == [True]  # C was not run


def test_slices_show_how_many_queries_they_rest_on_and_mark_few(told, book):
    rows = [row for row in cells(book["3.6 과목별"]) if row[0] == "단원"]
    counted = {row[1]: row[3] for row in rows if row[2] == "A · Qwen3-VL"}
    assert sum(counted.values()) == len(told.scenarios["gate"].queries)
    remarks = {row[3] < 15: row[-1] or "" for row in cells(book["3.6 과목별"]) if row[2] == "A · Qwen3-VL"}
    assert ("n이 부족함" in remarks[True], "n이 부족함" in remarks[False]) == (True, False)
    kinds = {row[1] for row in cells(book["3.7 모달리티별"]) if row[0] == "문항 종류"}
    assert kinds == {"그림", "수식", "글"}


def test_a_slice_shows_a_against_d_over_the_same_queries(told, book):
    rows = [row for row in cells(book["3.6 과목별"]) if row[:3] == ("과목", "수학", "상한 보정 R@5")]
    gate = told.scenarios["gate"]
    assert [row[5] for row in rows] == pytest.approx([(gate.of("qwen3-vl", "cR@5") - gate.of(TUNED, "cR@5")).mean()], abs=1e-6)


def test_what_to_beware_of_stands_on_every_sheet():
    told = evaluation(queries=8, scenarios=("gate",), miniature=True, frozen=False, origin="constructed", stale=("qwen3-vl",))
    said = provenance.warnings(told)
    assert [words.partition(":")[0] for words in said[:3]] == ["축소 모델", "옛 벡터", "미확정"]
    assert "만들어 넣음" in said[3]
    book = read_book(workbook.as_xlsx(told, made_at=NOON))
    assert {sheet["A3"].value for sheet in book} == {" ".join(said)}


def test_nothing_warns_where_there_is_nothing_to_beware_of():
    assert provenance.warnings(evaluation(queries=6)) == ()


def test_a_system_without_a_model_mixes_with_nothing():
    runs = evaluation(queries=6, miniature=True).scenarios["gate"].systems
    keyword = replace(runs[0], system="bm25", miniature=False, precision="")
    assert provenance.marks([*runs, keyword]) == "축소 모델"
    assert provenance.marks([*runs, replace(runs[0], miniature=False)]) == "축소 모델과 실제 모델이 섞임"


def test_no_cell_of_the_workbook_is_a_formula():
    told = evaluation(queries=6, scenarios=("gate",))
    version = replace(told.truth.version, name=EVIL)
    result = told.scenarios["gate"]
    scored = tuple(replace(each, facets=dict(each.facets) | {"unit": EVIL}) for each in result.queries)
    runs = tuple(replace(run, label=EVIL) for run in result.systems)
    evil = replace(told, collection=EVIL, truth=replace(told.truth, version=version),
                   scenarios=dict(told.scenarios) | {"gate": replace(result, queries=scored, systems=runs)})
    book = read_book(workbook.as_xlsx(evil, made_at=NOON))
    every = [cell for sheet in book for row in sheet.iter_rows() for cell in row]
    assert sum(cell.value == EVIL for cell in every) > 10
    assert "f" not in {cell.data_type for cell in every}
    assert not any(cell.hyperlink for cell in every)


def test_the_cover_names_verdict_gate_file_truth_and_every_run(told):
    decision = decide(evidence.gather(told, gates.load(), measured=[], register=[]))
    book = read_book(workbook.as_xlsx(told, decision=decision, made_at=NOON))
    cover = cells(book["표지"])
    facts = dict(row[:2] for row in cover if row[0] and row[1])
    assert (facts["판정"], facts["한마디로"]) == (decision.title, decision.headline)
    assert (facts["기준 파일 SHA-256"], facts["정답 SHA-256"]) == (decision.gate_file_sha256, told.truth.sha256)
    assert decision.missing
    assert [row[1] for row in cover if row[0] in ("까닭", "쓸 수 없는 근거", "빠진 근거")] == [*decision.invalid, *decision.missing]
    gate_rows = {row[0]: row for row in cells(book["판정 기준"])}
    assert gate_rows["MRR"][1] == wording.gate_value_text(decision.gate("mrr"))
    assert set(gate_rows) >= {gate.title for gate in decision.gates}
    runs = [run.run_id for result in told.scenarios.values() for run in result.systems]
    assert [row[2] for row in cells(book["실행"]) if row[3] == "nf4"] == runs


def test_the_cover_counts_what_was_left_out(told, book):
    (row,) = found(book["표지"], "S3 그림 → 그림 있는 문항")[:1]
    result = told.scenarios["S3"]
    assert row[3:5] == (len(result.queries), sum(map(len, result.excluded.values())))
    assert all(reason.rstrip(".") in row[5] for reason in result.excluded)


def test_an_evaluation_without_anything_opens_and_says_what_to_do():
    book = read_book(workbook.as_xlsx(evaluation(queries=4, systems=("bm25",), scenarios=()), made_at=NOON))
    assert "python -m core evaluate" in book["3.2 Qwen3-VL"]["A5"].value
    assert book["3.6 과목별"]["A5"].value


def test_the_same_content_and_moment_give_the_same_file():
    told = evaluation(queries=4, systems=("qwen3-vl",), scenarios=("gate",))
    assert workbook.as_xlsx(told, made_at=NOON) == workbook.as_xlsx(told, made_at=NOON)


def test_systems_are_all_on_some_sheet():
    names = {name for bases in workbook._SYSTEMS.values() for name in bases}
    assert {system.partition("@")[0] for system in (*SYSTEMS, TUNED, "siglip")} <= names
