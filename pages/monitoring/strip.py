"""The plan's staged way as a strip: which step this machine is at, what each would take, what the last would cost."""

from __future__ import annotations

from core.engine.forecast import Room
from core.engine.sampler import View
from core.models import staging
from core.models.staging import Stage, Strategy
from core.search import residency
from pages.widgets import markup
from pages.widgets.sizes import in_gib
from pages.widgets.text import attribute

_TITLES = {"fp16": ("1단계", "이 컴퓨터 · FP16"), "nf4": ("2단계", "이 컴퓨터 · Qwen3-VL 4비트 (NF4)"),
           "cloud": ("3단계", "빌린 GPU 24 GB")}
_WHY = {
    "card": "이 GPU의 예산으로 계산한 지금 단계입니다.",
    "stepped": "메모리가 모자라 엔진이 4비트로 낮추었으므로 2단계입니다.",
    "remote": "ENGINE_URL이 정해져 있어 원격 엔진이 계산합니다.",
    "none": "GPU가 없어 아직 어느 단계도 아닙니다. 대상 카드 {budget:g} GiB에서는 이렇게 예상합니다.",
}


def draw(view: View, where: Room) -> None:
    """Draw the strip. Without a card the steps are forecast for the target card."""
    card = where.device == "cuda"
    budget = where.budget if card and where.budget else int(residency.budget_gib() * 2**30)
    stepped = any(event.kind == "stepped" and event.precision == "nf4" for event in view.status.events)
    found = staging.strategy(budget=budget, card=card, stepped=stepped, context=where.context or staging.planner.CONTEXT)
    cells = "".join(_cell(stage, found) for stage in found.stages)
    said = _WHY[found.why].format(budget=budget / 2**30)
    markup.draw(f'<div class="ib-stages">{cells}</div><div class="ib-stage-why">{attribute(said)} 크기는 실제 모델의 예상이며 CUDA 자체의 '
                "몫과 가장 큰 계산 메모리가 들어 있습니다.</div>")


def _cell(stage: Stage, found: Strategy) -> str:
    number, title = _TITLES[stage.name]
    now = stage.name == found.current
    badge = '<b class="ib-stage-now">지금 여기</b>' if now else ""
    lines = [_fit("A만", stage.alone, stage.fits_alone), _fit("A–E 모두 함께", stage.together, stage.fits_together)]
    if stage.alone is None:
        low, high = found.usd
        first, last = staging.HOURS
        lines = [f"계획서 기준 {first}–{last}시간에 약 ${low:g}–{high:g}", "앞의 두 단계로 안 될 때 갑니다"]
    words = "".join(f"<span>{line}</span>" for line in lines)
    return (f'<div class="ib-stage{" ib-stage-here" if now else ""}"><div><i>{number}</i> {attribute(title)}{badge}</div>'
            f"<p>{words}</p></div>")


def _fit(words: str, size: int | None, fits: bool) -> str:
    sign = "✓ 들어감" if fits else "✕ 넘침"
    return f"{words} {in_gib(size or 0)} GiB <em>{sign}</em>"
