"""``doctor``: what is there, what is missing, what to do."""

from __future__ import annotations

import argparse

from core.cli.output import print_json


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the verb's arguments."""
    parser.add_argument("--json", action="store_true", help="결과를 JSON 하나로 출력합니다")


def run(arguments: argparse.Namespace) -> int:
    """Print every check; 1 when something the product needs is missing."""
    from core.doctor import examine

    checks = examine()
    good = all(check.ok for check in checks if check.needed)
    if arguments.json:
        print_json({"ok": good, "checks": [
            {"name": check.name, "ok": check.ok, "detail": check.detail, "fix": check.fix} for check in checks]})
    else:
        for check in checks:
            mark = "있음" if check.ok else ("없음" if check.needed else "참고")
            print(f"[{mark}] {check.name}: {check.detail}")
            if check.fix:
                print(f"       → {check.fix}")
    return 0 if good else 1
