"""One model held against everything that is published about it, and a report that also says what was not checked."""

from __future__ import annotations

import gc
import logging
from dataclasses import dataclass
from typing import Any

from core.errors import ModelError
from core.models.contract import LoadedModel
from core.models.loading import load
from core.models.parity import reference
from core.models.parity.compare import Check, Subjects, compare, near_batch
from core.models.parity.files import examine
from core.models.parity.observation import Observation, Row, observe
from core.models.parity.rule import Rule, declared, mistakes, published
from core.models.parity.samples import samples
from core.models.parity.subject import Subject
from core.models.record import ModelRecord

_log = logging.getLogger(__name__)
_DTYPES = {"fp32": "float32", "fp16": "float16", "bf16": "bfloat16"}
_BYTES = {"fp32": 4, "fp16": 2}
_BESIDE_WEIGHTS = 1.3
"""Memory for weights and what the forward passes need, as a multiple of the weights."""
_SLOW_ON_CPU = 1_000_000_000
"""Above so many parameters 16 bits on a CPU would take tens of minutes."""


@dataclass(frozen=True, slots=True)
class Report:
    """What was checked of one model, under which conditions."""

    model: LoadedModel
    attention: str
    rule: Rule
    checks: tuple[Check, ...]
    unchecked: tuple[str, ...]
    """Korean sentences."""

    @property
    def ok(self) -> bool:
        """Whether every check holds."""
        return all(check.ok for check in self.checks)


def verify(record: ModelRecord) -> Report:
    """Run every check on an installed checkpoint. Only one copy of the weights is in memory at a time.

    Raises:
        ModelError: it is not installed, or does not fit into memory even in 16 bits.
    """
    if not record.installed:
        raise ModelError(
            f"{record.hub_id} 모델이 설치되어 있지 않습니다. python -m core models download {record.key} 명령으로 내려받아 주세요."
        )
    unchecked = []
    rule = published(record)
    if rule is None:
        rule = declared(record)
        unchecked.append("이 모델의 공개 규칙을 따로 적어 두지 않아, 모델 폴더가 밝힌 풀링과 토크나이저를 규칙으로 삼았습니다.")
    checks = []
    for found in examine(record, rule):
        if isinstance(found, Check):
            checks.append(found)
        else:
            unchecked.append(found)
    device, precision = _placement(record)
    what = Subjects(record, rule, samples(record), half=precision != "fp32")
    seen, info, attention = _watch(what, device=device, precision=precision)
    half = _half_batch(what, device=device) if precision == "fp32" else None
    if half is None:
        unchecked.append("16비트 묶음은 이 컴퓨터에서 너무 오래 걸려 비교하지 않았습니다." if precision == "fp32"
                         else "메모리가 모자라 fp32로는 비교하지 않고 fp16으로만 비교했습니다.")
    try:
        checks += _against_reference(what, seen, half, max_pixels=info.max_pixels, device=device, precision=precision)
    except Exception as error:  # a token or file that the published rule needs is not there: that is the finding
        _log.warning("the published rule cannot be carried out on %s", record.key, exc_info=True)
        checks.append(Check("reference", False, f"공개 규칙대로 실행할 수 없음: {type(error).__name__} {error}"))
    unchecked.append("NF4로 줄인 모델의 차이는 여기서 재지 않습니다. 정밀도별 시스템(@nf4)의 검색 결과로 비교해 주세요.")
    if record.miniature:
        unchecked.append("축소 모델이므로 실제 모델의 파일과 가중치는 확인하지 못했습니다.")
    return Report(info, attention, rule, tuple(checks), tuple(unchecked))


def _against_reference(what: Subjects, seen: Observation, half: Row | None, *, max_pixels: int | None, device: str,
                       precision: str) -> list[Check]:
    """The comparison itself, then the same comparison with every known mistake, which must be noticed."""
    model = reference.load(what.record, dtype=_DTYPES[precision], device=device)

    def by(rule: Rule) -> Observation:
        runner = reference.reference(what.record, rule, model=model, max_pixels=max_pixels, honest=what.rule.pooling)
        return observe(runner, what.samples)

    expected = by(what.rule)
    checks = compare(what, seen, expected)
    if half is not None:
        checks.append(near_batch(Subjects(what.record, what.rule, what.samples, half=True), half, expected))
    for name, wrong in mistakes(what.rule, what.record).items():
        failed = [check.name for check in compare(what, by(wrong), expected) if not check.ok]
        answers = [check for check in failed if check in ("single", "batch", "batch_half")]
        checks.append(Check(f"notices_{name}", bool(answers), f"어긋난 검사: {', '.join(failed) or '없음'}"))
    return checks


def _watch(what: Subjects, *, device: str, precision: str) -> tuple[Observation, LoadedModel, str]:
    loaded = load(what.record, precision=precision, device=device)
    subject = Subject(what.record, what.rule, loaded=loaded)
    try:
        return observe(subject, what.samples), loaded.info, subject.attention
    finally:
        del loaded, subject
        _free()


def _half_batch(what: Subjects, *, device: str) -> Row | None:
    if device == "cpu" and what.record.parameters > _SLOW_ON_CPU:
        return None
    loaded = load(what.record, precision="fp16", device=device)
    try:
        return Subject(what.record, what.rule, loaded=loaded).together(what.samples)[0]
    finally:
        del loaded
        _free()


def _placement(record: ModelRecord) -> tuple[str, str]:
    """The device of the settings, and fp32 where it fits into what is free there now, else fp16."""
    import psutil
    import torch

    from core.models.precision import place

    device = place("fp32").device
    free: Any = torch.cuda.mem_get_info()[0] if device == "cuda" else psutil.virtual_memory().available
    for precision, size in _BYTES.items():
        if record.parameters * size * _BESIDE_WEIGHTS < free:
            return device, precision
    raise ModelError(f"{record.hub_id}를 확인하기에는 메모리가 모자랍니다. 다른 프로그램과 엔진을 끝낸 뒤 다시 실행해 주세요.")


def _free() -> None:
    import torch

    gc.collect()
    if torch.cuda.is_available():
        torch.cuda.empty_cache()
