"""``bench …``: how fast, how much memory, how reliable; and what was measured."""

from __future__ import annotations

import argparse
import importlib

MEASURES = {
    "latency": "쿼리 하나의 응답 시간을 한 번씩 호출해 잽니다",
    "throughput": "1초에 몇 문항을 인코딩하는지 배치 크기마다 잽니다",
    "vram": "모델을 올린 뒤와 가장 많이 쓸 때의 메모리를 잽니다",
    "stability": "1,000번 이어서 호출해 실패와 메모리 누수를 봅니다",
    "stress": "여러 명이 함께 호출할 때의 응답 시간과 처리량을 잽니다",
}
ACTIONS = {
    **dict.fromkeys(MEASURES, "bench_measure"),
    "gpu-suite": "bench_gpu_suite",
    "index": "bench_index",
    "list": "bench_list",
    "show": "bench_show",
    "export": "bench_export",
    "import": "bench_import",
}
SUMMARIES = MEASURES | {
    "gpu-suite": "실제 크기의 모델 구조를 무작위 가중치로 만들어 속도와 메모리를 잽니다",
    "index": "근사 색인(HNSW)의 재현율, 속도, 크기를 합성 컬렉션에서 정확한 검색과 견줍니다",
    "list": "저장된 측정을 새것부터 봅니다",
    "show": "측정 하나를 환경까지 봅니다",
    "export": "측정을 환경과 함께 파일 하나로 내보냅니다",
    "import": "다른 컴퓨터에서 내보낸 측정을 가져옵니다",
}


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the verb's actions, each from a module of its own."""
    actions = parser.add_subparsers(dest="action", required=True, metavar="ACTION")
    for name, module_name in ACTIONS.items():
        module = importlib.import_module(f"core.cli.{module_name}")
        subparser = actions.add_parser(name, help=SUMMARIES[name], description=SUMMARIES[name])
        module.add_arguments(subparser)
        # A job's number stands behind everything else on the line.
        subparser.add_argument("--job", type=int, metavar="ID", help=argparse.SUPPRESS)
        subparser.set_defaults(act=module.run)


def run(arguments: argparse.Namespace) -> int:
    """Run the chosen action."""
    return arguments.act(arguments)
