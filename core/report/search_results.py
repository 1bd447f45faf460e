"""``search_results.csv`` as the plan's 12.2 draws it, with what the plan left out behind its columns.

``top_k`` is Hit@k: 1 where a relevant item stands among the first k. The gate set comes first, so that who reads the
plan's eight columns alone reads the gates' numbers; the other scenarios follow, told apart by ``scenario``.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from core.evaluation.results import Evaluation, ScenarioResult, ScoredQuery, SystemRun
from core.report import tables

PLAN = {"top_1": "Success@1", "top_3": "Success@3", "top_5": "Success@5", "top_10": "Success@10", "mrr": "RR", "ndcg_10": "nDCG@10"}
"""The plan's columns behind ``query_id`` and ``model``, with the measure each shows."""
_FAMILIES = {"R": "recall", "cR": "capped_recall", "Success": "top", "RR": "mrr", "AP": "ap", "nDCG": "ndcg", "Judged": "judged"}
_QUERY = ("query_type", "subject", "unit", "kind", "difficulty", "item_type")
_SOURCE = ("relevant", "group", "answered", "run_id", "run_created_at", "precision", "miniature", "stale", "collection",
           "ground_truth", "ground_truth_sha256", "relevant_from", "unlisted_zero_by")


def as_csv(evaluation: Evaluation) -> bytes:
    """Return every scenario's values by query and system (UTF-8 with BOM): the plan's columns first, in its order and names.

    A query a system has no list for has its row, with zeros, and ``answered`` 0. Queries that do not count in a
    scenario have none.
    """
    others = [name for name in _measures(evaluation) if name not in PLAN.values()]
    bounded = _bounded(evaluation)
    headers = ["query_id", "model", *PLAN, "scenario", *map(column, others),
               *(f"{column(name)}_unjudged_{grade}" for name in bounded for grade in (0, 3)), *_QUERY, *_SOURCE]
    return tables.as_csv(headers, _rows(evaluation, others, bounded))


def column(measure: str) -> str:
    """Return a measure's column: ``cR@5`` is ``capped_recall_5``, ``nDCG@10 exp`` is ``ndcg_10_exp``."""
    family, *rest = re.split(r"[@ ]", measure)
    return "_".join([_FAMILIES.get(family, family.lower()), *rest])


def _measures(evaluation: Evaluation) -> list[str]:
    return list(dict.fromkeys(name for result in evaluation.scenarios.values() for name in result.values))


def _bounded(evaluation: Evaluation) -> list[str]:
    return list(dict.fromkeys(name for result in evaluation.scenarios.values() for name in result.bounds))


def _rows(evaluation: Evaluation, others: list[str], bounded: list[str]) -> Iterator[list[object]]:
    truth = evaluation.truth
    end = [evaluation.collection, truth.title, truth.sha256, truth.relevant_from, truth.unlisted_zero_by]
    for key, result in evaluation.scenarios.items():
        for at, query in enumerate(result.queries):
            for place, run in enumerate(result.systems):
                yield [query.query_id, run.system, *(_shown(result, name, place, at) for name in PLAN.values()), key,
                       *(_shown(result, name, place, at) for name in others),
                       *(bound[place, at] for name in bounded for bound in result.bounds[name]),
                       *(query.facets.get(facet, "") for facet in _QUERY), *_source(query, run), *end]


def _shown(result: ScenarioResult, measure: str, place: int, at: int) -> object:
    value = result.values[measure][place, at]
    return int(value) if measure.startswith("Success@") else value


def _source(query: ScoredQuery, run: SystemRun) -> list[object]:
    # 1 and 0, as in the plan's own columns.
    return [query.relevant, query.group, int(query.query_id not in run.unanswered), run.run_id, run.created_at, run.precision,
            int(run.miniature), int(run.stale)]
