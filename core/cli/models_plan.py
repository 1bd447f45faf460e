"""``models plan``: do the systems fit into a GPU's memory, and at which precision; told before anything is loaded."""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING

from core.cli.output import print_json, print_table
from core.search.residency import budget_gib

if TYPE_CHECKING:
    from core.models.planner import Plan


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the verb's arguments."""
    parser.add_argument("--budget", type=_gib, default=budget_gib(), metavar="GiB",
                        help="GPU 메모리 예산 (기본: GPU_BUDGET_GB, 없으면 8)")
    parser.add_argument("--system", action="append", default=[], help="이 시스템이나 변형만, 예: A@fp16 (여러 번; 기본: 모두)")
    parser.add_argument("--batch", type=int, choices=range(1, 65), metavar="N", default=None, help="함께 계산할 문항 수 (기본 8)")
    parser.add_argument("--json", action="store_true", help="결과를 JSON 하나로 출력합니다")


def run(arguments: argparse.Namespace) -> int:
    """Print a plan for every system alone and one for all of them together."""
    from core.models import planner, sizes
    from core.search import residency, systems, variants

    groups = residency.groups(variants.find(name) for name in arguments.system or systems.SYSTEMS)
    budget = int(arguments.budget * 2**30)
    plans = {name: planner.plan(wishes, budget=budget, batch=arguments.batch or sizes.BATCH) for name, wishes in groups.items()}
    if arguments.json:
        print_json({"budget_bytes": budget, "plans": [_as_json(name, plan) for name, plan in plans.items()]})
        return 0
    print_table(("시스템", "모델", "정밀도", "가중치", "계산", "그림 토큰", "합계", "판단"), [
        row for name, plan in plans.items() for row in _rows(name, plan)])
    print(f"예산 {arguments.budget:g} GiB, 단위 GiB. 합계에는 CUDA 자체의 {planner.CONTEXT / 2**30:.1f} GiB가 들어 있고, "
          "계산 메모리는 한 번에 한 모델만 쓰므로 가장 큰 것만 더합니다.")
    print("정밀도를 auto로 두면 엔진은 시스템 A–E의 모델이 모두 함께 올라가는 정밀도를 씁니다.")
    return 0


def _gib(text: str) -> float:
    value = float(text)
    if not 0 < value <= 1024:
        raise argparse.ArgumentTypeError("0보다 크고 1024 이하인 수여야 합니다")
    return value


def _rows(name: str, plan: Plan) -> list[tuple[str, ...]]:
    rows = [("", seat.key, seat.precision, _in_gib(seat.weights), _in_gib(seat.working), str(seat.image_tokens or "-"), "", "")
            for seat in plan.seats]
    verdict = "함께 올라갑니다" if plan.fits else "번갈아 올립니다" if plan.possible else "올릴 수 없습니다 (원격 엔진: ENGINE_URL)"
    return [(name, *rows[0][1:6], _in_gib(plan.needed), verdict), *rows[1:]]


def _as_json(name: str, plan: Plan) -> dict:
    return {
        "system": name, "fits": plan.fits, "possible": plan.possible, "needed_bytes": plan.needed, "weights_bytes": plan.weights,
        "working_bytes": plan.working, "context_bytes": plan.context,
        "models": [{"key": seat.key, "asked": seat.asked, "precision": seat.precision, "weights_bytes": seat.weights,
                    "working_bytes": seat.working, "image_tokens": seat.image_tokens, "fits_alone": seat.alone}
                   for seat in plan.seats],
    }


def _in_gib(size: int) -> str:
    return f"{size / 2**30:.2f}"
