"""All evidence for a decision, gathered from an evaluation, the measurements and the register."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np

from core.evaluation import measures
from core.evaluation.resampling import Resampling
from core.evaluation.results import Evaluation, ScenarioResult, Values
from core.evaluation.scenarios import GATE
from core.evaluation.verdict import cautions, hardware, inference, validity
from core.evaluation.verdict.background import Background
from core.evaluation.verdict.body import Body, Evidence
from core.evaluation.verdict.gates import GateFile
from core.evaluation.verdict.inference import Verified
from core.evaluation.verdict.outcome import Check, CriticalError, Proof
from core.evaluation.verdict.subject import Party, baseline_of, is_same_pipeline, subject_of
from core.labels.versions.truth import Truth
from core.store.measurements import Measurement


def gather(evaluation: Evaluation, file: GateFile, *, measured: Sequence[Measurement], register: Sequence[CriticalError],
           background: Background = Background(), drawn: Resampling | None = None) -> Body:
    """Return everything a decision follows from; reads and stores nothing.

    Args:
        measured: of all kinds, in any order.
        register: critical errors, closed ones too.
        background: what the store remembers of how the evaluation came about.
        drawn: the resampling of the gate set's queries, where it has been made already.
    """
    gate_set, truth = evaluation.scenarios[GATE], evaluation.truth
    subject, baseline = subject_of(gate_set, file), baseline_of(gate_set, file)
    published = _as_published(inference.of_run(subject.run, measured))
    # Numbers of a model that was run wrongly speak neither for it nor against it.
    wrong = published.passed is False
    invalid = (*validity.problems(evaluation, file, [subject.run, baseline.run], unasked=background.unasked),
               *([f"공식 추론과 다름: {published.detail}"] if wrong else []))
    of_queries = _OfQueries(evaluation, subject, baseline, drawn, inference.of_run(baseline.run, measured))
    errors = tuple(each for each in register if each.open and is_same_pipeline(each.system, file.subject.system))
    checks: tuple[Check, ...] = ()
    found: dict[str, Evidence] = {}
    for gate in file.gates:
        if gate.source == "critical":
            own = hardware.checks(gate, file, measured, _items_state(subject))
            checks = (*own, published)
            found[gate.name] = _critical(errors, own if wrong else checks)
        else:
            source: dict[str, Callable[[], Evidence]] = {
                "quality": lambda gate=gate: of_queries.quality(gate.measure),
                "relative": lambda gate=gate: of_queries.relative(gate.measure),
                "latency": lambda gate=gate: hardware.latency(gate, file, measured),
                "vram": lambda gate=gate: hardware.vram(gate, file, measured),
                "stability": lambda gate=gate: hardware.stability(gate, file, measured),
            }
            found[gate.name] = source[gate.source]()
    return Body(
        gate_file=file, evidence=found, invalid=invalid,
        cautions=cautions.of(truth, gate_set, file, background, subject=subject.run, baseline=baseline.run),
        notes=_notes(subject, baseline, gate_set, truth), checks=checks,
        errors=errors, collection=evaluation.collection, truth_title=truth.title, truth_sha256=truth.sha256,
        relevant_from=truth.relevant_from, origins=truth.origins, queries=len(gate_set.queries), groups=len(set(gate_set.groups)),
        subject_run=subject.run and subject.run.run_id, baseline_run=baseline.run and baseline.run.run_id,
        miniature=any(party.run is not None and party.run.miniature for party in (subject, baseline)))


class _OfQueries:
    """Evidence from the gate set's values; every measure is resampled once, and all by the same draws."""

    def __init__(self, evaluation: Evaluation, subject: Party, baseline: Party, drawn: Resampling | None,
                 verified: Verified) -> None:
        self._evaluation, self._result = evaluation, evaluation.scenarios[GATE]
        self._subject, self._baseline = subject, baseline
        self._drawn, self._verified = drawn, verified
        self._known: dict[tuple[str, str], Evidence] = {}

    def quality(self, measure: str) -> Evidence:
        """Return the subject's mean of a measure."""
        return self._once("quality", measure, self._quality)

    def relative(self, measure: str) -> Evidence:
        """Return (subject − baseline) / baseline of their means."""
        return self._once("relative", measure, self._relative)

    def _once(self, source: str, measure: str, compute: Callable[[str], Evidence]) -> Evidence:
        key = (source, measure)
        if key not in self._known:
            self._known[key] = compute(measure)
        return self._known[key]

    def _quality(self, measure: str) -> Evidence:
        run, lacking = self._subject.run, self._subject.lacking
        if run is None or not self._result.queries:
            return Evidence(lacking=lacking or _NO_QUERIES)
        ways = self._ways(measure, run.system)
        draws = self._resampling.means(ways).T
        interval = self._resampling.intervals(ways[:1])[0]
        return Evidence(interval.value, interval.low, interval.high, interval.queries, self._proofs(self._subject), lacking,
                        ways=tuple(float(each) for each in ways.mean(axis=1)), draws=draws,
                        ceiling=measures.ceiling(measure, self._result.queries))

    def _relative(self, measure: str) -> Evidence:
        subject, baseline = self._subject, self._baseline
        lacking = " ".join(dict.fromkeys(filter(None, (subject.lacking, baseline.lacking))))
        if subject.run is None or baseline.run is None or not self._result.queries:
            return Evidence(lacking=lacking or _NO_QUERIES)
        if not self._verified.passed:
            # A baseline that is not run as its makers run it makes the subject look good; that is no fault of the subject's.
            lacking = f"{lacking} {baseline.run.label}의 공식 추론 점검: {self._verified.detail}".strip()
        pairs = list(zip(self._ways(measure, subject.run.system), self._ways(measure, baseline.run.system), strict=True))
        if not all(np.mean(other) for _, other in pairs):
            return Evidence(lacking=lacking or f"{baseline.run.label}의 값이 0이라 비율을 구할 수 없습니다. 실행과 정답을 확인해 주세요.",
                            proofs=self._proofs(subject, baseline))
        told = [self._resampling.ratio(own, other) for own, other in pairs]
        interval = told[0][0]
        return Evidence(interval.value, interval.low, interval.high, interval.queries, self._proofs(subject, baseline), lacking,
                        f"{self._values_text(measure)}.", ways=tuple(each.value for each, _ in told),
                        draws=np.stack([draws for _, draws in told]))

    def _ways(self, measure: str, system: str) -> Values:
        """Return the values as judged, with unjudged items as grade 0 and as grade 3, shape (3, queries)."""
        place = self._result.names.index(system)
        plain = self._result.values[measure][place]
        low, high = self._result.bounds.get(measure, (self._result.values[measure],) * 2)
        return np.stack([plain, low[place], high[place]])

    @property
    def _resampling(self) -> Resampling:
        if self._drawn is None:
            self._drawn = Resampling(self._result.groups)
        return self._drawn

    def _values_text(self, measure: str) -> str:
        runs = [party.run for party in (self._subject, self._baseline)]
        return " · ".join(f"{run.label} {float(np.mean(self._result.of(run.system, measure))) * 100:.1f} %" for run in runs if run)

    def _proofs(self, *parties: Party) -> tuple[Proof, ...]:
        truth = self._evaluation.truth
        version = {"gt": str(truth.version.number)} if truth.version else {}
        of_runs = [Proof(f"실행 {party.run.run_id} · {party.run.label} · {party.run.precision}", {"run": str(party.run.run_id)})
                   for party in parties if party.run is not None]
        return (*of_runs, Proof(f"정답 {truth.title} · {truth.sha256[:8]} · 등급 {truth.relevant_from} 이상", version))


_NO_QUERIES = "판정에 쓸 수 있는 쿼리가 없습니다. 정답이 있는 쿼리를 판정해 굳혀 주세요."


def _critical(errors: Sequence[CriticalError], checks: Sequence[Check]) -> Evidence:
    """Return how many critical errors there are; one is enough to count, none only where every check was run."""
    failed = [check for check in checks if check.passed is False]
    number = len(errors) + len(failed)
    proofs = tuple(Proof(f"등록부 · {each.title} · {each.opened_by}", {"error": each.error_id}) for each in errors)
    proofs += tuple({proof.words: proof for check in checks for proof in check.evidence}.values())
    undone: dict[str, list[str]] = {}
    for check in checks:
        if check.passed is None:
            undone.setdefault(check.detail, []).append(check.title)
    lacking = " ".join(f"{', '.join(titles)} 점검: {detail}" for detail, titles in undone.items())
    told = [f"등록부: {each.title}." for each in errors] + [f"{check.title}: {check.detail}" for check in failed]
    return Evidence(float(number), samples=len(checks), proofs=proofs, lacking="" if number else lacking,
                    remark=" ".join(told))


def _as_published(verified: Verified) -> Check:
    return Check("parity", "공식 추론과 같음(풀링, 지시문, 픽셀)", verified.passed, verified.detail, inference.proofs(verified))


def _items_state(subject: Party) -> str:
    return str(subject.run.config.get("items", "")) if subject.run is not None else ""


def _notes(subject: Party, baseline: Party, gate_set: ScenarioResult, truth: Truth) -> tuple[str, ...]:
    found = []
    if excluded := sum(len(ids) for ids in gate_set.excluded.values()):
        told = ", ".join(f"{reason} {len(ids):,}개" for reason, ids in gate_set.excluded.items())
        found.append(f"정답의 쿼리 가운데 {excluded:,}개는 세지 않았습니다({told}).")
    if truth.unlisted_zero_by:
        found.append(f"목록에 없는 문항은 등급 0이라고 {truth.unlisted_zero_by} 님이 선언했습니다.")
    runs = [party.run for party in (subject, baseline) if party.run is not None]
    if len(runs) == 2 and runs[0].miniature != runs[1].miniature:
        found.append("한쪽은 실제 모델, 다른 쪽은 축소 모델이라 서로 견줄 수 없습니다.")
    return tuple(found)
