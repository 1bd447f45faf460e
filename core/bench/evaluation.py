"""``make bench``: what a whole metrics page costs to compute, for eight systems over a thousand queries.

Lists and grades are made up and nothing is stored. The bare ir-measures call over the same lists takes turns with ours, so that
a busy machine slows both.
"""

from __future__ import annotations

import os
import random
import statistics
import time
from collections.abc import Callable
from datetime import UTC, datetime
from itertools import combinations

import ir_measures
import numpy as np

from core.bench.house import alternate, report
from core.evaluation import assembling, measures, summary
from core.evaluation.analysis import slices
from core.evaluation.results import ScenarioResult, ScoredQuery, SystemRun
from core.evaluation.scenarios import GATE, PRIMARY, SCENARIOS
from core.evaluation.summary import Summary
from core.store.queries import QueryRevision

QUERIES, SYSTEMS, ITEMS, DEPTH, JUDGED = 1_000, 8, 5_000, 100, 30
RELEVANT_FROM = 2
SEED = 11
TURNS = 5
Lists = dict[str, dict[str, tuple[str, ...]]]


def made_up() -> tuple[list[ScoredQuery], Lists]:
    """Return queries with their grades, and for each system a list a query that finds some of them."""
    rng = random.Random(SEED)
    bank = [f"MATH_{number:05d}" for number in range(ITEMS)]
    queries = []
    for number in range(QUERIES):
        grades = {item: rng.choice((0, 0, 1, 2, 3)) for item in rng.sample(bank, JUDGED)} | {rng.choice(bank): 3}
        revision = QueryRevision(f"Q{number:04d}", 1, "글", None, None, "natural_language", "constructed", "hash", False)
        facets = {name: f"{name} {rng.randrange(5)}" for name in slices.FACETS}
        relevant = sum(grade >= RELEVANT_FROM for grade in grades.values())
        queries.append(ScoredQuery(revision, f"family {number // 2}", facets, grades, relevant, ITEMS))
    lists = {f"system {place}": {query.query_id: _ranked(query, bank, rng) for query in queries} for place in range(SYSTEMS)}
    return queries, lists


def measured(queries: list[ScoredQuery], lists: Lists) -> ScenarioResult:
    """Return every measure of every system, with bounds for what is unjudged."""
    told = [SystemRun(name, name, place, datetime.now(UTC), {}, False, False, "fp16", ()) for place, name in enumerate(lists)]
    return assembling.measured(SCENARIOS[GATE], items=ITEMS, queries=queries, systems=told, lists=lists, ties={}, excluded={},
                               relevant_from=RELEVANT_FROM, declared=False)


def shown(result: ScenarioResult) -> Summary:
    """Compute what a page shows of it: all intervals, all pairs of systems in the primary measure, every slice."""
    told = summary.of(result)
    assert told.resampling is not None
    pairs = list(combinations(range(len(result.systems)), 2))
    values = result.values[PRIMARY]
    told.resampling.differences(np.stack([values[a] for a, _ in pairs]), np.stack([values[b] for _, b in pairs]))
    for facet in slices.FACETS:
        slices.of(result, facet, resampling=told.resampling)
    return told


def main() -> None:
    """Print milliseconds and queries a second."""
    print(f"load average {os.getloadavg()[0]:.1f}, {os.cpu_count()} cores")
    queries, lists = made_up()
    result = measured(queries, lists)
    size = f"{SYSTEMS} systems x {QUERIES:,} queries"
    print(f"metrics page, {size}: {len(result.values)} measures with intervals, {SYSTEMS * (SYSTEMS - 1) // 2} comparisons, "
          f"{len(slices.FACETS)} facets: {_median(lambda: shown(result)):,.0f} ms (aim <= 1,000)")
    print(f"measures and bounds from the lists, {size}: {_median(lambda: measured(queries, lists)):,.0f} ms")
    _against_ir_measures(queries, lists)


def _against_ir_measures(queries: list[ScoredQuery], lists: Lists) -> None:
    asked = list({str(each): each for name in measures.CATALOGUE for each in [measures.asked(name, RELEVANT_FROM)]}.values())
    qrels = {query.query_id: dict(query.grades) for query in queries}
    ranked = next(iter(lists.values()))
    table = measures.Table(queries, relevant_from=RELEVANT_FROM)

    def bare() -> list[ir_measures.Metric]:
        run = {query_id: {item: float(DEPTH - place) for place, item in enumerate(found)} for query_id, found in ranked.items()}
        return list(ir_measures.iter_calc(asked, qrels, run))

    mine, theirs = alternate(lambda: table.of(ranked), bare, times=TURNS)
    report("evaluation: queries/s in every measure, over bare ir-measures", QUERIES / mine * 1000, QUERIES / theirs * 1000,
           "queries/s", aim="(aim >= 1)")


def _ranked(query: ScoredQuery, bank: list[str], rng: random.Random) -> tuple[str, ...]:
    """Ten judged items, then whatever comes; every twentieth query has an unjudged one on top, as pooled labels leave them."""
    found = [*rng.sample(bank, rng.random() < 0.05), *rng.sample(sorted(query.grades), 10), *rng.sample(bank, DEPTH)]
    return tuple(dict.fromkeys(found))[:DEPTH]


def _median(call: Callable[[], object]) -> float:
    taken = []
    for _ in range(TURNS):
        start = time.perf_counter()
        call()
        taken.append((time.perf_counter() - start) * 1000)
    return statistics.median(taken)


if __name__ == "__main__":
    main()
