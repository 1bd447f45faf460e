"""System D with a weight chosen from labels, never on the queries that chose it: a derived run.

The queries that count are dealt into five folds that keep groups together. For each fold the weight with the best mean capped
recall@5 over the other folds' queries is taken (equal means: the one nearest 0.5, then the smaller), and the fold's lists are
those of that weight's run. Nothing is searched again: another ground truth needs no engine.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from psycopg import Connection

from core.errors import InputError
from core.evaluation import measures, selection
from core.evaluation.execution import folds
from core.evaluation.execution.plan import TUNED_SCOPES, WEIGHTS
from core.evaluation.results import ScoredQuery, Values
from core.evaluation.scenarios import PRIMARY, SCENARIOS, TUNED, Scope
from core.labels.versions.truth import Truth
from core.search import run_choice
from core.search.fusion import DEFAULT_WEIGHT
from core.search.run_config import States
from core.store import run_lists, runs
from core.store.collections import Collection
from core.store.database import Database
from core.store.run_lists import RunList
from core.store.runs import Run

_SAME_MEAN = 1e-9
_NOT_SHARED = ("system", "weight")
"""What the configurations of D's eleven runs may differ in."""


@dataclass(frozen=True, slots=True)
class Choice:
    """What was chosen: a fold for each query, a weight for each fold."""

    folds: Mapping[str, int]
    weights: tuple[float, ...]


def retune(db: Database, collection: Collection, truth: Truth,
           scopes: Sequence[Scope] = TUNED_SCOPES) -> tuple[dict[Scope, int], dict[Scope, str]]:
    """Store the tuned lists of every scope that has what they need; the same inputs are the same run. Asks no engine.

    Returns:
        The runs' ids by scope, and Korean sentences about scopes that could not be tuned.
    """
    made: dict[Scope, int] = {}
    notes: dict[Scope, str] = {}
    with db.connection() as conn:
        known, chosen = States(conn), selection.of_all(conn, collection, truth)
        for scope in scopes:
            key = next(key for key, scenario in SCENARIOS.items() if scenario.scope == scope)
            try:
                made[scope] = _one(conn, collection, truth, scope, chosen[key].queries, known).id
            except InputError as error:
                notes[scope] = f"{SCENARIOS[key].title}: D의 가중치를 고르지 못했습니다. {error}"
    return made, notes


def pending(conn: Connection, collection: Collection, truth: Truth, scopes: Sequence[Scope] = TUNED_SCOPES) -> tuple[Scope, ...]:
    """Return the scopes whose lists could be tuned by this truth and are not, or no longer as they would be today."""
    known, chosen = States(conn), selection.of_all(conn, collection, truth)
    found = []
    for scope in scopes:
        key = next(key for key, scenario in SCENARIOS.items() if scenario.scope == scope)
        try:
            config, _ = _derivation(conn, collection, truth, scope, chosen[key].queries, known)
        except InputError:
            continue
        if all(run.config != config for run in runs.answering(conn, collection.id, scope, TUNED)):
            found.append(scope)
    return tuple(found)


def of_truth(conn: Connection, collection_id: int, scope: Scope, truth: Truth) -> Run | None:
    """Return the newest tuned run whose weights were chosen by exactly this ground truth."""
    found = runs.answering(conn, collection_id, scope, TUNED)
    return next((run for run in found if run.config["derived"]["truth"] == truth.sha256), None)


def choose(queries: Sequence[ScoredQuery], values: Mapping[float, Values]) -> Choice:
    """Deal the queries into folds and choose each fold's weight on the other folds.

    Args:
        values: capped recall@5 by weight, each of shape (queries,).

    Raises:
        InputError: all queries are of one group, so that none could be left out.
    """
    dealt = folds.of({query.query_id: query.group for query in queries})
    places = np.array([dealt[query.query_id] for query in queries])
    if len(set(dealt.values())) < 2:
        raise InputError("정답이 있는 쿼리가 두 묶음(원본 문항이나 문항군)은 있어야 합니다. 쿼리를 더 판정해 주세요.")
    weights = sorted(values, key=lambda weight: (round(abs(weight - DEFAULT_WEIGHT), 6), weight))
    table = np.stack([values[weight] for weight in weights])
    chosen = []
    for fold in range(places.max() + 1):
        means = table[:, places != fold].mean(axis=1)
        chosen.append(weights[int(np.argmax(means >= means.max() - _SAME_MEAN))])
    return Choice(dealt, tuple(chosen))


def _one(conn: Connection, collection: Collection, truth: Truth, scope: Scope, queries: Sequence[ScoredQuery],
         known: States) -> Run:
    config, taken = _derivation(conn, collection, truth, scope, queries, known)
    return runs.derive(conn, collection.id, TUNED, config, taken, scope=scope)


def _derivation(conn: Connection, collection: Collection, truth: Truth, scope: Scope, queries: Sequence[ScoredQuery],
                known: States) -> tuple[dict[str, Any], dict[str, int]]:
    """Return the configuration of a scope's tuned run and the run that each query's list is taken from.

    Raises:
        InputError: it cannot be tuned.
    """
    sources = _sources(conn, collection, scope, known)
    stored = run_lists.read(conn, [run.id for run in sources.values()])
    listed = {weight: _current(stored[run.id], queries) for weight, run in sources.items()}
    usable = [query for query in queries if all(query.query_id in found for found in listed.values())]
    if not usable:
        raise InputError("정답이 있는 쿼리 가운데 순위가 저장된 것이 없습니다. 평가를 실행하거나 쿼리를 판정해 주세요.")
    table = measures.Table(usable, relevant_from=truth.relevant_from, names=(PRIMARY,))
    values = {weight: table.of(found)[PRIMARY] for weight, found in listed.items()}
    choice = choose(usable, values)
    shared = {name: value for name, value in sources[DEFAULT_WEIGHT].config.items() if name not in _NOT_SHARED}
    derived = {
        "runs": {f"{weight:g}": run.id for weight, run in sources.items()}, "truth": truth.sha256, "title": truth.title,
        "measure": PRIMARY, "relevant_from": truth.relevant_from, "seed": folds.SEED, "folds": dict(choice.folds),
        "weights": list(choice.weights),
    }
    taken = {query_id: sources[choice.weights[fold]].id for query_id, fold in choice.folds.items()}
    return {"system": TUNED, "weight": None, **shared, "derived": derived}, taken


def _sources(conn: Connection, collection: Collection, scope: Scope, known: States) -> dict[float, Run]:
    """Return D's run of each weight.

    Raises:
        InputError: one is missing, or they did not search the same.
    """
    there = run_choice.of_scope(conn, collection.id, scope, known=known)
    lacking = [name for name in WEIGHTS.values() if name not in there]
    if lacking:
        raise InputError(f"D의 가중치 11개 가운데 {len(lacking)}개를 실행하지 않았습니다. 평가를 실행해 주세요.")
    found = {weight: there[name] for weight, name in WEIGHTS.items()}
    configs = [{key: value for key, value in run.config.items() if key not in _NOT_SHARED} for run in found.values()]
    if any(config != configs[0] for config in configs):
        raise InputError("D의 가중치마다 서로 다른 벡터나 문항으로 찾은 순위입니다. 평가를 다시 실행해 주세요.")
    return found


def _current(stored: Mapping[str, RunList], queries: Sequence[ScoredQuery]) -> dict[str, tuple[str, ...]]:
    return {query.query_id: found.item_ids for query in queries
            if (found := stored.get(query.query_id)) and found.query_hash == query.query.content_hash}
