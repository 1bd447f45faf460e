"""The TREC files: scored from outside they give the numbers the page shows."""

import io
import zipfile
from dataclasses import replace

import pytest

from core.errors import InputError
from core.evaluation import scoring, trec
from core.report import trec_files
from tests.evaluation_data import evaluation


@pytest.fixture
def unpacked(tmp_path):
    def into_folder(told):
        with zipfile.ZipFile(io.BytesIO(trec_files.as_zip(told))) as archive:
            archive.extractall(tmp_path)
        return tmp_path

    return into_folder


def test_scored_from_outside_the_files_give_the_same_numbers(unpacked):
    told = evaluation(queries=16, judged=0.8, unanswered=2, systems=("qwen3-vl", "kure-v1"))
    folder = unpacked(told)
    for key, result in told.scenarios.items():
        runs = [trec.read_run(folder / key / f"{system}.run") for system in result.names]
        scores = scoring.score(trec.read_qrels(folder / key / "qrels.txt"), runs, relevant_from=2, draws=10)
        assert (scores.queries, scores.excluded) == (len(result.queries), 0)
        assert [each.missing for each in scores.runs] == [len(run.unanswered) for run in result.systems]
        for each in scores.runs:
            for measure in ("R@5", "Success@5", "RR", "nDCG@10", "Judged@10"):
                assert each.measures[measure].value == pytest.approx(result.of(each.name, measure).mean(), abs=1e-9), (key, measure)


def test_the_folder_says_what_it_is_and_how_to_score_it(unpacked):
    told = evaluation(queries=6, miniature=True)
    words = (unpacked(told) / "읽어 주세요.txt").read_text()
    assert told.truth.sha256[:12] in words
    assert "축소 모델" in words
    assert "--relevant-from 2" in words


def test_an_id_with_a_blank_is_refused_instead_of_bent():
    told = evaluation(queries=6)
    gate = told.scenarios["gate"]
    bent = replace(gate.queries[0], query=replace(gate.queries[0].query, query_id="Q 1"))
    with pytest.raises(InputError, match="'Q 1'"):
        trec_files.as_zip(replace(told, scenarios={**told.scenarios, "gate": replace(gate, queries=(bent, *gate.queries[1:]))}))


def test_without_a_run_there_are_words_alone():
    with zipfile.ZipFile(io.BytesIO(trec_files.as_zip(evaluation(queries=4, scenarios=())))) as archive:
        assert archive.namelist() == ["읽어 주세요.txt"]
