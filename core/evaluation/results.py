"""What an evaluation is made of: every scenario's queries, systems and values, computed from stored runs and one ground truth."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import numpy as np
from numpy.typing import NDArray

from core.evaluation.scenarios import BASELINE, TUNED, Scenario
from core.labels.versions.truth import Truth
from core.store.queries import QueryRevision

Values = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class ScoredQuery:
    """A query that counts in a scenario."""

    query: QueryRevision
    group: str
    """What is resampled together: the family of its source item, else the source item, else the query itself."""
    facets: Mapping[str, str]
    """``subject``, ``unit``, ``kind``, ``difficulty``, ``item_type`` of its source item ('' where it has none), ``query_type``."""
    grades: Mapping[str, int]
    """Judged items of the scenario's corpus, the source item left out."""
    relevant: int
    """How many of them are relevant; at least one."""
    candidates: int
    """Items it may find: the scenario's corpus without the source item."""

    @property
    def query_id(self) -> str:
        """The query's id."""
        return self.query.query_id


@dataclass(frozen=True, slots=True)
class SystemRun:
    """The stored run a system's values come from."""

    system: str
    label: str
    run_id: int
    created_at: datetime
    config: Mapping[str, Any]
    miniature: bool
    stale: bool
    """Its vectors, items or models are others today."""
    precision: str
    """Of its encoders, as the run's configuration names them: ``fp16``, or ``fp16 + fp32`` where they differ."""
    unanswered: tuple[str, ...]
    """Scored queries the run has no list for; each counts 0 in every measure."""


@dataclass(frozen=True, slots=True, eq=False)
class ScenarioResult:
    """A scenario's values. Queries and systems stand in the order of the arrays' axes."""

    scenario: Scenario
    items: int
    """Items of the corpus."""
    queries: tuple[ScoredQuery, ...]
    excluded: Mapping[str, tuple[str, ...]]
    """Ids of the truth's queries that do not count here, by Korean reason."""
    systems: tuple[SystemRun, ...]
    values: Mapping[str, Values]
    """By measure name (``measures.CATALOGUE``), shape (systems, queries), all within [0, 1]."""
    bounds: Mapping[str, tuple[Values, Values]]
    """The same for the measures of ``measures.BOUNDED``, with unjudged items counted as grade 0, and as grade 3."""
    lists: Mapping[str, Mapping[str, tuple[str, ...]]]
    """Item ids, best first, by system and query id; a query without a list is not there."""
    ties: Mapping[str, int]
    """By system: places of its top 20s whose score equals the place above (broken by the hash, never by the item's id)."""

    @property
    def groups(self) -> tuple[str, ...]:
        """One label a query."""
        return tuple(query.group for query in self.queries)

    @property
    def names(self) -> tuple[str, ...]:
        """The systems' names."""
        return tuple(each.system for each in self.systems)

    def has(self, system: str) -> bool:
        """Whether a system was run here."""
        return system in self.names

    def of(self, system: str, measure: str) -> Values:
        """Return a system's values of a measure, shape (queries,).

        Raises:
            ValueError: the system was not run here.
        """
        return self.values[measure][self.names.index(system)]

    def stands_for(self, system: str) -> str:
        """Return the system whose values a planned comparison takes: for D the tuned one where there is one."""
        return TUNED if system == BASELINE and self.has(TUNED) else system


@dataclass(frozen=True, slots=True, eq=False)
class Evaluation:
    """All scenarios under one ground truth."""

    collection_id: int
    collection: str
    truth: Truth
    scenarios: Mapping[str, ScenarioResult]
    """By the keys of ``scenarios.SCENARIOS``; every one is there, with no systems where nothing was run."""
