"""A made-up evaluation whose numbers are consistent: systems of known strength rank a bank, and all values are computed.

A hundred items in families of four; a family's other items are worth 3 to a query written from one of them, the
neighbouring family's 2, the unit's 1. A system's score is its strength times the grade plus noise.
"""

from __future__ import annotations

import hashlib
import random
from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from core.evaluation import assembling, naming, selection
from core.evaluation.results import Evaluation, ScoredQuery, SystemRun
from core.evaluation.scenarios import SCENARIOS, TUNED, Scenario
from core.labels.versions.truth import Truth
from core.models import registry
from core.search import query as searching
from core.search import variants
from core.store.queries import QueryRevision
from core.store.truths import FrozenRow, Version

SYSTEMS = ("qwen3-vl", "kure-v1", "kure+siglip", TUNED, "qwen3-vl+rerank")
STRENGTHS = {"qwen3-vl": 1.2, "kure-v1": 0.8, "siglip": 0.5, "kure+siglip": 0.9, TUNED: 1.0, "qwen3-vl+rerank": 1.5, "bm25": 0.6}
MADE = datetime(2026, 11, 22, 9, tzinfo=UTC)
_UNITS = ("일차함수", "확률", "닮음과 피타고라스 정리", "수와 식", "부등식과 방정식")
_SIZE = 4
"""Items of a family."""
_STRIDE = 7
"""From one query's source item to the next: few queries come from many families all the same."""


def evaluation(*, queries: int = 60, seed: int = 1, systems: Sequence[str] = SYSTEMS, items: int = 100, depth: int = 100,
               miniature: bool = False, stale: Sequence[str] = (), precision: str = "nf4",
               strengths: Mapping[str, float] | None = None, relevant_from: int = 2, judged: float = 1.0, origin: str = "human",
               proposers: Sequence[str] = ("qwen3-vl", "kure-v1", "siglip", "bm25", "random"), unlisted_zero_by: str = "",
               frozen: bool = True, unanswered: int = 0, scenarios: Sequence[str] = tuple(SCENARIOS)) -> Evaluation:
    """Return an evaluation.

    Args:
        judged: share of the pairs in some system's first ten places, or with a grade above 0, that have a grade.
        proposers: of every row of the truth.
        frozen: False for "미확정".
        unanswered: how many queries, the first by id, the last system has no list for.
        scenarios: those with queries; the others are there, empty.
    """
    rng = random.Random(seed)
    bank = [f"MATH_{number:03d}" for number in range(1, items + 1)]
    asked = [_query(number, bank) for number in range(queries)]
    worth = {query.query_id: {item: grade for item in bank if (grade := _grade(query.source_item_id or "", item, items)) is not None}
             for query in asked}
    power = STRENGTHS | dict(strengths or {})
    scores = {system: {query.query_id: {item: power.get(system, 1.0) * grade + rng.gauss(0, 1)
                                        for item, grade in worth[query.query_id].items()} for query in asked}
              for system in systems}
    known = {query.query_id: _judged(query.query_id, worth, scores, judged, rng) for query in asked}
    truth = _truth(asked, known, relevant_from, origin, proposers, unlisted_zero_by, frozen)
    found = {}
    for key, scenario in SCENARIOS.items():
        taken = [query for query in asked if key in scenarios and _takes(scenario, query)]
        found[key] = _scenario(scenario, taken, bank, known, scores, truth, queries_in_all=asked, systems=systems, depth=depth,
                               miniature=miniature, stale=stale, precision=precision, unanswered=unanswered)
    return Evaluation(1, "math-100", truth, found)


def revision(model: str) -> str:
    """Return a model's checkpoint: the pinned one, where one is pinned."""
    return (registry.record(model).revision or "0123456789abcdef")[:12]


def kind_of(item: str) -> str:
    """Two of four items have a figure."""
    return ("image", "latex", "image", "text")[int(item[-3:]) % 4]


def _query(number: int, bank: Sequence[str]) -> QueryRevision:
    source = bank[number * _STRIDE % len(bank)]
    text, image = f"{source}와 비슷한 문제 {number}", None
    kind = "natural_language"
    if kind_of(source) == "image":
        kind, image = ("text_image", "f" * 64) if number % 3 else ("image", "f" * 64)
        text = None if kind == "image" else text
    return QueryRevision(f"Q{number + 1:03d}", 1, text, image, source, kind, "human", f"hash-{number}", False)


def _grade(source: str, item: str, size: int) -> int | None:
    """What an item is worth to a query from ``source``; None for the source itself, which nobody finds."""
    if source == item:
        return None
    one, other = (int(each[-3:]) - 1 for each in (source, item))
    if one // _SIZE == other // _SIZE:
        return 3
    if one // (2 * _SIZE) == other // (2 * _SIZE):
        return 2
    return int(one * len(_UNITS) // size == other * len(_UNITS) // size)


def _judged(query: str, worth: Mapping[str, Mapping[str, int]], scores: Mapping[str, Mapping[str, Mapping[str, float]]],
            share: float, rng: random.Random) -> dict[str, int]:
    pool = {item for item, grade in worth[query].items() if grade}
    for kind in ("", "image"):
        for each in scores.values():
            listed = [item for item in each[query] if not kind or kind_of(item) == kind]
            pool |= set(sorted(listed, key=lambda item: -each[query][item])[:10])
        listed = [item for item in worth[query] if kind_of(item) != "image"]
        for each in scores.values():
            pool |= set(sorted(listed, key=lambda item: -each[query][item])[:10])
    return {item: worth[query][item] for item in sorted(pool) if share >= 1 or rng.random() < share}


def _truth(asked: Sequence[QueryRevision], known: Mapping[str, Mapping[str, int]], relevant_from: int, origin: str,
           proposers: Sequence[str], unlisted_zero_by: str, frozen: bool) -> Truth:
    rows = tuple(FrozenRow(query, item, f"content-{item}", grade, origin, "single", 1, tuple(sorted(proposers)))
                 for query, graded in known.items() for item, grade in graded.items())
    sha = hashlib.sha256(repr((relevant_from, unlisted_zero_by, rows)).encode()).hexdigest()
    version = Version(1, 1, 1, "판정용", "", relevant_from, unlisted_zero_by, {}, sha, "김라벨", MADE) if frozen else None
    return Truth(version, sha, relevant_from, unlisted_zero_by, dict(Counter(row.origin for row in rows)),
                 {query: dict(graded) for query, graded in known.items()},
                 {query.query_id: query.content_hash for query in asked}, {row.item_id: row.item_hash for row in rows}, rows)


def _takes(scenario: Scenario, query: QueryRevision) -> bool:
    return {"whole": True, "text": query.text is not None, "image": query.image_hash is not None,
            "both": query.text is not None and query.image_hash is not None}[scenario.part]


def _scenario(scenario: Scenario, taken: Sequence[QueryRevision], bank: Sequence[str], known: Mapping[str, Mapping[str, int]],
              scores: Mapping[str, Mapping[str, Mapping[str, float]]], truth: Truth, *, queries_in_all: Sequence[QueryRevision],
              systems: Sequence[str], depth: int, miniature: bool, stale: Sequence[str], precision: str, unanswered: int):
    corpus = {item for item in bank if not scenario.filters.kind or kind_of(item) in scenario.filters.kind}
    counted, without = [], []
    for query in taken:
        grades = {item: grade for item, grade in known[query.query_id].items() if item in corpus}
        relevant = sum(grade >= truth.relevant_from for grade in grades.values())
        if relevant:
            counted.append(ScoredQuery(query, _family(query), _facets(query, len(bank)), grades, relevant,
                                       len(corpus - {query.source_item_id})))
        else:
            without.append(query.query_id)
    # The other parts have other noise: the same scores, seen through another corpus, are enough here.
    lists = {system: {query.query_id: tuple(sorted(corpus & each[query.query_id].keys(),
                                                   key=lambda item, query=query, each=each: -each[query.query_id][item])[:depth])
                      for query in taken} for system, each in scores.items()}
    silent = tuple(query.query_id for query in counted[:unanswered])
    for query_id in silent:
        del lists[systems[-1]][query_id]
    told = [SystemRun(system, naming.label(system), place, MADE, _config(system, miniature, precision), miniature, system in stale,
                      precision, silent if system == systems[-1] else ())
            for place, system in enumerate(systems, start=1 + 20 * list(SCENARIOS).index(scenario.key))]
    unfit = tuple(query.query_id for query in queries_in_all if query not in taken)
    excluded = {searching.lacking(frozenset(), scenario.part) or "": unfit, selection.NO_RELEVANT: tuple(without)}
    return assembling.measured(scenario, items=len(corpus), queries=counted, systems=told if counted else [], lists=lists,
                               ties={}, excluded={reason: ids for reason, ids in excluded.items() if ids},
                               relevant_from=truth.relevant_from, declared=bool(truth.unlisted_zero_by))


def _config(system: str, miniature: bool, precision: str) -> dict[str, Any]:
    """As ``run_config.describe`` writes it, as far as anybody reads it: the plan's image limit, one revision of every model."""
    channels = variants.find(system.replace("@tuned", "")).channels
    return {"system": system, "miniature": miniature, "items": "state of the items", "dims": None,
            "sets": [{"model_key": channel.model, "hub_id": registry.record(channel.model).hub_id, "revision": revision(channel.model),
                      "precision": precision, "dims": 2048, "max_pixels": 512 * 512, "content": channel.content,
                      "miniature": miniature} for channel in channels]}


def _family(query: QueryRevision) -> str:
    return f"family {(int((query.source_item_id or '')[-3:]) - 1) // _SIZE}"


def _facets(query: QueryRevision, size: int) -> dict[str, str]:
    number = int((query.source_item_id or "")[-3:])
    return {"subject": "수학", "unit": _UNITS[(number - 1) * len(_UNITS) // size], "kind": kind_of(query.source_item_id or ""),
            "difficulty": ("하", "중하", "중", "상중", "상")[number % 5], "item_type": ("객관식", "단답형", "서술형")[number % 3],
            "query_type": query.query_type}

