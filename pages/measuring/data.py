"""What the sections read: the evaluation under the chosen ground truth, computed once for all who look.

A section is given a ``Shown``. ``summary``, ``comparisons`` and ``once`` compute over its evaluation and keep what they computed
until a run, a version or a setting that the numbers rest on is another.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from threading import RLock
from typing import Any, TypeVar

import streamlit as st

from core.accounts.person import Person
from core.accounts.rights import Act
from core.evaluation import assembling, comparisons, measures
from core.evaluation import summary as summaries
from core.evaluation.comparisons import PlannedComparison
from core.evaluation.results import Evaluation, ScenarioResult
from core.evaluation.scenarios import GATE
from core.evaluation.summary import Summary
from core.evaluation.verdict import bands, load, questions
from core.evaluation.verdict.body import Body
from core.evaluation.verdict.decision import decide
from core.evaluation.verdict.outcome import Answer, Band, Decision
from core.labels import rounds
from core.labels.versions import truth
from core.settings import settings
from core.store import collections
from core.store.collections import Collection
from core.store.truths import Version
from pages.measuring import address
from pages.measuring.address import Asked
from pages.widgets import doors, person

T = TypeVar("T")
_EVALUATIONS = 4
"""So many are kept, each with what was computed over it: at a thousand queries that is some 100 MB of resamples."""


@dataclass(frozen=True, slots=True, eq=False)
class Held:
    """An evaluation and what was computed over it, shared by all who look; both go when the numbers are others."""

    evaluation: Evaluation
    computed: dict[str, Any] = field(default_factory=dict)
    lock: RLock = field(default_factory=RLock)
    """Whoever comes second waits for what the first computes."""


@dataclass(frozen=True, slots=True, eq=False)
class Shown:
    """What a section draws from."""

    who: Person | None
    asked: Asked
    collection: Collection
    held: Held

    @property
    def evaluation(self) -> Evaluation:
        """Every scenario's values under the ground truth that is asked for; never to be changed."""
        return self.held.evaluation

    def may(self, act: Act) -> bool:
        """Return whether this person may do an act here."""
        return person.may(self.who, act)

    def result(self, scenario: str = "") -> ScenarioResult:
        """Return a scenario's result; without a key that of the scenario the address asks for."""
        return self.evaluation.scenarios[scenario or self.asked.scenario]


def asked(sections: list[str]) -> tuple[Asked, list[str]]:
    """Return what the address asks for, and a Korean sentence for each value that cannot be used."""
    parameters = {name: st.query_params.get_all(name) for name in st.query_params}
    return address.parse(parameters, sections=sections, measures=list(measures.CATALOGUE))


def put(**changed: str | None) -> None:
    """Write parameters into the address, keeping the others; None and "" take one out. The page is drawn anew by its widget."""
    for name, value in changed.items():
        if value:
            st.query_params[name] = value
        elif name in st.query_params:
            del st.query_params[name]


def collection() -> Collection | None:
    """Return the collection that is measured, None where it has no items yet."""
    name = settings().collection
    if name not in {found.name for found in doors.collections(name)}:
        return None
    with doors.database().connection() as conn:
        return collections.get(conn, name)


def may_see_grades(found: Collection, who: Person | None) -> bool:
    """Return whether grades, and whatever follows from them, may be shown to this person now."""
    with doors.database().connection() as conn:
        return rounds.may_see_grades(conn, found.id, who)


def versions(found: Collection) -> list[Version]:
    """Return the frozen ground truth versions, newest first."""
    with doors.database().connection() as conn:
        return truth.versions(conn, found.id)[::-1]


def shown(found: Collection, wanted: Asked, who: Person | None) -> Shown:
    """Return what is drawn from.

    Raises:
        NotFoundError: there is no ground truth version of that number.
    """
    with doors.database().connection() as conn:
        fingerprint = assembling.fingerprint(conn, found.id, wanted.gt)
    return Shown(who, wanted, found, _held(found.name, wanted.gt, fingerprint))


@st.cache_resource(max_entries=_EVALUATIONS, show_spinner="지표를 계산하는 중입니다…")
def _held(name: str, gt: int | None, fingerprint: str) -> Held:
    with doors.database().connection() as conn:
        return Held(assembling.load(conn, name, version=gt))


def summary(at: Shown, scenario: str = "") -> Summary:
    """Return means, intervals and bounds of a scenario: of the asked one without a key."""
    key = scenario or at.asked.scenario
    return once(at, f"summary:{key}", lambda: summaries.of(at.result(key)))


def planned(at: Shown) -> list[PlannedComparison]:
    """Return the six planned comparisons."""
    return once(at, "planned", lambda: comparisons.planned(at.evaluation))


def decision(at: Shown, thresholds: Mapping[str, float] | None = None) -> Decision:
    """Return the computed verdict; with other thresholds what it would be, which is stored nowhere."""
    def gathered() -> Body:
        with doors.database().connection() as conn:
            return load.body_of(conn, at.evaluation, drawn=summary(at, GATE).resampling)

    beside = _beside(at)
    body = once(at, f"body:{beside}", gathered)
    return decide(body, thresholds) if thresholds else once(at, f"decision:{beside}", lambda: decide(body))


def answers(at: Shown) -> tuple[Answer, ...]:
    """Return the answers to the plan's five questions."""
    return once(at, f"answers:{_beside(at)}", lambda: questions.answers(decision(at), at.evaluation))


def further(at: Shown) -> tuple[Band, ...]:
    """Return the plan's further criteria (2.3)."""
    def found() -> tuple[Band, ...]:
        with doors.database().connection() as conn:
            return bands.of(conn, at.evaluation)

    return once(at, f"bands:{_beside(at)}", found)


def _beside(at: Shown) -> str:
    """Return a word that changes with what a decision rests on beside the evaluation."""
    with doors.database().connection() as conn:
        return load.fingerprint(conn, at.collection.id)


def once(at: Shown, name: str, compute: Callable[[], T]) -> T:
    """Return what ``compute`` returns, computed at the first asking under this name and these numbers.

    Args:
        name: unique among all sections; with whatever ``compute`` depends on beside the evaluation: ``slices:unit:cR@5``.
    """
    with at.held.lock:
        if name not in at.held.computed:
            at.held.computed[name] = compute()
        return at.held.computed[name]
