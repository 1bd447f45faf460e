"""``loss A@nf4 --against A``: what a variant loses, measured."""

from __future__ import annotations

import argparse
from dataclasses import asdict

from tqdm import tqdm

from core.cli.output import print_json, print_models, print_table, say
from core.settings import settings


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the verb's arguments."""
    parser.add_argument("variant", nargs="+", help="견줄 변형, 예: A@nf4 A@512")
    parser.add_argument("--against", help="기준 시스템 (기본: 변형의 원래 시스템)")
    parser.add_argument("--collection", default=settings().collection, help="컬렉션 이름")
    parser.add_argument("--json", action="store_true", help="결과를 JSON 하나로 출력합니다")


def run(arguments: argparse.Namespace) -> int:
    """Measure each variant and print one row for it."""
    from core.engine.client import engine
    from core.evaluation.analysis.loss import measure
    from core.store import open_database

    losses = []
    for name in arguments.variant:
        with tqdm(desc=name, unit="쿼리", disable=None) as bar:
            def show(done: int, total: int, bar: tqdm = bar) -> None:
                bar.total = total
                bar.update(done - bar.n)

            losses.append(measure(open_database(), engine(), arguments.collection, variant=name,
                                  against=arguments.against or name.partition("@")[0], progress=show))
    if arguments.json:
        print_json({"collection": arguments.collection, "losses": [asdict(loss) for loss in losses]})
        return 0
    print_table(("변형", "기준", "문항", "코사인 평균", "하위 5%", "최소", "쿼리", "같은 상위 10", "재현율@5 변형", "기준"), [
        (loss.variant, loss.against, loss.items or "-", _shown(loss.cosine_mean, 5), _shown(loss.cosine_p5, 5),
         _shown(loss.cosine_min, 5), loss.queries, _shown(loss.same_top10), _shown(loss.recall_variant),
         _shown(loss.recall_against)) for loss in losses])
    print_models(dict.fromkeys(model for loss in losses for model in loss.models))
    for loss in losses:
        for reason, count in loss.left_out:
            say(f"{loss.variant}: 쿼리 {count:,}개는 뺐습니다. {reason}")
    say(f"재현율의 정답: {losses[0].ground_truth}")
    if any("constructed" in loss.origins or "model" in loss.origins for loss in losses):
        say("정답에 사람이 매기지 않은 것이 섞여 있어 재현율은 참고용입니다.")
    return 0


def _shown(value: float | None, digits: int = 3) -> str:
    return "측정 안 됨" if value is None else f"{value:.{digits}f}"
