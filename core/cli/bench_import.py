"""``bench import``: measurements that were made on another machine."""

from __future__ import annotations

import argparse
from pathlib import Path

from core.cli.output import print_json, print_table, say
from core.errors import InputError


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the action's arguments."""
    parser.add_argument("path", type=Path, help="bench export나 bench gpu-suite가 쓴 파일")
    parser.add_argument("--json", action="store_true", help="결과를 JSON 하나로 출력합니다")


def run(arguments: argparse.Namespace) -> int:
    """Check the file and store what it holds, all or nothing."""
    from core.bench import overview, travelling
    from core.store import open_database

    try:
        data = arguments.path.read_bytes()
    except OSError as error:
        raise InputError(f"파일 {arguments.path}을(를) 열 수 없습니다. 경로와 읽기 권한을 확인해 주세요.") from error
    with open_database().connection() as conn:
        done = travelling.unpack(conn, data)
    if arguments.json:
        print_json({"imported": len(done.new), "unchanged": len(done.known),
                    "measurements": [overview.as_json(each) for each in (*done.new, *done.known)]})
        return 0
    print_table(("번호", "무엇", "시스템", "값", "장치", ""), [
        (each.id, overview.kind_title(each.kind), each.system, overview.headline(each), each.device, overview.marks(each))
        for each in (*done.new, *done.known)])
    say(f"새로 {len(done.new)}개를 가져왔고, {len(done.known)}개는 이미 있었습니다.")
    return 0
