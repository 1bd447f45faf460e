"""The measures of ranked lists against graded items: one catalogue, read by every page, report and command.

All of them are computed by ir-measures (trec_eval's code underneath). Two are read off its recall: capped recall is recall
times relevant / min(k, relevant), and a query is hit where its recall is above 0. A list goes in as K − rank: trec_eval
would break equal scores by item id and holds scores in single precision, so the order alone is told, never a score.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache

import ir_measures
import numpy as np
from ir_measures import AP, RR, Judged, R, nDCG

from core.evaluation.results import ScoredQuery, Values

CUTS = (1, 3, 5, 10, 20)
DEPTH = 100
"""Places of a stored list; measures that are not cut look at all of them."""
BOUNDED = ("cR@5", "cR@10", "RR", "nDCG@10")
"""Measures that gates rest on; they are computed again with unjudged items as grade 0 and as grade 3."""
OF_A_QUERY = ("cR@5", "Success@5", "RR", "nDCG@10", "Judged@10")
"""What a single query's comparison shows."""
_LINEAR, _EXPONENTIAL = {1: 1, 2: 2, 3: 3}, {1: 1, 2: 3, 3: 7}
_LINEAR_GAIN, _EXPONENTIAL_GAIN = "선형: 등급 그대로 (1·2·3)", "지수: 2^등급 − 1 (1·3·7)"


@dataclass(frozen=True, slots=True, kw_only=True)
class Measure:
    """One measure, as pages explain it. Every value lies in [0, 1], larger is better."""

    name: str
    title: str
    """Short, for table heads."""
    formula: str
    """One Korean sentence."""
    gain: str = ""
    """What a grade is worth; empty where only relevant or not counts."""
    cut: int | None = None
    """Places looked at; None: the whole stored list."""
    uses_threshold: bool = True
    """Whether the ground truth's lowest relevant grade matters."""
    source: str


def _catalogue() -> Iterable[Measure]:
    for k in CUTS:
        yield Measure(name=f"R@{k}", title=f"Recall@{k}", cut=k, source="계획서 7.1.1",
                      formula=f"상위 {k}개에 든 정답 수 ÷ 그 쿼리의 정답 수")
    for k in CUTS:
        yield Measure(name=f"cR@{k}", title=f"상한 보정 R@{k}", cut=k, source="MTEB R_cap_at_k",
                      formula=f"상위 {k}개에 든 정답 수 ÷ min({k}, 그 쿼리의 정답 수)")
    for k in CUTS:
        yield Measure(name=f"Success@{k}", title=f"Hit@{k}", cut=k, source="trec_eval success",
                      formula=f"상위 {k}개에 정답이 하나라도 있으면 1, 없으면 0")
    yield Measure(name="RR", title="MRR", source="계획서 7.1.2 · trec_eval recip_rank",
                  formula=f"1 ÷ 첫 정답의 순위. 저장한 {DEPTH}개 안에 없으면 0")
    yield Measure(name="AP", title="MAP", source="trec_eval map",
                  formula=f"정답마다 그 순위까지의 정밀도를 구해 정답 수로 나눈 값. 저장한 {DEPTH}개 안에서 셉니다")
    for k in CUTS[2:]:
        yield Measure(name=f"nDCG@{k}", title=f"NDCG@{k}", cut=k, gain=_LINEAR_GAIN, uses_threshold=False,
                      source="계획서 7.1.3 · Järvelin & Kekäläinen 2002",
                      formula=f"상위 {k}개의 등급 ÷ log2(순위 + 1)의 합을, 판정된 문항을 등급순으로 놓았을 때의 합으로 나눈 값")
    yield Measure(name="nDCG@10 exp", title="NDCG@10 (지수)", cut=10, gain=_EXPONENTIAL_GAIN, uses_threshold=False,
                  source="Burges 외 2005", formula="NDCG@10과 같되 등급 대신 2^등급 − 1. 이득을 바꾸어도 결론이 같은지 보는 줄입니다")
    yield Measure(name="Judged@10", title="판정@10", cut=10, uses_threshold=False, source="ir-measures Judged",
                  formula="상위 10개(목록이 더 짧으면 그 수만큼) 가운데 등급이 매겨진 문항의 비율. 품질이 아니라 믿을 만한지를 말합니다")


CATALOGUE: dict[str, Measure] = {measure.name: measure for measure in _catalogue()}


def asked(name: str, relevant_from: int) -> ir_measures.Measure:
    """Return what ir-measures is asked for to compute a measure of the catalogue.

    Raises:
        KeyError: there is no such measure.
    """
    cut = CATALOGUE[name].cut
    kind = name.partition("@")[0]
    if kind in ("R", "cR", "Success"):
        return R(rel=relevant_from) @ cut
    if name in ("RR", "AP"):
        return {"RR": RR, "AP": AP}[name](rel=relevant_from)
    if kind == "Judged":
        return Judged @ cut
    return nDCG(gains=_EXPONENTIAL) @ cut if name.endswith(" exp") else nDCG @ cut


@dataclass(frozen=True, slots=True)
class Graded:
    """What of a query is needed to measure lists for it: its judged items, and how many of them are relevant."""

    query_id: str
    grades: Mapping[str, int]
    relevant: int


class Table:
    """The measures of many lists over the same queries; the grades are handed to trec_eval once.

    Args:
        queries: each with at least one relevant item and an id of its own.
        relevant_from: the lowest grade that counts as relevant, 1 to 3.
        names: of the catalogue.

    Raises:
        ValueError: relevant_from is not 1 to 3, an id comes twice, or a query has no relevant item.
    """

    def __init__(self, queries: Sequence[ScoredQuery] | Sequence[Graded], *, relevant_from: int,
                 names: Sequence[str] = tuple(CATALOGUE)) -> None:
        check_threshold(relevant_from)
        self._places = {query.query_id: place for place, query in enumerate(queries)}
        if len(self._places) != len(queries):
            raise ValueError("a query comes twice")
        if not all(query.relevant for query in queries):
            raise ValueError("a query without a relevant item has no measures")
        self._relevant = np.array([query.relevant for query in queries], dtype=np.float64)
        same: dict[ir_measures.Measure, ir_measures.Measure] = {}
        self._asked = {name: same.setdefault(each, each) for name in names for each in [asked(name, relevant_from)]}
        qrels = {query.query_id: {item: int(grade) for item, grade in query.grades.items()} for query in queries}
        self._evaluator = ir_measures.evaluator(list(same), qrels)

    def of(self, lists: Mapping[str, Sequence[str]]) -> dict[str, Values]:
        """Return every measure's values, shape (queries,); a query without a list, or with an empty one, has 0 in all.

        Args:
            lists: item ids, best first, by query id; other queries' lists are not looked at.

        Raises:
            ValueError: an item comes twice in a list.
            AssertionError: a value lies outside [0, 1].
        """
        return self.of_scores({query: _scored(lists[query]) for query in self._places if query in lists})

    def of_scores(self, run: Mapping[str, Mapping[str, float]]) -> dict[str, Values]:
        """Return the same for scores by query and item, in trec_eval's own order: by score, equal ones by item id descending.

        Raises:
            AssertionError: a value lies outside [0, 1].
        """
        # By identity: a measure's hash is taken from its printed form each time.
        told = {id(measure): np.zeros(len(self._places)) for measure in self._asked.values()}
        if answered := {query: dict(run[query]) for query in self._places if run.get(query)}:
            for metric in self._evaluator.iter_calc(answered):
                told[id(metric.measure)][self._places[metric.query_id]] = metric.value
        return {name: self._read(name, told[id(measure)]) for name, measure in self._asked.items()}

    def _read(self, name: str, told: Values) -> Values:
        """Return a measure's values from those of what ir-measures was asked for."""
        if name.startswith("Success@"):
            return (told > 0).astype(np.float64)
        if name.startswith("cR@"):
            told = told * self._relevant / np.minimum(CATALOGUE[name].cut or DEPTH, self._relevant)
        if not ((told >= 0) & (told <= 1 + 1e-9)).all():
            raise AssertionError(f"{name} lies outside [0, 1]")
        return np.minimum(told, 1.0)


def table(queries: Sequence[ScoredQuery], lists: Mapping[str, Sequence[str]], relevant_from: int,
          names: Sequence[str] = tuple(CATALOGUE)) -> dict[str, Values]:
    """Return one system's values of every measure, shape (queries,); see ``Table``."""
    return Table(queries, relevant_from=relevant_from, names=names).of(lists)


def check_threshold(relevant_from: int) -> None:
    """Refuse a threshold that is no grade of relevance.

    Raises:
        ValueError: it is not 1 to 3.
    """
    if relevant_from not in (1, 2, 3):
        raise ValueError(f"relevant_from is 1 to 3, not {relevant_from}")


def of_query(ranked_ids: Sequence[str], grades: Mapping[str, int], *, relevant_from: int) -> dict[str, float | None]:
    """Return every measure of ``OF_A_QUERY`` for one ranked list.

    Args:
        ranked_ids: best first, each once; the order alone counts.
        grades: 0 to 3 by item id, of the judged items only; unjudged items count as not relevant, and Judged@10 says how many.
        relevant_from: the lowest grade that counts as relevant, 1 to 3.

    Returns:
        None for a measure that says nothing: all but Judged@10 where no judged item is relevant, Judged@10 of an empty list.

    Raises:
        ValueError: an id comes twice, or relevant_from is not 1 to 3.
    """
    check_threshold(relevant_from)
    scored = _scored(ranked_ids)
    relevant = sum(grade >= relevant_from for grade in grades.values())
    judged = sum(item in grades for item in ranked_ids[:10]) / len(ranked_ids[:10]) if ranked_ids else None
    found: dict[str, float | None] = dict.fromkeys(OF_A_QUERY) | {"Judged@10": judged}
    if not relevant:
        return found
    told = Table([Graded("", grades, relevant)], relevant_from=relevant_from, names=OF_A_QUERY[:-1]).of_scores({"": scored})
    return found | {name: float(value[0]) for name, value in told.items()}


def ceiling(name: str, queries: Sequence[ScoredQuery]) -> float | None:
    """Return the mean a perfect order of these queries' items reaches; None without a query.

    Recall@1 of a query with four relevant items cannot pass 0.25; all that is divided by what can be reached ends at 1.
    """
    if not queries:
        return None
    if not name.startswith("R@"):
        return 1.0
    cut = CATALOGUE[name].cut or DEPTH
    return float(np.mean([min(cut, query.relevant) / query.relevant for query in queries]))


def chance(name: str, queries: Sequence[ScoredQuery]) -> float | None:
    """Return the expected mean of a random order of each query's candidates, exactly; None without a query or a candidate.

    With N candidates, R relevant of them, and lists cut at ``DEPTH``: recall k/N; at least one among k is hypergeometric;
    reciprocal rank Σ P(first relevant at i)/i; average precision (1/N) Σ (1 + (i − 1)(R − 1)/(N − 1))/i; nDCG the mean gain
    at every place over the ideal.
    """
    if not queries or not all(query.candidates for query in queries):
        return None
    return float(np.mean([_expected(name, query) for query in queries]))


def _expected(name: str, query: ScoredQuery) -> float:
    items, relevant = query.candidates, query.relevant
    places = min(CATALOGUE[name].cut or DEPTH, items)
    kind = name.partition("@")[0]
    if kind in ("R", "cR"):
        return places / items * (relevant / min(CATALOGUE[name].cut or DEPTH, relevant) if kind == "cR" else 1)
    if kind == "Success":
        return 1 - math.comb(items - relevant, places) / math.comb(items, places)
    if name == "RR":
        return _expected_reciprocal(items, relevant, places)
    if name == "AP":
        others = (relevant - 1) / (items - 1) if items > 1 else 0.0
        return sum((1 + (place - 1) * others) / place for place in range(1, places + 1)) / items
    if kind == "Judged":
        return len(query.grades) / items
    worth = _EXPONENTIAL if name.endswith(" exp") else _LINEAR
    gains = sorted((worth.get(grade, 0) for grade in query.grades.values()), reverse=True)
    discounts = [1 / math.log2(place + 1) for place in range(1, places + 1)]
    ideal = sum(gain * discount for gain, discount in zip(gains, discounts, strict=False))
    return sum(gains) / items * sum(discounts) / ideal


@cache
def _expected_reciprocal(items: int, relevant: int, places: int) -> float:
    """Σ P(the first relevant item stands at i) / i, built up place by place."""
    expected, none_before = 0.0, 1.0
    for place in range(1, min(places, items - relevant + 1) + 1):
        here = relevant / (items - place + 1)
        expected += none_before * here / place
        none_before *= 1 - here
    return expected


def _scored(ranked_ids: Sequence[str]) -> dict[str, float]:
    scores = dict(zip(ranked_ids, range(len(ranked_ids), 0, -1), strict=True))
    if len(scores) != len(ranked_ids):
        raise ValueError("an item comes twice in the list")
    return scores
