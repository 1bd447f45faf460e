"""``bench show``: one measurement, with what it ran on."""

from __future__ import annotations

import argparse

from core.cli.output import print_json


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the action's arguments."""
    parser.add_argument("id", type=int, help="측정 번호")
    parser.add_argument("--json", action="store_true", help="결과와 환경을 JSON 하나로 출력합니다")


def run(arguments: argparse.Namespace) -> int:
    """Print the measurement."""
    from core.bench import overview
    from core.cli import bench_output
    from core.store import measurements, open_database

    with open_database().connection() as conn:
        found = measurements.get(conn, arguments.id)
    if arguments.json:
        print_json(overview.as_json(found))
    else:
        bench_output.print_measurement(found)
        bench_output.print_environment(found)
    return 0
