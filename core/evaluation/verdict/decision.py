"""The verdict from the evidence, by one rule: invalid evidence > No-Go > missing evidence > Hold > Go."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from core.evaluation.verdict import firmness
from core.evaluation.verdict.body import Body, Evidence
from core.evaluation.verdict.gates import Gate, GateFile, reaches
from core.evaluation.verdict.outcome import Decision, GateResult, Verdict
from core.evaluation.verdict.wording import condition_text, gate_value_text, percent, threshold_text, value_text

OF_QUERIES = ("quality", "relative")
"""Sources that rest on runs and grades: what makes these worthless leaves speed, memory and stability alone."""


def decide(body: Body, thresholds: Mapping[str, float] | None = None) -> Decision:
    """Return the decision.

    A gate passes where its value does; a gate on quality only where it does with unjudged items as grade 0 and as grade 3 as
    well, and a No-Go condition is met only where it is met in all three ways. Evidence that does not count neither passes nor
    fails.

    Args:
        thresholds: other thresholds by gate name, to ask "what if"; the decision says that it is hypothetical.

    Raises:
        NotFoundError: there is no gate of such a name.
        InputError: a threshold is no finite number.
    """
    registered = body.gate_file
    changed = {name: value for name, value in (thresholds or {}).items() if registered.gate(name).threshold != value}
    file = registered.with_thresholds(changed)
    invalid = (*body.invalid, *_out_of_reach(file, body))
    gates = tuple(_weighed(gate, body.evidence[gate.name], body, file, counts=not (invalid and gate.source in OF_QUERIES))
                  for gate in file.gates)
    missing = _missing(file, body)
    verdict, reasons = _concluded(gates, invalid, missing)
    wanted = file.floors.firmness
    pairs = [(gate, body.evidence[gate.name]) for gate in file.gates if gate.kind == "go" and gate.source in OF_QUERIES]
    joint = firmness.share(pairs)
    borderline = verdict == "go" and joint is not None and joint < wanted
    more = firmness.more_groups(pairs, body.groups, wanted=wanted) if borderline else 0
    return Decision(
        verdict=verdict, borderline=borderline, reasons=reasons,
        headline=_borderline(joint or 0.0, more) if borderline else _headline(verdict, gates, invalid, missing, reasons),
        invalid=invalid, missing=missing, cautions=body.cautions, notes=body.notes, gates=gates, checks=body.checks, errors=body.errors,
        joint_firmness=joint, more_queries=more, gate_file=file, hypothetical=changed, collection=body.collection,
        truth_title=body.truth_title, truth_sha256=body.truth_sha256, relevant_from=body.relevant_from, origins=body.origins,
        queries=body.queries, groups=body.groups, subject_run=body.subject_run, baseline_run=body.baseline_run,
        miniature=body.miniature)


def _weighed(gate: Gate, evidence: Evidence, body: Body, file: GateFile, *, counts: bool) -> GateResult:
    ways = evidence.ways or (() if evidence.value is None else (evidence.value,))
    verdicts = [bool(gate.holds(way)) for way in ways]
    # A condition that depends on how the unjudged are counted is not fulfilled: neither a Go gate nor a No-Go condition.
    holds = None if not verdicts else all(verdicts) if gate.kind == "go" else any(verdicts)
    said = [evidence.lacking] if evidence.lacking else []
    if not evidence.lacking and not counts:
        said.append("근거가 유효하지 않아 판정에 쓰지 않습니다.")
    if len(set(verdicts)) > 1:
        said.append(f"판정 안 된 문항을 0으로 치면 {value_text(gate.unit, ways[1])}, 3으로 치면 {value_text(gate.unit, ways[2])}이어서 "
                    "어느 쪽인지 정할 수 없습니다. 빠진 문항을 판정해 주세요.")
    if evidence.remark:
        said.append(evidence.remark)
    pair = [(gate, evidence)]
    return GateResult(
        name=gate.name, title=gate.title, about=gate.about, kind=gate.kind, source=gate.source, value=evidence.value,
        low=evidence.low, high=evidence.high, threshold=gate.threshold, direction=gate.direction, unit=gate.unit,
        passed=None if evidence.lacking or not counts else holds, holds=holds, firmness=firmness.share(pair),
        evidence=evidence.proofs, reason=" ".join(said), unjudged_low=ways[1] if len(ways) == 3 else None,
        unjudged_high=ways[2] if len(ways) == 3 else None, samples=evidence.samples,
        more_queries=firmness.more_groups(pair, body.groups, wanted=file.floors.firmness, failing=holds is False))


def _out_of_reach(file: GateFile, body: Body) -> tuple[str, ...]:
    """Return what is wrong with gates that no system could pass."""
    found = []
    for gate in file.gates:
        ceiling = body.evidence[gate.name].ceiling
        if ceiling is not None and not gate.holds(ceiling):
            found.append(f"{gate.title}: 어떤 시스템도 최대 {value_text(gate.unit, ceiling)}까지만 얻을 수 있어 "
                         f"기준({threshold_text(gate)})에 닿지 못합니다. 정답이나 판정 기준 파일을 고쳐 주세요.")
    return tuple(found)


def _missing(file: GateFile, body: Body) -> tuple[str, ...]:
    """Return a sentence a reason, with all the gates it keeps from a decision."""
    titles: dict[str, list[str]] = {}
    for gate in file.gates:
        if lacking := body.evidence[gate.name].lacking:
            titles.setdefault(lacking, []).append(gate.title)
    return tuple(f"{', '.join(gates)}: {lacking}" for lacking, gates in titles.items())


def _concluded(gates: Sequence[GateResult], invalid: tuple[str, ...], missing: tuple[str, ...]) -> tuple[Verdict, tuple[str, ...]]:
    met = tuple(_met(gate) for gate in gates if gate.kind == "no-go" and gate.passed is False)
    failed = tuple(_failed(gate) for gate in gates if gate.kind == "go" and gate.passed is False)
    if invalid:
        return "undetermined", invalid + missing
    if met:
        return "no-go", met
    if missing:
        return "undetermined", missing
    if failed:
        return "hold", failed
    return "go", (f"Go 조건 {sum(gate.kind == 'go' for gate in gates)}개를 모두 채웠고, No-Go 조건에는 해당하지 않습니다.",)


def _met(gate: GateResult) -> str:
    return f"{gate.title}: {gate_value_text(gate)}, No-Go 조건({condition_text(gate)})에 해당합니다. {gate.reason}".strip()


def _failed(gate: GateResult) -> str:
    return f"{gate.title}: {gate_value_text(gate)}, 기준({threshold_text(gate)})을 채우지 못했습니다. {gate.reason}".strip()


def _headline(verdict: Verdict, gates: Sequence[GateResult], invalid: Sequence[str], missing: Sequence[str], reasons: Sequence[str]) -> str:
    """Return a sentence for the projector: the topics of the reasons, which say themselves what to do."""
    if verdict == "undetermined":
        told = [f"{words}: {', '.join(topics)}." for words, topics in (("판정에 쓸 수 없는 근거", _topics(invalid)),
                                                                       ("모자라는 근거", _topics(missing))) if topics]
        return " ".join(told)
    if verdict == "no-go":
        met = [f"{gate.title} {gate_value_text(gate)} ({condition_text(gate)})" for gate in gates
               if gate.kind == "no-go" and gate.passed is False]
        return f"No-Go 조건에 해당합니다: {', '.join(met)}."
    if verdict == "hold":
        failed = [f"{gate.title} {gate_value_text(gate)} (기준 {threshold_text(gate)}{_unsure(gate)})" for gate in gates
                  if gate.kind == "go" and gate.passed is False]
        return f"Go 조건을 다 채우지 못했습니다: {', '.join(failed)}."
    return reasons[0]


def _unsure(gate: GateResult) -> str:
    """A value that passes, and fails only where the unjudged are counted otherwise, must say so beside itself."""
    return ", 판정 안 된 문항에 따라 달라짐" if reaches(gate.value, gate.direction, gate.threshold) else ""


def _topics(sentences: Sequence[str]) -> list[str]:
    """Return what the sentences are about, each once: the words before the colon."""
    return list(dict.fromkeys(sentence.partition(":")[0] for sentence in sentences))


def _borderline(joint: float, more: int | None) -> str:
    settle = f"쿼리 묶음 {more:,}개를 더 판정하면 굳어집니다." if more else "쿼리를 더해도 굳어지지 않습니다."
    return f"모든 조건을 채웠지만 다시 뽑은 표본의 {percent(joint)}에서만 그렇습니다. {settle}"
