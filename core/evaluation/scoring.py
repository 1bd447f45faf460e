"""Score runs against qrels: every measure for every query, with intervals, and every pair of runs compared."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations

import numpy as np

from core.errors import InputError
from core.evaluation import statistics
from core.evaluation.measures import CATALOGUE, Graded, Table
from core.evaluation.resampling import DRAWS, Difference, Interval, Resampling
from core.evaluation.trec import Qrels, TrecRun

MEASURES = tuple(name for name, measure in CATALOGUE.items() if not measure.gain.startswith("지수"))
"""Of the catalogue; the exponential gain is defined for grades up to 3, and outside files may have others."""


@dataclass(frozen=True, slots=True)
class ScoredRun:
    """One run's means; ``missing`` counts the queries it did not answer, which score 0 in every measure."""

    name: str
    missing: int
    measures: dict[str, Interval]


@dataclass(frozen=True, slots=True)
class Comparison:
    """Two runs in one measure; ``p_holm`` is corrected over the pairs of runs of that measure."""

    a: str
    b: str
    measure: str
    difference: Difference
    p_holm: float


@dataclass(frozen=True, slots=True)
class Scores:
    """``queries`` were scored; ``excluded`` have no relevant item; queries the qrels do not know are not counted at all."""

    queries: int
    excluded: int
    relevant_from: int
    runs: list[ScoredRun]
    comparisons: list[Comparison]


def score(qrels: Qrels, runs: Sequence[TrecRun], *, relevant_from: int = 1, draws: int = DRAWS) -> Scores:
    """Score runs of outside files as trec_eval does: by score, ties by item id descending.

    Names are those of the catalogue, which are ir-measures' own at a threshold of 1 (``cR@k`` is ours); a query that a run
    does not answer has 0 in all. nDCG's gain is the grade itself.

    Raises:
        InputError: no query has a relevant item, two runs have the same name, or grade 0 is to count as relevant.
    """
    if relevant_from < 1:
        raise InputError("정답으로 치는 가장 낮은 등급은 1 이상이어야 합니다. --relevant-from을 고쳐 주세요.")
    if len({run.name for run in runs}) != len(runs):
        raise InputError("이름이 같은 실행 파일이 있습니다. 파일 이름을 서로 다르게 바꿔 주세요.")
    counted = [Graded(query, graded, relevant) for query, graded in sorted(qrels.items())
               if (relevant := sum(grade >= relevant_from for grade in graded.values()))]
    if not counted:
        raise InputError(f"등급 {relevant_from} 이상인 정답이 있는 쿼리가 없습니다. 정답 파일이나 기준 등급을 확인해 주세요.")
    table = Table(counted, relevant_from=relevant_from, names=MEASURES)
    found = [table.of_scores(run.scores) for run in runs]
    asked = [query.query_id for query in counted]
    resampling = Resampling(asked, draws=draws)
    rows = [(name, place) for name in MEASURES for place in range(len(runs))]
    means = dict(zip(rows, resampling.intervals(np.stack([found[place][name] for name, place in rows])), strict=True))
    scored = [ScoredRun(run.name, len(set(asked) - run.scores.keys()), {name: means[name, place] for name in MEASURES})
              for place, run in enumerate(runs)]
    return Scores(len(counted), len(qrels) - len(counted), relevant_from, scored, _compared(runs, found, resampling))


def _compared(runs: Sequence[TrecRun], found: Sequence[dict[str, np.ndarray]], resampling: Resampling) -> list[Comparison]:
    pairs = list(combinations(range(len(runs)), 2))
    if not pairs:
        return []
    rows = [(name, a, b) for name in MEASURES for a, b in pairs]
    told = resampling.differences(np.stack([found[a][name] for name, a, _ in rows]), np.stack([found[b][name] for name, _, b in rows]))
    corrected = [p for start in range(0, len(told), len(pairs))
                 for p in statistics.holm([each.p for each in told[start : start + len(pairs)]])]
    return [Comparison(runs[a].name, runs[b].name, name, each, p)
            for (name, a, b), each, p in zip(rows, told, corrected, strict=True)]
