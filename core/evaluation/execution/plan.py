"""Which ranked lists an evaluation wants, and which of them are there: asks no engine."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Literal

from psycopg import Connection

from core.errors import InputError, NotFoundError
from core.evaluation.scenarios import BASELINE, SCENARIOS, TUNED, Scenario, Scope
from core.search import query, run_choice, run_config, variants
from core.search.fusion import DEFAULT_WEIGHT, FIXED_WEIGHTS
from core.search.query import Part
from core.search.run_choice import DEPTH
from core.search.run_config import States
from core.search.running import Range
from core.search.service import DEFAULT_RERANK_DEPTH
from core.search.variants import Variant
from core.store import queries, run_lists
from core.store.collections import Collection
from core.store.queries import QueryRevision
from core.store.runs import Run

State = Literal["there", "partial", "missing", "stale", "unavailable"]
TUNED_SCOPES: tuple[Scope, ...] = ("all", "S2", "S4")
"""Where D's weight changes anything. In S1 no item has an image, in S3 no query has a text: D ranks by one channel alone."""
WEIGHTS: dict[float, str] = {weight: f"{BASELINE}@w{weight:g}" if weight != DEFAULT_WEIGHT else BASELINE for weight in FIXED_WEIGHTS}
"""D's fixed weights and the systems that have them."""
_PARTS = ("qwen3-vl@text-only", "qwen3-vl@image-only")
_BESIDE: dict[Scope, tuple[str, ...]] = {
    "all": ("siglip", *_PARTS), "S1": ("bm25",), "S2": ("kure-v1", *_PARTS), "S3": _PARTS[1:], "S4": ("kure-v1", "siglip", *_PARTS),
}
"""What is looked at beside the systems that a scenario names: the parts of A for Q2, and D's halves."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PlannedRun:
    """One system over one scope."""

    system: str
    label: str
    scope: Scope
    state: State
    """``partial``: some queries have no list yet; ``stale``: its vectors, items or models are others today."""
    wanted: int
    """Queries the system can take there."""
    answered: int
    """Those of them that a run of today's vectors has a list for."""
    run_id: int | None
    """The run an evaluation reads now, stale or not."""
    reason: str = ""
    """Why it is unavailable, in Korean."""

    @property
    def missing(self) -> int:
        """Queries that are still to be searched for."""
        return self.wanted - self.answered if self.state != "unavailable" else 0


def planned(conn: Connection, collection: Collection, scenarios: Sequence[str] | None = None,
            systems: Sequence[str] | None = None) -> list[PlannedRun]:
    """Return every list wanted, scope by scope, in the order in which ``executing.execute`` makes them.

    Args:
        scenarios: keys of ``scenarios.SCENARIOS``; all where None.
        systems: names or letters, with a variant's suffixes; the usual ones of each scope where None. D brings the weights
            that its tuning chooses from.

    Raises:
        NotFoundError: no such system or variant.
        InputError: no such scenario.
    """
    known = States(conn)
    asked = queries.current(conn, collection.id)
    changed = queries.stale(conn, collection.id, asked)
    usable = [each for each in asked if each.query_id not in changed]
    parts = query.parts(conn, collection.id, usable)
    found = []
    for scenario in scopes(scenarios):
        there = run_choice.of_scope(conn, collection.id, scenario.scope, known=known)
        for variant in chosen(scenario.scope, systems):
            wanted = [each for each in usable if takes(variant, parts[each.query_id], scenario.part)]
            found.append(_one(conn, collection, scenario, variant, wanted, there.get(variant.name), known))
    return found


def scopes(scenarios: Sequence[str] | None) -> list[Scenario]:
    """Return one scenario for each scope that the named ones need; those of one scope search the same.

    Raises:
        InputError: there is no scenario of that key.
    """
    named = list(SCENARIOS) if scenarios is None else list(scenarios)
    if unknown := [key for key in named if key not in SCENARIOS]:
        raise InputError(f"'{unknown[0]}'이라는 시나리오는 없습니다. 쓸 수 있는 이름: {', '.join(SCENARIOS)}.")
    return list({scenario.scope: scenario for key, scenario in SCENARIOS.items() if key in named}.values())


def chosen(scope: Scope, systems: Sequence[str] | None) -> list[Variant]:
    """Return the systems to run over a scope, those of the same channels next to each other.

    Raises:
        NotFoundError: no such system or variant.
    """
    if systems is None:
        named = {name for scenario in SCENARIOS.values() if scenario.scope == scope for name in scenario.systems}
        systems = [*named, *_BESIDE[scope]]
    names = {variants.find(name).name for name in systems}
    if BASELINE in names and scope in TUNED_SCOPES:
        names.update(WEIGHTS.values())
    return sorted(map(variants.find, names), key=_place)


def shown(systems: Sequence[str] | None) -> list[str] | None:
    """Return the names under which the chosen systems are evaluated: D also with tuned weights; None for all.

    Raises:
        NotFoundError: no such system or variant.
    """
    if systems is None:
        return None
    names = list(dict.fromkeys(variants.find(name).name for name in systems))
    return [*names, *([TUNED] if BASELINE in names else [])]


def is_weight(system: str) -> bool:
    """Whether a system is one of those that D's tuning chooses from, and no more than that."""
    return system in WEIGHTS.values() and system != BASELINE


def takes(variant: Variant, there: Iterable[str], part: Part) -> bool:
    """Whether a system can search for a part of a query that has ``there`` of text and image."""
    has = frozenset(there)
    if query.lacking(has, part):
        return False
    text = "text" in has and part != "image"
    only_text = variant.system.method == "keyword" or (
        variant.system.method == "single" and all(channel.content == "text" for channel in variant.channels))
    return text or not only_text


def range_of(scope: Scope) -> Range:
    """Return what a run of the scope covers."""
    scenario = next(each for each in SCENARIOS.values() if each.scope == scope)
    return Range(scope, scenario.part, scenario.filters)


def _place(variant: Variant) -> tuple:
    """The plan's letters first; a system's plain form before its variants; D's weights in their order."""
    return (variant.system.letter or "Z", variant.system.name, variant.name.count("@"), variant.weight, variant.name)


def _one(conn: Connection, collection: Collection, scenario: Scenario, variant: Variant, wanted: list[QueryRevision],
         there: Run | None, known: States) -> PlannedRun:
    def said(state: State, answered: int = 0, reason: str = "") -> PlannedRun:
        return PlannedRun(system=variant.name, label=variant.label, scope=scenario.scope, state=state, wanted=len(wanted),
                          answered=answered, run_id=there.id if there else None, reason=reason)

    try:
        over = range_of(scenario.scope)
        run_config.describe(conn, collection, variant, depth=DEPTH, rerank_depth=DEFAULT_RERANK_DEPTH, reranker=None,
                            part=over.part, filters=over.filters, known=known)
    except (NotFoundError, InputError) as error:
        return said("unavailable", reason=str(error))
    if there is None or not run_choice.is_standard(there):
        return said("missing" if wanted else "there")
    if run_choice.stale(conn, there, known):
        return said("stale")
    hashes = {each.query_id: each.query_hash for each in run_lists.queries(conn, there.id)}
    answered = sum(hashes.get(each.query_id) == each.content_hash for each in wanted)
    return said("there" if answered == len(wanted) else "partial", answered)
