"""2. 테스트 환경: hardware and software of the measurements, the models, the data and its ground truth."""

from __future__ import annotations

from collections.abc import Iterator

from core.bench import overview
from core.evaluation.scenarios import SCENARIOS
from core.evaluation.verdict.outcome import NOT_MEASURED
from core.items import grades
from core.items.naming import KINDS
from core.labels import origins
from core.report.final.blocks import Block, Heading, Table, Words
from core.report.final.facts import Facts
from core.report.final.words import spread
from core.store.measurements import Measurement

_LONGEST, _SAID = 90, 500
_UNITS, _RATERS = 12, 6
"""So many are named."""


def written(facts: Facts) -> Iterator[Block]:
    """Write the chapter."""
    yield Heading(1, "2. 테스트 환경")
    yield Heading(2, "2.1 하드웨어와 소프트웨어")
    yield from _hardware(facts)
    yield Table(("모델", "리비전", "정밀도", "차원", "그림 한도", "표시"), _models(facts), title="모델", align="lllrrl",
                widths=(4.2, 1.6, 1, 0.8, 1.2, 1.2), note="실행에 쓴 그대로입니다. 그림 한도는 픽셀 수입니다.")
    yield Heading(2, "2.2 데이터셋 개요")
    yield from _data(facts)


def _hardware(facts: Facts) -> Iterator[Block]:
    subject = facts.decision.gate_file.subject
    yield Words(f"속도, 메모리, 안정성은 대상 카드({subject.target_device})에서 실제 모델로 잰 값만 판정의 근거가 됩니다.")
    seen: dict[str, tuple[str, ...]] = {}
    for each in facts.benches:
        marks = " · ".join(filter(None, ["축소 모델" if each.miniature else "", "" if overview.on_target(each) else "대상 카드가 아님"]))
        seen.setdefault(each.device, (each.device, _machine(each), _software(each), str(each.id), marks))
    if seen:
        yield Table(("장치", "컴퓨터", "소프트웨어", "측정", "표시"), list(seen.values()), align="lllll", widths=(1.7, 1.8, 4.2, 0.6, 1.6),
                    note="측정에 저장된 환경입니다. 장치마다 가장 새 측정의 것입니다.")
    else:
        yield Words("측정 안 됨: 성능을 잰 적이 없어 장치를 알 수 없습니다.", "note")


def _machine(measured: Measurement) -> str:
    told = measured.environment
    cpu, memory, budget = (told.get(name) for name in ("cpu", "memory_bytes", "budget_bytes"))
    return ", ".join(filter(None, [
        str(cpu) if cpu and str(cpu) not in measured.device else "", f"{told['cores']}코어" if told.get("cores") else "",
        f"카드 메모리 {memory / 1e9:.1f} GB" if memory else "", f"쓸 수 있게 한 메모리 {budget / 1e9:.1f} GB" if budget else "",
        f"드라이버 {told['driver']}" if told.get("driver") else ""])) or "–"


def _software(measured: Measurement) -> str:
    told = measured.environment
    versions = told.get("versions") or {}
    listed = [f"{name} {value}" for name, value in sorted(versions.items())] if isinstance(versions, dict) else [str(versions)]
    return ", ".join([*([str(told["system"])] if told.get("system") else []),
                      *([f"Python {told['python']}"] if told.get("python") else []), *listed])[:_SAID] or "–"


def _models(facts: Facts) -> list[tuple[str, ...]]:
    found: dict[tuple[str, ...], None] = {}
    for run in facts.runs.values():
        reranker = run.config.get("reranker")
        for each in [*run.config.get("sets", ()), *([reranker] if reranker else [])]:
            found[(str(each.get("hub_id", ""))[-_LONGEST:], str(each.get("revision", ""))[:12], str(each.get("precision", "")),
                   str(each.get("dims") or "–"), f"{each['max_pixels']:,}" if each.get("max_pixels") else "–",
                   "축소 모델" if each.get("miniature") else "")] = None
    return sorted(found) or [("없음", "", "", "", "", "")]


def _data(facts: Facts) -> Iterator[Block]:
    truth = facts.evaluation.truth
    kinds = dict(facts.facets.get("kind", []))
    told = [
        ("컬렉션", facts.evaluation.collection),
        ("문항", " · ".join([f"{facts.gate.items:,}개", *(f"{name} {kinds.get(kind.value, 0):,}" for kind, name in KINDS.items())])),
        ("과목", " · ".join(f"{name} {count:,}" for name, count in facts.facets.get("subject", [])) or "없음"),
        ("단원", _units(facts)),
        ("쿼리", f"{len(facts.gate.queries):,}개, 서로 독립인 묶음 {len(set(facts.gate.groups)):,}개"),
        ("정답", f"{truth.title}, SHA-256 {truth.sha256}"),
        ("판정한 쌍", f"{len(truth.rows):,}쌍 ({origins.counted(truth.origins)})"),
        ("판정한 사람", _raters(facts)),
        ("사람 사이의 일치도", _agreement(facts)),
        ("관련으로 치는 등급", f"{grades.titled(truth.relevant_from)} 이상"),
        ("목록에 없는 쌍", f"등급 0 ({truth.unlisted_zero_by} 선언)" if truth.unlisted_zero_by
         else "미판정. 지표에서는 0으로 세고, 3으로 셌을 때도 기준을 채워야 합니다"),
    ]
    yield Table(("무엇", "내용"), told, align="ll", widths=(1, 4))
    yield Table(("시나리오", "문항", "센 쿼리", "뺀 쿼리", "뺀 까닭"), [
        (f"{'' if key == 'gate' else f'{key} '}{SCENARIOS[key].title}", f"{result.items:,}", f"{len(result.queries):,}",
         f"{sum(map(len, result.excluded.values())):,}",
         ", ".join(f"{reason.removesuffix('.').removesuffix('입니다')} {len(ids)}개" for reason, ids in result.excluded.items()) or "–")
        for key, result in facts.evaluation.scenarios.items()], title="시나리오", align="lrrrl", widths=(2, 0.8, 0.9, 0.9, 3))


def _units(facts: Facts) -> str:
    units = facts.facets.get("unit", [])
    more = f" · 그 밖의 단원 {len(units) - _UNITS:,}개" if len(units) > _UNITS else ""
    return (" · ".join(f"{name} {count:,}" for name, count in units[:_UNITS]) or "없음") + more


def _raters(facts: Facts) -> str:
    raters = sorted(facts.agreed.raters, key=lambda each: (-each.graded, each.rater))
    more = f" 외 {len(raters) - _RATERS:,}명" if len(raters) > _RATERS else ""
    return f"{len(raters):,}명 ({', '.join(f'{each.rater} {each.graded:,}쌍' for each in raters[:_RATERS])}{more})" if raters \
        else "블라인드로 판정한 사람이 없습니다"


def _agreement(facts: Facts) -> str:
    found = facts.agreed.overall
    if found.value is None:
        return f"{NOT_MEASURED}. {found.reason}".strip()
    return (f"크리펜도르프 알파 {spread(found.value, found.low, found.high, 2)}, 여럿이 판정한 {found.n:,}쌍. "
            "1은 완전히 같음, 0은 우연만큼 같음")
