"""``models verify``: each installed model against an independent reading of its published rules."""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING

from core.cli.output import print_json, print_table, say
from core.errors import StoreError
from core.models.parity.labels import LABELS

if TYPE_CHECKING:
    from core.models.parity.verify import Report


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the action's arguments."""
    parser.add_argument("names", nargs="*", default=[], metavar="NAME", help="모델 이름들 (기본: 지금 쓰는 모델 모두)")
    parser.add_argument("--json", action="store_true", help="결과를 JSON 하나로 출력합니다")


def run(arguments: argparse.Namespace) -> int:
    """Verify; 1 when a check fails."""
    from core.models import registry
    from core.models.parity.verify import verify

    names = arguments.names or [record.key for record in registry.records()] + [
        record.key for record in registry.CANDIDATES if record.installed]
    reports = []
    for record in map(registry.resolve, dict.fromkeys(names)):
        say(f"{record.hub_id}: 확인하는 중입니다.")
        reports.append(verify(record))
        _keep(reports[-1])
        if not arguments.json:
            _show(reports[-1])
    if arguments.json:
        print_json({"models": [_as_json(report) for report in reports]})
    return 0 if all(report.ok for report in reports) else 1


def _keep(report: Report) -> None:
    """Store what came out for the verdict; the checks are worth having without a database, too."""
    from core.evaluation.verdict import inference
    from core.store import open_database

    try:
        with open_database().connection() as conn:
            inference.keep(conn, report)
    except StoreError as error:
        say(f"결과를 판정의 근거로 저장하지 못했습니다. {error}")


def _show(report: Report) -> None:
    model, rule = report.model, report.rule
    print(f"\n{model.key}{' (축소 모델)' if model.miniature else ''}")
    facts = {
        "허브": model.id, "리비전": model.revision, "정밀도": f"{model.precision} ({model.device})", "어텐션": report.attention,
        "풀링": rule.pooling, "화소 한도": f"{model.max_pixels:,}" if model.max_pixels else "-",
        **({f"프롬프트({role})": repr(prompt) for role, prompt in rule.before.items()} or {"프롬프트": "없음"}),
    }
    for name, value in facts.items():
        print(f"  {name}: {value}")
    print_table(("", "검사", "내용"), [
        ("  맞음" if check.ok else "  틀림", LABELS.get(check.name, check.name), check.detail) for check in report.checks])
    for sentence in report.unchecked:
        print(f"  확인하지 못함: {sentence}")


def _as_json(report: Report) -> dict:
    model = report.model
    return {
        "key": model.key, "id": model.id, "revision": model.revision, "dtype": model.precision, "device": model.device,
        "attention": report.attention, "pooling": report.rule.pooling, "prompts": dict(report.rule.before),
        "max_pixels": model.max_pixels, "miniature": model.miniature, "ok": report.ok,
        "checks": [{"name": check.name, "ok": check.ok, "detail": check.detail} for check in report.checks],
        "unchecked": list(report.unchecked),
    }
