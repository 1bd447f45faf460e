"""``bench index``: an approximate index against exact search, at the size of the whole bank."""

from __future__ import annotations

import argparse

from core.bench.asking import CALLS, Asked
from core.cli import bench_measure


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the action's arguments."""
    parser.add_argument("--rows", type=int, metavar="N", help="합성 컬렉션의 문항 수 (기본 176443, 문항 은행 전체)")
    parser.add_argument("--calls", type=int, metavar="N", help=f"색인마다 찾을 쿼리 수 (기본 {CALLS['index']})")
    parser.add_argument("--json", action="store_true", help="결과를 JSON 하나로 출력합니다")


def run(arguments: argparse.Namespace) -> int:
    """Measure; the synthetic collection is dropped at the end, whatever ends it."""
    from core.bench import running
    from core.store import open_database

    asked = Asked("index", calls=arguments.calls, rows=arguments.rows)
    with bench_measure.progress_of(asked) as show:
        measured = running.run_index(open_database(), asked, show=show)
    return bench_measure.tell(measured, as_json=arguments.json)
