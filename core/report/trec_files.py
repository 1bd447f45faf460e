"""The lists and grades an evaluation rests on as TREC files, so that anybody can check the measures with a program of their own."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Iterator, Sequence

from core.errors import InputError
from core.evaluation.catalogue import DEPTH
from core.evaluation.results import Evaluation, ScenarioResult
from core.report import provenance

_EPOCH = (1980, 1, 1, 0, 0, 0)
"""The same content gives the same file."""


def as_zip(evaluation: Evaluation) -> bytes:
    """Return a ZIP: a folder a scenario, with ``qrels.txt`` and a run file a system, and words on how to score them.

    The grades are those that count in the scenario: of its corpus, without the source item, of queries with a relevant item.
    A run's score is falling by rank, because trec_eval orders by score alone.

    Raises:
        InputError: an id has a blank in it, which the format cannot hold.
    """
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        for name, text in _files(evaluation):
            archive.writestr(zipfile.ZipInfo(name, _EPOCH), text.encode(), zipfile.ZIP_DEFLATED, compresslevel=1)
    return out.getvalue()


def _files(evaluation: Evaluation) -> Iterator[tuple[str, str]]:
    there = {key: result for key, result in evaluation.scenarios.items() if result.queries and result.systems}
    _check(list(there.values()))
    yield "읽어 주세요.txt", _words(evaluation, next(iter(there), "gate"))
    for key, result in there.items():
        yield f"{key}/qrels.txt", "".join(f"{query.query_id} 0 {item} {grade}\n"
                                          for query in result.queries for item, grade in sorted(query.grades.items()))
        for system in result.names:
            yield f"{key}/{system}.run", "".join(_lines(result, system))


def _lines(result: ScenarioResult, system: str) -> Iterator[str]:
    for query in result.queries:
        for rank, item in enumerate(result.lists[system].get(query.query_id, ()), start=1):
            yield f"{query.query_id} Q0 {item} {rank} {DEPTH + 1 - rank} {system}\n"


def _check(results: Sequence[ScenarioResult]) -> None:
    """Refuse ids that the format cannot hold."""
    named = {name for result in results for query in result.queries for name in (query.query_id, *query.grades)}
    named |= {item for result in results for lists in result.lists.values() for listed in lists.values() for item in listed}
    for name in sorted(named):
        if name.split() != [name]:
            raise InputError(f"ID '{name[:40]}'에 빈칸이 있어 TREC 형식으로 내보낼 수 없습니다. ID를 고친 뒤 다시 평가해 주세요.")


def _words(evaluation: Evaluation, key: str) -> str:
    told = [provenance.line(evaluation), *provenance.warnings(evaluation), "",
            "시나리오마다 폴더가 하나씩 있고, qrels.txt는 정답, *.run은 시스템마다의 순위입니다.",
            "평균은 화면과 같고, 구간은 이 파일에 없는 문항 계열로 묶어 뽑으므로 다릅니다.",
            "점수는 순위를 나타낼 뿐입니다(위가 큽니다). 답하지 못한 쿼리는 *.run에 없으며 0으로 셉니다.", "", "이 제품으로 다시 계산:",
            f"  python -m core measures --qrels {key}/qrels.txt --run {key}/*.run --relevant-from {evaluation.truth.relevant_from}",
            "trec_eval로 다시 계산 (NDCG의 이득은 등급 그대로):",
            f"  trec_eval -c -l {evaluation.truth.relevant_from} -m recall -m recip_rank -m ndcg_cut -m success {key}/qrels.txt "
            f"{key}/qwen3-vl.run"]
    return "\n".join(told) + "\n"
