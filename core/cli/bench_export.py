"""``bench export``: measurements with their environment and samples, as one file."""

from __future__ import annotations

import argparse
from pathlib import Path

from core.cli.output import say


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the action's arguments."""
    parser.add_argument("ids", type=int, nargs="*", metavar="ID", help="측정 번호들 (기본: 모두)")
    parser.add_argument("--out", type=Path, required=True, metavar="FILE", help="쓸 파일 (.json)")


def run(arguments: argparse.Namespace) -> int:
    """Write the file, whole or not at all."""
    from core import saving
    from core.bench import travelling
    from core.store import open_database

    with open_database().connection() as conn:
        data, count = travelling.pack(conn, arguments.ids or None)
    saving.save(arguments.out, data)
    say(f"측정 {count}개를 {arguments.out}에 썼습니다.")
    return 0
