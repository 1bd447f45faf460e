"""What every file says of where its numbers come from, and what to beware of before reading them."""

from __future__ import annotations

from collections.abc import Sequence

from core.evaluation.results import Evaluation, SystemRun
from core.items import grades
from core.labels import origins

MINIATURE = "축소 모델"
STALE = "옛 벡터"
_TRUSTED = ("human", "carried", "mirrored")
"""Grades that somebody gave, on this pair or on one that reads the same."""


def of(evaluation: Evaluation, runs: Sequence[SystemRun] = ()) -> dict[str, str]:
    """Return columns that stay the same in a whole table, by their Korean names.

    Args:
        runs: the runs the table's numbers come from; without them the columns say nothing of models.
    """
    truth = evaluation.truth
    said = {"컬렉션": evaluation.collection, "정답": truth.title, "정답 SHA-256": truth.sha256,
            "관련 기준": f"등급 {truth.relevant_from} 이상"}
    return said | ({"표시": marks(runs)} if runs else {})


def marks(runs: Sequence[SystemRun]) -> str:
    """Return what a reader must know of these runs before trusting their numbers; empty where there is nothing."""
    return " · ".join(filter(None, [trust(runs), "답하지 못한 쿼리 있음" if any(run.unanswered for run in runs) else ""]))


def trust(runs: Sequence[SystemRun]) -> str:
    """Return whether these runs are of miniature models or of vectors that are others today; empty where of neither."""
    return " · ".join(filter(None, [_small(runs), STALE if any(run.stale for run in runs) else ""]))


def line(evaluation: Evaluation) -> str:
    """Return collection, ground truth and threshold in one line."""
    truth = evaluation.truth
    return (f"컬렉션 {evaluation.collection} · 정답 {truth.title} (SHA-256 {truth.sha256[:12]}) · "
            f"관련: {grades.titled(truth.relevant_from)} 이상")


def warnings(evaluation: Evaluation) -> tuple[str, ...]:
    """Return Korean sentences that belong before any number of an evaluation; none where there is nothing to beware of."""
    truth, runs = evaluation.truth, _runs(evaluation)
    given = {origin: count for origin, count in truth.origins.items() if origin not in _TRUSTED}
    small = _small(runs)
    stale = sorted({run.label for run in runs if run.stale})
    silent = sorted({run.label for run in runs if run.unanswered})
    return tuple(filter(None, [
        f"{small}: 이 숫자로는 Go나 No-Go를 정할 수 없습니다." if small else "",
        f"{STALE}: {', '.join(stale)}의 벡터나 문항이 그 뒤 바뀌었습니다. 평가를 다시 실행해 주세요." if stale else "",
        "미확정: 굳히지 않은 정답이라 판정이 더해지면 숫자가 바뀝니다." if truth.version is None else "",
        f"사람이 매기지 않은 등급이 있습니다({origins.counted(given)})." if given else "",
        f"답하지 못한 쿼리({', '.join(silent)})는 모든 지표에서 0으로 셌습니다." if silent else "",
    ]))


def _small(runs: Sequence[SystemRun]) -> str:
    # BM25 has no model, so it has no precision, and mixes with nothing.
    small = {run.miniature for run in runs if run.precision or run.miniature}
    return "" if True not in small else MINIATURE if small == {True} else f"{MINIATURE}과 실제 모델이 섞임"


def _runs(evaluation: Evaluation) -> list[SystemRun]:
    return [run for result in evaluation.scenarios.values() for run in result.systems]
