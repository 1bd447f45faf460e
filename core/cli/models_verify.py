"""``models verify``: each installed model against an independent reading of its published rules."""

from __future__ import annotations

import argparse


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the action's arguments."""
    parser.add_argument("names", nargs="*", default=[], metavar="NAME", help="모델 이름들 (기본: 지금 쓰는 모델 모두)")
    parser.add_argument("--json", action="store_true", help="결과를 JSON 하나로 출력합니다")


def run(arguments: argparse.Namespace) -> int:
    """Verify; 1 when a check fails."""
    raise NotImplementedError
