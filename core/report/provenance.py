"""What every file says of where its numbers come from: collection, ground truth, models."""

from __future__ import annotations

from collections.abc import Sequence

from core.evaluation.results import Evaluation, SystemRun

MINIATURE = "축소 모델"
STALE = "옛 벡터"


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
    small = {run.miniature for run in runs}
    return " · ".join(filter(None, [
        "" if True not in small else MINIATURE if small == {True} else f"{MINIATURE}과 실제 모델이 섞임",
        STALE if any(run.stale for run in runs) else "",
        "답하지 못한 쿼리 있음" if any(run.unanswered for run in runs) else "",
    ]))
