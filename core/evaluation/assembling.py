"""From stored runs and a ground truth to an evaluation: which queries count, which run speaks for a system, what it scores."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace

import numpy as np
from psycopg import Connection

from core.errors import NotFoundError
from core.evaluation import bounds, measures, naming, selection
from core.evaluation.bounds import Lists
from core.evaluation.execution import plan, tuning
from core.evaluation.results import Evaluation, ScenarioResult, ScoredQuery, SystemRun
from core.evaluation.scenarios import SCENARIOS, TUNED, Scenario, Scope
from core.labels.versions import truth as truths
from core.labels.versions.truth import Truth
from core.models import registry
from core.models.revision import installed_revision
from core.search import run_choice, systems
from core.search.run_config import States
from core.store import collections, evaluation_state, run_lists
from core.store import truths as frozen
from core.store.collections import Collection
from core.store.run_lists import RunList
from core.store.runs import Run


def load(conn: Connection, collection_name: str, *, version: int | None = None,
         systems: Sequence[str] | None = None, weights: bool = False) -> Evaluation:
    """Return every scenario's values under a ground truth; writes nothing and asks no engine.

    A system speaks through its run that ``run_choice.latest`` prefers (whole before cut off, fresh before stale, then the
    newest), D with tuned weights through the run whose weights this very ground truth chose. A query whose words have
    changed since the run has no list there.

    Args:
        version: number of a frozen ground truth; the latest, or the judgments as they stand, where None.
        systems: names to look at; every system that has a run where None.
        weights: with None, D's fixed weights too. They are what its tuning chooses from: beside the others they would triple
            the lists to read, and count as systems whose unjudged hits the bounds look at.

    Raises:
        NotFoundError: no such collection or version.
    """
    collection = collections.get(conn, collection_name)
    truth = truths.load(conn, collection.id, version)
    chosen, known = selection.of_all(conn, collection, truth), States(conn)
    by_scope = {scope: _runs(conn, collection, scope, truth, systems, weights, known) for scope in _scopes()}
    lists = run_lists.read(conn, [run.id for found in by_scope.values() for run in found])
    stale = {run.id: run_choice.stale(conn, run, known) for found in by_scope.values() for run in found}
    results: dict[str, ScenarioResult] = {}
    for key, scenario in SCENARIOS.items():
        # The gate set and S5 are the same lists over the same queries.
        same = next((each for each in results.values() if each.scenario.scope == scenario.scope), None)
        results[key] = replace(same, scenario=scenario) if same else _result(
            scenario, chosen[key], by_scope[scenario.scope], lists, stale, truth)
    return Evaluation(collection.id, collection.name, truth, results)


def fingerprint(conn: Connection, collection_id: int, version: int | None = None) -> str:
    """Return a key that changes whenever ``load`` would return something else; a fraction of what loading costs.

    Raises:
        NotFoundError: there is no such version.
    """
    versions = truths.versions(conn, collection_id)
    found = frozen.get(conn, collection_id, version) if version is not None else versions[-1] if versions else None
    truth = found.sha256 if found else evaluation_state.of_judgments(conn, collection_id)
    installed = [(record.key, installed_revision(record)) for record in map(registry.resolve, _models())]
    whole = repr((collection_id, version, truth, evaluation_state.of_collection(conn, collection_id), installed))
    return hashlib.sha256(whole.encode()).hexdigest()


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


def _scopes() -> tuple[Scope, ...]:
    return tuple(dict.fromkeys(scenario.scope for scenario in SCENARIOS.values()))


def _models() -> list[str]:
    """What decides which checkpoint a system would use today."""
    named = [channel.model for channel in systems.channels()]
    return named + [system.reranker for system in systems.SYSTEMS.values() if system.reranker]


def _runs(conn: Connection, collection: Collection, scope: Scope, truth: Truth, wanted: Sequence[str] | None,
          weights: bool, known: States) -> list[Run]:
    """Return the run that speaks for each system of a scope, in the plan's order, variants after their plain system."""
    found = run_choice.of_scope(conn, collection.id, scope, known=known)
    if tuned := tuning.of_truth(conn, collection.id, scope, truth):
        found[TUNED] = tuned
    named = {name for name in found if weights or not plan.is_weight(name)} if wanted is None else set(wanted)
    return [found[name] for name in sorted(found, key=naming.order) if name in named and _is_known(name)]


def _is_known(system: str) -> bool:
    """Whether this release still has the system a run was stored under."""
    try:
        return bool(naming.label(system))
    except NotFoundError:
        return False


def _result(scenario: Scenario, chosen: selection.Selected, found: Iterable[Run],
            stored: Mapping[int, Mapping[str, RunList]], stale: Mapping[int, bool], truth: Truth) -> ScenarioResult:
    told, lists, ties = [], {}, {}
    for run in found:
        current = {query.query_id: there for query in chosen.queries
                   if (there := stored[run.id].get(query.query_id)) and there.query_hash == query.query.content_hash}
        lists[run.system] = {query_id: each.item_ids for query_id, each in current.items()}
        ties[run.system] = sum(each.ties for each in current.values())
        told.append(SystemRun(
            run.system, naming.label(run.system), run.id, run.created_at, run.config, bool(run.config.get("miniature")), stale[run.id],
            _precision(run), tuple(query.query_id for query in chosen.queries if query.query_id not in current)))
    return measured(scenario, items=chosen.items, queries=chosen.queries, systems=told, lists=lists, ties=ties,
                    excluded=chosen.excluded, relevant_from=truth.relevant_from, declared=bool(truth.unlisted_zero_by))


def _precision(run: Run) -> str:
    told = [each["precision"] for each in run.config.get("sets", ())]
    reranker = run.config.get("reranker")
    return " + ".join(dict.fromkeys([*told, *([reranker["precision"]] if reranker else [])]))
