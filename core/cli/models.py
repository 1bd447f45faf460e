"""``models list|download|verify|plan|status``: what there is, whether it runs as its makers run it, what it takes."""

from __future__ import annotations

import argparse

from core.cli import models_download, models_plan, models_status, models_verify
from core.cli.output import print_json, print_table
from core.jobs import verbs as jobs_verbs


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the verb's arguments."""
    actions = parser.add_subparsers(dest="action", required=True, metavar="ACTION")
    listing = actions.add_parser("list", help="모델 목록")
    listing.add_argument("--all", action="store_true", help="기본으로 꺼져 있는 후보 모델도 보입니다")
    listing.add_argument("--json", action="store_true", help="결과를 JSON 하나로 출력합니다")
    listing.set_defaults(act=_list)
    for name, module, summary in (
        ("download", models_download, "실제 모델을 내려받습니다 (끊기면 같은 명령으로 이어서)"),
        ("verify", models_verify, "설치된 모델이 공식 추론과 같은 결과를 내는지 확인합니다"),
        ("plan", models_plan, "모델들이 GPU 메모리에 들어가는지 미리 계산합니다"),
        ("status", models_status, "엔진이 올려 둔 모델과 메모리를 봅니다"),
    ):
        subparser = actions.add_parser(name, help=summary, description=summary)
        module.add_arguments(subparser)
        if jobs_verbs.found(["models", name]):
            subparser.add_argument("--job", type=int, metavar="ID", help=argparse.SUPPRESS)
        subparser.set_defaults(act=module.run)


def run(arguments: argparse.Namespace) -> int:
    """List, download or verify."""
    return arguments.act(arguments)


def _list(arguments: argparse.Namespace) -> int:
    from core.errors import ModelError
    from core.models import registry

    rows = []
    for record in registry.records(candidates=arguments.all):
        try:
            used = registry.resolve(record.key)
        except ModelError:  # insisted on or without a twin, and not installed: nothing stands for it
            used = None
        rows.append((record, used))
    if arguments.json:
        print_json({"models": [
            {"key": record.key, "id": record.hub_id, "revision": record.revision, "licence": record.licence,
             "parameters": record.parameters, "dims": record.dims, "installed": record.installed, "path": str(record.path),
             "candidate": record.key in {each.key for each in registry.CANDIDATES},
             "used": used and used.key, "miniature": bool(used and used.miniature)} for record, used in rows]})
        return 0
    print_table(("이름", "허브", "파라미터", "차원", "라이선스", "설치", "지금 쓰는 모델"), [
        (record.key, record.hub_id, f"{record.parameters:,}", record.dims or "-", record.licence,
         "예" if record.installed else "아니요",
         f"{used.key}{' (축소 모델)' if used.miniature else ''}" if used else "-") for record, used in rows])
    return 0
