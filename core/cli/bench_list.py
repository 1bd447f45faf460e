"""``bench list``: what was measured."""

from __future__ import annotations

import argparse

from core.cli.output import print_json, print_table, say
from core.moments import moment


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the action's arguments."""
    parser.add_argument("--kind", help="이 종류만: latency, throughput, vram, stability, stress, index")
    parser.add_argument("--system", help="이 시스템이나 변형만")
    parser.add_argument("--csv", metavar="FILE", help="계획서 12.2 양식의 performance_results.csv를 씁니다")
    parser.add_argument("--xlsx", metavar="FILE", help="환경까지 담은 Excel을 씁니다")
    parser.add_argument("--json", action="store_true", help="JSON으로 출력합니다")


def run(arguments: argparse.Namespace) -> int:
    """List the measurements, the newest first; benches whose program died are stored on the way."""
    from pathlib import Path

    from core import saving
    from core.bench import overview, running
    from core.report import performance_results
    from core.store import open_database

    database = open_database()
    running.conclude_abandoned(database)
    with database.connection() as conn:
        listed = overview.listing(conn, kind=arguments.kind, system=arguments.system)
    for target, make in ((arguments.csv, performance_results.as_csv), (arguments.xlsx, performance_results.as_xlsx)):
        if target:
            saving.save(Path(target), make(listed))
            say(f"{target}에 썼습니다.")
    if arguments.json:
        print_json({"measurements": [overview.as_json(each) for each in listed]})
    elif listed:
        print_table(("번호", "무엇", "시스템", "값", "장치", "시각", ""), [
            (each.id, overview.kind_title(each.kind), each.system, overview.headline(each), each.device,
             moment(each.measured_at), overview.marks(each)) for each in listed])
    else:
        say("측정이 없습니다. `python -m core bench latency --system A`로 잴 수 있습니다.")
    return 0
