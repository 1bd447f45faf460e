"""What each step says in one sentence, from the same results that the pages show."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Mapping, Sequence

from core.decision.roles import CHOICES, ROLES
from core.evaluation import naming
from core.evaluation.analysis.cases import TOP, ErrorCase
from core.evaluation.analysis.causes import CAUSES
from core.evaluation.comparisons import PlannedComparison
from core.evaluation.verdict.gates import GateFile
from core.evaluation.verdict.outcome import Decision, GateResult
from core.labels.versions.truth import Truth
from core.plan.risks import RISKS, Stated
from core.store.decisions import StoredDecision

_PEOPLE = ("human",)
HARDWARE = ("latency", "vram", "stability")
"""Sources of the gates that the machine decides."""


def question(file: GateFile) -> str:
    """Say what is to be decided, and by how many conditions."""
    kinds = Counter(gate.kind for gate in file.gates)
    old = naming.label(file.baseline.system.partition("@")[0])
    return (f"{naming.label(file.subject.system)}로 {old}을 대신할 수 있는지, "
            f"Go 조건 {kinds['go']}개와 No-Go 조건 {kinds['no-go']}개로 정합니다.")


def data(truth: Truth, *, items: int) -> str:
    """Say how much was graded, and how much of it by people."""
    if not truth.grades:
        return f"문항 {items:,}개가 있고, 정답은 아직 없습니다."
    pairs = sum(truth.origins.values())
    people = sum(truth.origins.get(origin, 0) for origin in _PEOPLE)
    whose = "모두 사람이 매겼습니다" if people == pairs else f"사람이 매긴 것은 {people:,}개입니다"
    return f"문항 {items:,}개, 쿼리 {len(truth.grades):,}개에 등급 {pairs:,}개가 있고, {whose}."


def measures(found: PlannedComparison, *, title: str) -> str:
    """Say how the planned comparison of the gate set ended; ``title`` is the measure's."""
    if found.difference is None:
        return f"아직 견줄 수 없습니다. {found.missing}"
    a, b, value = _letter(found.a), _letter(found.b), found.difference.value
    if not found.significant:
        return f"{a}와 {b}의 {title} 차이는 {_signed(value)}이고, 뚜렷하지 않습니다."
    return f"{a}의 {title} 값이 {b}보다 {abs(value):.3f} {'높고' if value > 0 else '낮고'}, 차이가 뚜렷합니다."


def hardware(gates: Sequence[GateResult]) -> str:
    """Say how many of the machine's gates have evidence that counts, and how they stand."""
    own = [gate for gate in gates if gate.kind == "go" and gate.source in HARDWARE]
    counted = [gate for gate in own if gate.passed is not None]
    missed = [gate.title for gate in counted if not gate.passed]
    if missed:
        return f"하드웨어 기준 {len(own)}개 가운데 {', '.join(missed)}이(가) 기준에 못 미칩니다."
    if len(counted) < len(own):
        absent = ", ".join(gate.title for gate in own if gate.passed is None)
        return f"하드웨어 기준 {len(own)}개 가운데 {len(own) - len(counted)}개는 판정에 쓸 근거가 없습니다: {absent}."
    return f"하드웨어 기준 {len(own)}개를 모두 충족합니다."


def errors(found: Sequence[ErrorCase], *, queries: int) -> str:
    """Say how many queries were missed, and the commonest cause."""
    if not queries:
        return "아직 셀 쿼리가 없어 오류 사례도 없습니다."
    missed = sum(each.kind == "missed" for each in found)
    against = next((each.against for each in found if each.kind == "lost" and each.against), None)
    told = (f"쿼리 {queries:,}개 가운데 {missed:,}개에서 상위 {TOP}개에 정답이 없" if missed
            else f"쿼리 {queries:,}개 모두 상위 {TOP}개에 정답이 있")
    told += f"고, {len(found) - missed:,}개에서 {_letter(against)}보다 못합니다." if against else "습니다."
    most = next(iter(causes(found).items()), None)
    return told if most is None else f"{told} 가장 많은 원인은 {CAUSES[most[0]]}({most[1]:,}건)입니다."


def risks(said: Mapping[str, Stated]) -> str:
    """Say which of the plan's risks have come about, and of how many nobody has spoken."""
    if not said:
        both = [risk.name for risk in RISKS if risk.impact == risk.likelihood == "높음"]
        return f"위험 {len(RISKS)}가지의 지금을 아직 적지 않았습니다. 영향과 확률이 모두 높은 것은 {', '.join(both)}입니다."
    happened = [risk.name for risk in RISKS if risk.name in said and said[risk.name].status == "happened"]
    told = (f"위험 {len(RISKS)}가지 가운데 지금 일어난 것은 {', '.join(happened)}입니다." if happened
            else f"위험 {len(RISKS)}가지 가운데 지금 일어난 것은 없습니다.")
    unsaid = sum(risk.name not in said for risk in RISKS)
    return f"{told} {unsaid}가지는 아직 적지 않았습니다." if unsaid else told


def verdict(decision: Decision) -> str:
    """Say the computed verdict, and by how much the evidence falls short of one."""
    lacking = len(decision.invalid) + len(decision.missing)
    if decision.verdict == "undetermined":
        return f"지금의 근거로는 판정할 수 없습니다. 갖출 것이 {lacking:,}가지 남았습니다."
    return f"등록한 기준으로 계산한 판정은 {decision.title}입니다."


def signed(decision: StoredDecision | None, names: Collection[str]) -> str:
    """Say what the meeting decided, and how many of the three have signed; ``names`` are the roles that have."""
    if decision is None:
        return "결정을 적고, 세 사람이 이름으로 서명합니다."
    left = [title for role, title in ROLES.items() if role not in names]
    told = f"회의의 결정은 {CHOICES[decision.choice]}입니다."
    return f"{told} {', '.join(left)}의 서명이 남았습니다." if left else f"{told} 세 사람이 모두 서명했습니다."


def causes(found: Sequence[ErrorCase]) -> Mapping[str, int]:
    """Return how many cases each cause explains (staff's word, else the likeliest suggestion), most first."""
    counted = Counter(each.cause_shown for each in found if each.cause_shown)
    order = list(CAUSES)
    return dict(sorted(counted.items(), key=lambda each: (-each[1], order.index(each[0]))))


def _letter(system: str) -> str:
    """Return a system's letter, for a sentence that is read aloud."""
    return naming.label(system).partition(" · ")[0]


def _signed(value: float) -> str:
    return f"{value:+.3f}".replace("-", "−")
