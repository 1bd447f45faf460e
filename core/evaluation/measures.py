"""The measures of ranked lists against graded items: one catalogue, read by every page, report and command.

All of them are computed by ir-measures (trec_eval's code underneath). Two are read off its recall: capped recall is recall
times relevant / min(k, relevant), and a query is hit where its recall is above 0. A list goes in as K − rank: trec_eval
would break equal scores by item id and holds scores in single precision, so the order alone is told, never a score.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Any

import ir_measures
import numpy as np
from ir_measures import AP, RR, Judged, R, nDCG

from core.evaluation.catalogue import BOUNDED, CATALOGUE, CUTS, DEPTH, EXPONENTIAL, OF_A_QUERY, Measure
from core.evaluation.levels import ceiling, chance
from core.evaluation.results import ScoredQuery, Values

__all__ = ["BOUNDED", "CATALOGUE", "CUTS", "DEPTH", "OF_A_QUERY", "Graded", "Measure", "Table", "asked", "ceiling", "chance",
           "of_query", "table"]
_FIRST = max(CATALOGUE[name].cut or DEPTH for name in ("nDCG@10 exp", "Judged@10"))


def asked(name: str, relevant_from: int) -> ir_measures.Measure:
    """Return what ir-measures is asked for to compute a measure of the catalogue.

    Raises:
        KeyError: there is no such measure.
    """
    cut, kind = CATALOGUE[name].cut, name.partition("@")[0]
    if kind in ("R", "cR", "Success"):
        return R(rel=relevant_from) @ cut
    if kind in ("RR", "AP"):
        return {"RR": RR, "AP": AP}[kind](rel=relevant_from)
    if kind == "Judged":
        return Judged @ cut
    return nDCG(gains=EXPONENTIAL) @ cut if name.endswith(" exp") else nDCG @ cut


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
        relevant_from: the lowest grade that counts as relevant, at least 1; outside files may have grades above 3.
        names: of the catalogue.

    Raises:
        ValueError: relevant_from is below 1, an id comes twice, or a query has no relevant item.
    """

    def __init__(self, queries: Sequence[ScoredQuery] | Sequence[Graded], *, relevant_from: int,
                 names: Sequence[str] = tuple(CATALOGUE)) -> None:
        if relevant_from < 1:
            raise ValueError(f"a grade of 0 is never relevant, so relevant_from cannot be {relevant_from}")
        self._places = {query.query_id: place for place, query in enumerate(queries)}
        if len(self._places) != len(queries):
            raise ValueError("a query comes twice")
        if not all(query.relevant for query in queries):
            raise ValueError("a query without a relevant item has no measures")
        self._relevant = np.array([query.relevant for query in queries], dtype=np.float64)
        same: dict[str, ir_measures.Measure] = {}
        self._asked = {name: same.setdefault(str(each), _quick(each)) for name in names for each in [asked(name, relevant_from)]}
        qrels = {query.query_id: {item: int(grade) for item, grade in query.grades.items()} for query in queries}
        # Apart from each other: asked together, ir-measures may compute plain nDCG with the other one's gains, depending on the
        # order of a set.
        kinds = {"ranked": [], "gains": [], "Judged": []}
        for each in same.values():
            kinds["gains" if "gains" in each.params else "Judged" if each.NAME == "Judged" else "ranked"].append(each)
        self._evaluators = {kind: ir_measures.evaluator(wanted, qrels) for kind, wanted in kinds.items() if wanted}

    def of(self, lists: Mapping[str, Sequence[str]]) -> dict[str, Values]:
        """Return every measure's values, shape (queries,); a query without a list, or with an empty one, has 0 in all.

        Args:
            lists: item ids, best first, by query id; other queries' lists are not looked at.

        Raises:
            ValueError: an item comes twice in a list.
            AssertionError: a value lies outside [0, 1].
        """
        ranked = {query: _scored(lists[query]) for query in self._places if query in lists}
        # These two look at ten places, and would sort a hundred.
        first = {query: dict(islice(each.items(), _FIRST)) for query, each in ranked.items()}
        return self._told({"ranked": ranked, "gains": first, "Judged": first})

    def of_scores(self, run: Mapping[str, Mapping[str, float]]) -> dict[str, Values]:
        """Return the same for scores by query and item, in trec_eval's own order: by score, equal ones by item id descending.

        Raises:
            AssertionError: a value lies outside [0, 1].
        """
        return self._told({"ranked": run, "gains": run, "Judged": run})

    def _told(self, runs: Mapping[str, Mapping[str, Mapping[str, float]]]) -> dict[str, Values]:
        told = {measure: np.zeros(len(self._places)) for measure in self._asked.values()}
        for kind, evaluator in self._evaluators.items():
            answered = {query: dict(runs[kind][query]) for query in self._places if runs[kind].get(query)}
            for metric in evaluator.iter_calc(answered) if answered else ():
                told[metric.measure][self._places[metric.query_id]] = metric.value
        return {name: self._read(name, told[measure]) for name, measure in self._asked.items()}

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
    if relevant_from not in (1, 2, 3):
        raise ValueError(f"relevant_from is 1 to 3, not {relevant_from}")
    scored = _scored(ranked_ids)
    relevant = sum(grade >= relevant_from for grade in grades.values())
    judged = sum(item in grades for item in ranked_ids[:10]) / len(ranked_ids[:10]) if ranked_ids else None
    found: dict[str, float | None] = dict.fromkeys(OF_A_QUERY) | {"Judged@10": judged}
    if not relevant:
        return found
    told = Table([Graded("", grades, relevant)], relevant_from=relevant_from, names=OF_A_QUERY[:-1]).of_scores({"": scored})
    return found | {name: float(value[0]) for name, value in told.items()}


def _scored(ranked_ids: Sequence[str]) -> dict[str, float]:
    scores = dict(zip(ranked_ids, range(len(ranked_ids), 0, -1), strict=True))
    if len(scores) != len(ranked_ids):
        raise ValueError("an item comes twice in the list")
    return scores


def _quick(measure: ir_measures.Measure) -> ir_measures.Measure:
    """Return the measure with a hash of its own: ir-measures prints one to hash it, for each value, which takes half the time."""
    kind = type(measure)
    rest: dict[str, Any] = {"__hash__": object.__hash__, "__eq__": object.__eq__}
    quick = type(kind.__name__, (kind,), rest)(**measure.params)
    quick.validate_params()
    return quick
