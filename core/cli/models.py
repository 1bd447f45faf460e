"""``models list|download``: what the product knows, what is installed, what is used."""

from __future__ import annotations

import argparse

from core.cli.output import print_json, print_table, say


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the verb's arguments."""
    actions = parser.add_subparsers(dest="action", required=True, metavar="ACTION")
    listing = actions.add_parser("list", help="모델 목록")
    listing.add_argument("--json", action="store_true", help="결과를 JSON 하나로 출력합니다")
    download = actions.add_parser("download", help="실제 모델을 내려받습니다")
    download.add_argument("name", nargs="?", default="all", help="모델 이름 또는 all (기본 all)")


def run(arguments: argparse.Namespace) -> int:
    """List or download."""
    return _download(arguments.name) if arguments.action == "download" else _list(as_json=arguments.json)


def _list(*, as_json: bool) -> int:
    from core.models import registry

    rows = [(record, registry.resolve(record.key)) for record in registry.REAL]
    if as_json:
        print_json({"models": [
            {"key": record.key, "id": record.hub_id, "revision": record.revision, "licence": record.licence,
             "parameters": record.parameters, "dims": record.dims, "installed": record.installed, "path": str(record.path),
             "used": used.key, "miniature": used.miniature} for record, used in rows]})
        return 0
    print_table(("이름", "허브", "파라미터", "차원", "라이선스", "설치", "지금 쓰는 모델"), [
        (record.key, record.hub_id, f"{record.parameters:,}", record.dims or "-", record.licence,
         "예" if record.installed else "아니요", f"{used.key}{' (축소 모델)' if used.miniature else ''}") for record, used in rows])
    return 0


def _download(name: str) -> int:
    from core.models import download, registry

    wanted = registry.REAL if name == "all" else (registry.record(name),)
    for record in wanted:
        if record.installed:
            say(f"{record.hub_id}: 이미 설치되어 있습니다.")
            continue
        offer = download.offer(record)
        say(f"{record.hub_id}: {offer.size / 1e9:.1f} GB, 라이선스 {record.licence}, 리비전 {offer.revision[:12]}")
        download.fetch(offer)
        say(f"{record.hub_id}: 설치되었습니다. 다음 `python -m core embed`부터 실제 모델을 씁니다.")
    return 0
