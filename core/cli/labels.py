"""``labels …``: everything about ground truth, from the pool to the frozen version."""

from __future__ import annotations

import argparse
import importlib

from core.jobs import verbs as jobs_verbs

ACTIONS = {
    "pool": "후보 쌍을 모아 라벨링 라운드를 엽니다",
    "rounds": "라운드와 라벨러별 진행을 봅니다",
    "calibrate": "등급을 합의한 쌍으로 연습 라운드를 열고 결과를 봅니다",
    "pick": "담당자가 고른 쌍을 라운드에 더합니다",
    "flags": "결함이 신고된 문항을 보고 풀어 줍니다",
    "status": "쿼리, 쌍, 판정, 라벨러, 정답 버전의 수를 봅니다",
    "contribution": "시스템마다 혼자 찾아 낸 정답이 얼마나 되는지 봅니다",
    "query": "쿼리를 만들고 고치고 거둡니다",
    "agreement": "라벨러 사이의 일치도를 잽니다",
    "adjudicate": "판정이 갈린 쌍을 보고 최종 등급을 정합니다",
    "freeze": "지금의 판정을 바뀌지 않는 정답 버전으로 굳힙니다",
    "diff": "두 정답 버전을 견줍니다",
    "import": "정답 파일을 가져옵니다",
    "export": "정답이나 판정 기록을 파일로 내보냅니다",
}


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the verb's actions, each from a module of its own."""
    actions = parser.add_subparsers(dest="action", required=True, metavar="ACTION")
    for name, summary in ACTIONS.items():
        try:
            module = importlib.import_module(f"core.cli.labels_{name}")
        except ModuleNotFoundError:
            continue
        subparser = actions.add_parser(name, help=summary, description=summary)
        module.add_arguments(subparser)
        if jobs_verbs.found(["labels", name]):
            subparser.add_argument("--job", type=int, metavar="ID", help=argparse.SUPPRESS)
        subparser.set_defaults(act=module.run)


def run(arguments: argparse.Namespace) -> int:
    """Run the chosen action."""
    return arguments.act(arguments)
