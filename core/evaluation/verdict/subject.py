"""Which stored run speaks for the variant that was registered, and which for its baseline."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from core.errors import NotFoundError
from core.evaluation import naming
from core.evaluation.results import ScenarioResult, SystemRun
from core.evaluation.verdict.gates import GateFile, Subject
from core.search import variants

RUN_AGAIN = "`python -m core evaluate`로 다시 평가해 주세요."


@dataclass(frozen=True, slots=True)
class Party:
    """A run that may speak for the subject or the baseline."""

    run: SystemRun | None
    lacking: str
    """Why it does not count and what to do, in Korean; empty: it does."""


def subject_of(result: ScenarioResult, file: GateFile) -> Party:
    """Return the run of the registered variant, whatever it is called; else the plain system's, which does not count."""
    wanted = file.subject
    runs = sorted((run for run in result.systems if is_same_pipeline(run.system, wanted.system)), key=lambda run: len(run.system))
    if not runs:
        return Party(None, f"{naming.label(wanted.system)}의 실행이 없습니다. `python -m core evaluate`로 평가해 주세요.")
    for run in runs:
        if not run.miniature and not differences(_of_run(run), wanted):
            return _checked(run)
    first = runs[0]
    if first.miniature:
        return Party(first, "")  # said once for all, as what makes the evidence worthless
    told = ", ".join(differences(_of_run(first), wanted))
    return Party(first, f"등록한 변형({variant_text(wanted)})의 실행이 아닙니다({told}). "
                        f"{wanted.system}@{wanted.precision}을(를) 임베딩하고 평가해 주세요.")


def baseline_of(result: ScenarioResult, file: GateFile) -> Party:
    """Return the baseline's run."""
    name = file.baseline.system
    for run in result.systems:
        if run.system == name:
            return _checked(run)
    return Party(None, f"견줄 시스템({naming.label(name)})의 실행이 없습니다. `python -m core evaluate`로 평가해 주세요.")


def part_of(result: ScenarioResult, file: GateFile, suffix: str) -> Party:
    """Return the run of the subject with items encoded by one of their parts (``text-only``, ``image-only``).

    It must be like the subject's run in everything else, or their difference would say something about that.
    """
    whole = subject_of(result, file).run
    wanted = variants.CONTENTS[suffix]
    runs = [run for run in result.systems if run.system.partition("@")[0] == file.subject.system and _content(run.system) == wanted]
    for run in runs:
        if whole is None or _of_run(run) == _of_run(whole):
            return _checked(run)
    name = naming.label(f"{file.subject.system}@{suffix}")
    if not runs:
        return Party(None, f"{name}의 실행이 없습니다. 임베딩하고 평가해 주세요.")
    return Party(runs[0], f"{name}의 실행이 A의 실행과 정밀도나 그림 크기가 다릅니다. 같은 설정으로 임베딩하고 평가해 주세요.")


def is_same_pipeline(name: str, system: str) -> bool:
    """Return whether a name is the system's or that of a variant of it that encodes whole items."""
    return name.partition("@")[0] == system and _content(name) is None


def differences(config: Mapping[str, Any], wanted: Subject, *, precision: str = "") -> list[str]:
    """Return in what a configuration is not the registered one, in Korean; ``dims`` None means all dimensions.

    Args:
        config: ``precision``, ``max_pixels``, ``dims``.
        precision: asked for instead of the subject's.
    """
    found = []
    if config.get("precision") != (precision or wanted.precision):
        found.append(f"정밀도 {config.get('precision') or '모름'}")
    if config.get("max_pixels") != wanted.max_pixels:
        pixels = config.get("max_pixels")
        found.append(f"그림 {pixels:,}픽셀" if pixels else "그림 크기 모름")
    if config.get("dims") not in (None, wanted.dims):
        found.append(f"{config['dims']}차원")
    return found


def variant_text(wanted: Subject) -> str:
    """Return the registered variant in words: ``nf4 · 그림 최대 262,144픽셀 · 2048차원``."""
    return f"{wanted.precision} · 그림 최대 {wanted.max_pixels:,}픽셀 · {wanted.dims}차원"


def _content(name: str) -> str | None:
    """Return the part of an item that a variant encodes, None for all of it; '' of a name this release does not know."""
    try:
        return variants.find(name).content
    except NotFoundError:
        return ""


def _of_run(run: SystemRun) -> dict[str, Any]:
    """Return the settings of the first encoder of a run; a run keeps fewer dimensions than its vectors have where it says so."""
    sets = run.config.get("sets") or [{}]
    return {"precision": sets[0].get("precision", run.precision), "max_pixels": sets[0].get("max_pixels"),
            "dims": run.config.get("dims") or sets[0].get("dims")}


def _checked(run: SystemRun) -> Party:
    if run.stale:
        return Party(run, f"{run.label}의 실행이 옛 벡터나 옛 문항으로 한 것입니다. {RUN_AGAIN}")
    if run.unanswered:
        return Party(run, f"{run.label}의 실행에 쿼리 {len(run.unanswered):,}개의 답이 없습니다. {RUN_AGAIN}")
    return Party(run, "")
