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

_NUMBERS = {"fp16": "1단계", "nf4": "2단계", "cloud": "3단계"}
_HOW = {"fp16": "FP16 그대로", "nf4": "Qwen3-VL을 4비트(NF4)로"}
_COSTS = {"fp16": "따로 드는 것이 없습니다.", "nf4": "돈은 들지 않고 품질이 조금 달라질 수 있습니다(지표와 판정에서 확인)."}
_WHY = {
    "card": "이 GPU의 예산 {budget:g} GiB로 계산한 지금 단계입니다.",
    "stepped": "메모리가 모자라 엔진이 4비트로 낮추었으므로 2단계입니다.",
    "remote": "ENGINE_URL이 정해져 있어 원격 엔진이 계산합니다.",
    "none": "이 컴퓨터에는 GPU가 없어 아직 어느 단계도 아닙니다. 대상 카드의 예산 {budget:g} GiB로 예상한 것입니다.",
}
_NEXT = {"fp16": "품질을 그대로 둔 채 모두 함께 견줄 수 있습니다.", "nf4": "4비트로 낮추어야 모두 함께 견줄 수 있습니다.",
         "cloud": "이 예산으로는 모두 함께 올릴 수 없어 GPU를 빌려야 합니다."}


def draw(view: View, where: Room) -> None:
    """Draw the strip. Without a card the steps are forecast for the target card."""
    card = where.device == "cuda"
    budget = where.budget if card and where.budget else int(residency.budget_gib() * 2**30)
    stepped = any(event.kind == "stepped" and event.precision == "nf4" for event in view.status.events)
    found = staging.strategy(budget=budget, card=card, stepped=stepped, context=where.context or staging.planner.CONTEXT)
    cells = "".join(_cell(stage, found, here=card) for stage in found.stages)
    said = f"{_WHY[found.why].format(budget=budget / 2**30)} {'' if found.why in ('stepped', 'remote') else _NEXT[found.first]}"
    markup.draw(f'<div class="ib-stages">{cells}</div><div class="ib-stage-why">{attribute(said.strip())} 크기는 실제 모델의 예상이며 '
                "CUDA 자체의 몫과 가장 큰 계산 메모리가 들어 있습니다.</div>")


def _cell(stage: Stage, found: Strategy, *, here: bool) -> str:
    now = stage.name == found.current
    badge = '<b class="ib-stage-now">지금 여기</b>' if now else ""
    if found.current is None and stage.name == found.first:
        badge = '<b class="ib-stage-now ib-stage-then">대상 카드라면 여기</b>'
    if stage.alone is None:
        low, high = found.usd
        first, last = staging.HOURS
        title = "빌린 GPU 24 GB에서 FP16 그대로"
        costs = f"계획서 기준 {first}–{last}시간에 약 ${low:g}–{high:g}. 앞의 두 단계로 안 될 때 갑니다."
        lines = [_fit("A만", found.stages[0].alone, staging.RENTED), _fit("A–E 모두 함께", found.stages[0].together, staging.RENTED)]
    else:
        title, costs = f"{'이 컴퓨터' if here else '대상 카드'}에서 {_HOW[stage.name]}", _COSTS[stage.name]
        lines = [_fit("A만", stage.alone, found.budget), _fit("A–E 모두 함께", stage.together, found.budget)]
    words = "".join(f"<span>{line}</span>" for line in lines)
    return (f'<div class="ib-stage{" ib-stage-here" if now else ""}"><div><i>{_NUMBERS[stage.name]}</i> {attribute(title)}{badge}</div>'
            f"<p>{words}</p><small>드는 것: {attribute(costs)}</small></div>")


def _fit(words: str, size: int | None, budget: int) -> str:
    sign = "✓ 들어감" if (size or 0) <= budget else "✕ 넘침"
    return f"{words} {in_gib(size or 0)} GiB <em>{sign}</em>"
