"""Everything a report says, read once: the evaluation with its draws, the decision, measurements, error cases, the queries shown."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property

from psycopg import Connection

from core.bench import overview
from core.evaluation import assembling, comparisons, naming, summary
from core.evaluation.analysis.cases import ErrorCase
from core.evaluation.comparisons import PlannedComparison
from core.evaluation.results import Evaluation, ScenarioResult, ScoredQuery, SystemRun
from core.evaluation.scenarios import BASELINE, GATE, TUNED
from core.evaluation.summary import Summary
from core.evaluation.verdict import background, bands, critical, evidence, gates, load, questions
from core.evaluation.verdict.decision import decide
from core.evaluation.verdict.outcome import Answer, Band, CriticalError, Decision
from core.items.record import Kind
from core.labels.consensus import agreement
from core.labels.consensus.agreement import AgreementReport
from core.report import files
from core.report.final.typesetting import TEMPLATE
from core.store import error_cases, evaluation_state, items, measurements
from core.store.items import StoredItem
from core.store.measurements import Measurement

FORM = 4
"""Of what the chapters say; one more with every change to them, so that reports of an older form are old."""
SHOWN = 3
"""Places of each list in the samples."""
SUBJECT = "qwen3-vl"


@dataclass(frozen=True)
class Facts:
    """What a report is written from. Nothing in it is computed by a report itself."""

    evaluation: Evaluation
    summaries: Mapping[str, Summary]
    planned: Sequence[PlannedComparison]
    decision: Decision
    answers: tuple[Answer, ...]
    bands: tuple[Band, ...]
    measured: Sequence[Measurement]
    """Benches and automatic checks, the newest first."""
    register: Sequence[CriticalError]
    cases: Sequence[ErrorCase]
    facets: Mapping[str, list[tuple[str, int]]]
    agreed: AgreementReport
    """How far the people agree who judged the same pairs blind, as of now."""
    samples: tuple[ScoredQuery, ...]
    items: Mapping[str, StoredItem]
    """Those that the samples and error cases name."""
    fingerprint: str
    """Changes whenever a report would say something else; see ``fingerprint``."""

    @property
    def gate(self) -> ScenarioResult:
        """The scenario that the gates bind to."""
        return self.evaluation.scenarios[GATE]

    @cached_property
    def runs(self) -> dict[int, SystemRun]:
        """Every run a number comes from, by number."""
        return {run.run_id: run for result in self.evaluation.scenarios.values() for run in result.systems}

    @cached_property
    def benches(self) -> list[Measurement]:
        """Measurements of speed, memory and stability, without the automatic checks."""
        return [each for each in self.measured if each.kind in overview.KINDS]

    @property
    def newest(self) -> datetime | None:
        """When the newest evidence was made; None where there is none."""
        version = self.evaluation.truth.version
        return max([*(run.created_at for run in self.runs.values()), *(each.measured_at for each in self.measured),
                    *([version.created_at] if version else [])], default=None)

    @property
    def miniature(self) -> bool:
        """Whether any number comes from a miniature model."""
        return self.decision.miniature or any(run.miniature for run in self.runs.values()) or any(
            each.miniature for each in self.benches)

    def main(self, result: ScenarioResult) -> list[SystemRun]:
        """Return a scenario's systems without variants; tuned D stands for D where there is one."""
        found = [run for run in result.systems if "@" not in run.system or run.system == TUNED]
        return sorted((run for run in found if run.system != BASELINE or not result.has(TUNED)), key=lambda run: naming.order(run.system))


def read(conn: Connection, collection: str) -> Facts:
    """Read everything a report on a collection needs, under its latest ground truth.

    Raises:
        NotFoundError: there is no such collection.
    """
    evaluation = assembling.load(conn, collection)
    found = {key: summary.of(result) for key, result in evaluation.scenarios.items()}
    planned = comparisons.planned(evaluation, summaries=found)
    measured, file = measurements.listing(conn), gates.load()
    register = critical.history(conn, evaluation.collection_id)
    decision = decide(evidence.gather(evaluation, file, measured=measured, register=register,
                                      background=background.read(conn, evaluation), drawn=found[GATE].resampling))
    cases = files.cases(conn, evaluation)
    chosen = _samples(evaluation.scenarios[GATE])
    named = {item for query in chosen for system in evaluation.scenarios[GATE].lists.values()
             for item in system.get(query.query_id, ())[:SHOWN]} | {query.query.source_item_id or "" for query in chosen}
    return Facts(
        evaluation=evaluation, summaries=found, planned=planned, decision=decision,
        answers=questions.answers(decision, evaluation, planned=planned, summaries=found),
        bands=bands.of(conn, evaluation, file), measured=measured, register=register, cases=cases,
        facets=items.facets(conn, evaluation.collection_id), agreed=agreement.report(conn, evaluation.collection_id), samples=chosen,
        items=items.get_many(conn, evaluation.collection_id, sorted(named - {""})), fingerprint=fingerprint(conn, evaluation.collection_id))


def fingerprint(conn: Connection, collection_id: int) -> str:
    """Return a word that changes whenever runs, ground truth, measurements, gates or what people said of them do; cheap."""
    said = error_cases.latest(conn, collection_id, scenario=GATE, system=SUBJECT)
    told = [assembling.fingerprint(conn, collection_id), evaluation_state.of_judgments(conn, collection_id),
            load.fingerprint(conn, collection_id), gates.load().sha256,
            sorted((*key, word.cause, word.note) for key, word in said.items()), FORM, hashlib.sha256(TEMPLATE.read_bytes()).hexdigest()]
    return hashlib.sha256(json.dumps(told).encode()).hexdigest()


def _samples(result: ScenarioResult) -> tuple[ScoredQuery, ...]:
    """Return a query of each kind at the middle of A's NDCG@10: typical by a rule, not picked. None where A was not run."""
    if not result.has(SUBJECT):
        return ()
    values = result.of(SUBJECT, "nDCG@10")
    chosen = []
    for kind in Kind:
        own = sorted((float(values[place]), query.query_id, place) for place, query in enumerate(result.queries)
                     if query.facets.get("kind") == kind.value)
        if own:
            chosen.append(result.queries[own[len(own) // 2][2]])
    return tuple(chosen)
