"""Score runs against qrels: every measure for every query, with intervals, and every pair of runs compared."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations

import ir_measures
import numpy as np
from ir_measures import AP, RR, Judged, Measure, Qrel, R, ScoredDoc, Success, nDCG
from numpy.typing import NDArray

from core.errors import InputError
from core.evaluation import statistics
from core.evaluation.statistics import Difference, Interval
from core.evaluation.trec import Qrels, TrecRun

CUTS = (1, 3, 5, 10, 20)


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


def measures(relevant_from: int) -> dict[str, Measure]:
    """Return the measures by the names ir-measures gives them with a threshold of 1; nDCG's gain is the grade itself."""
    rel = {"rel": relevant_from}
    return {
        **{f"R@{cut}": R(**rel) @ cut for cut in CUTS},
        **{f"Success@{cut}": Success(**rel) @ cut for cut in CUTS},
        "RR": RR(**rel),
        "AP": AP(**rel),
        **{f"nDCG@{cut}": nDCG @ cut for cut in (5, 10, 20)},
        "Judged@10": Judged @ 10,
    }


def score(qrels: Qrels, runs: Sequence[TrecRun], *, relevant_from: int = 1, draws: int = statistics.DRAWS) -> Scores:
    """Score runs of outside files as trec_eval does: by score, ties by item id descending.

    Raises:
        InputError: no query has a relevant item, or two runs have the same name.
    """
    if len({run.name for run in runs}) != len(runs):
        raise InputError("이름이 같은 실행 파일이 있습니다. 파일 이름을 서로 다르게 바꿔 주세요.")
    asked = sorted(query for query, graded in qrels.items() if any(grade >= relevant_from for grade in graded.values()))
    if not asked:
        raise InputError(f"등급 {relevant_from} 이상인 정답이 있는 쿼리가 없습니다. 정답 파일이나 기준 등급을 확인해 주세요.")
    wanted = measures(relevant_from)
    tables = [_table({query: qrels[query] for query in asked}, run, asked, wanted) for run in runs]
    found: dict[str, list[Interval]] = {}
    comparisons: list[Comparison] = []
    for place, name in enumerate(wanted):
        values = np.stack([table[place] for table in tables])
        found[name] = statistics.intervals(values, asked, draws=draws)
        pairs = list(combinations(range(len(runs)), 2))
        told = [statistics.difference(values[a], values[b], asked, draws=draws) for a, b in pairs]
        corrected = statistics.holm([each.p for each in told])
        comparisons += [Comparison(runs[a].name, runs[b].name, name, each, p)
                        for (a, b), each, p in zip(pairs, told, corrected, strict=True)]
    scored = [ScoredRun(run.name, len(set(asked) - run.scores.keys()), {name: found[name][place] for name in wanted})
              for place, run in enumerate(runs)]
    return Scores(len(asked), len(qrels) - len(asked), relevant_from, scored, comparisons)


def _table(qrels: Mapping[str, Mapping[str, int]], run: TrecRun, asked: Sequence[str],
           wanted: Mapping[str, Measure]) -> NDArray[np.float64]:
    """Return values of shape (measures, queries); a query the run does not answer has 0."""
    places = {query: place for place, query in enumerate(asked)}
    rows = {measure: place for place, measure in enumerate(wanted.values())}
    graded = [Qrel(query, item, grade) for query, items in qrels.items() for item, grade in items.items()]
    listed = [ScoredDoc(query, item, value) for query in asked for item, value in run.scores.get(query, {}).items()]
    table = np.zeros((len(wanted), len(asked)))
    for metric in ir_measures.iter_calc(list(wanted.values()), graded, listed):
        table[rows[metric.measure], places[metric.query_id]] = metric.value
    if not ((table >= 0) & (table <= 1)).all():
        raise AssertionError("a measure lies outside [0, 1]")
    return table
