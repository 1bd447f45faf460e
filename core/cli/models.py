"""``models list``: what the product knows, what is installed, what is used."""

from __future__ import annotations

import argparse

from core.cli.output import print_json, print_table


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the verb's arguments."""
    actions = parser.add_subparsers(dest="action", required=True, metavar="ACTION")
    listing = actions.add_parser("list", help="모델 목록")
    listing.add_argument("--json", action="store_true", help="결과를 JSON 하나로 출력합니다")


def run(arguments: argparse.Namespace) -> int:
    """Print the registry with what each model resolves to on this machine."""
    from core.models import registry

    rows = [(record, registry.resolve(record.key)) for record in registry.REAL]
    if arguments.json:
        print_json({"models": [
            {"key": record.key, "id": record.hub_id, "revision": record.revision, "licence": record.licence,
             "parameters": record.parameters, "dims": record.dims, "installed": record.installed, "path": str(record.path),
             "used": used.key, "miniature": used.miniature} for record, used in rows]})
        return 0
    print_table(("이름", "허브", "파라미터", "차원", "라이선스", "설치", "지금 쓰는 모델"), [
        (record.key, record.hub_id, f"{record.parameters:,}", record.dims or "-", record.licence,
         "예" if record.installed else "아니요", f"{used.key}{' (축소 모델)' if used.miniature else ''}") for record, used in rows])
    return 0
