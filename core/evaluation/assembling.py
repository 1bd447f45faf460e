"""From stored runs and a ground truth to an evaluation: which queries count, which run speaks for a system, what it scores."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
from psycopg import Connection

from core.evaluation import bounds, measures
from core.evaluation.bounds import Lists
from core.evaluation.results import Evaluation, ScenarioResult, ScoredQuery, SystemRun
from core.evaluation.scenarios import Scenario


def load(conn: Connection, collection_name: str, *, version: int | None = None,
         systems: Sequence[str] | None = None) -> Evaluation:
    """Return every scenario's values under a ground truth; writes nothing and asks no engine.

    Args:
        version: number of a frozen ground truth; the latest, or the judgments as they stand, where None.
        systems: names to look at; every system that has a run where None.

    Raises:
        NotFoundError: no such collection or version.
    """
    raise NotImplementedError


def fingerprint(conn: Connection, collection_id: int, version: int | None = None) -> str:
    """Return a key that changes whenever ``load`` would return something else; a fraction of what loading costs."""
    raise NotImplementedError


def measured(scenario: Scenario, *, items: int, queries: Sequence[ScoredQuery], systems: Sequence[SystemRun], lists: Lists,
             ties: Mapping[str, int], excluded: Mapping[str, tuple[str, ...]], relevant_from: int,
             declared: bool) -> ScenarioResult:
    """Return a scenario's values from what its systems returned.

    Args:
        items: of the corpus.
        queries: those that count, each with a relevant item.
        lists: by the systems' names, at least theirs.
        declared: the ground truth says that what it does not list has grade 0.
    """
    held = {each.system: {query.query_id: tuple(found) for query in queries
                          if (found := lists[each.system].get(query.query_id)) is not None} for each in systems}
    table = measures.Table(queries, relevant_from=relevant_from)
    found = [table.of(each) for each in held.values()]
    values = {name: np.stack([one[name] for one in found]) if found else np.zeros((0, len(queries)))
              for name in measures.CATALOGUE}
    return ScenarioResult(
        scenario=scenario, items=items, queries=tuple(queries), excluded=dict(excluded), systems=tuple(systems), values=values,
        bounds=bounds.of(queries, held, values, relevant_from=relevant_from, declared=declared), lists=held,
        ties={each.system: ties.get(each.system, 0) for each in systems})
