"""``labels agreement``: how far raters agree, and where they do not."""

from __future__ import annotations

import argparse
from dataclasses import asdict
from typing import TYPE_CHECKING

from core.cli.output import print_json, print_table, say
from core.items.naming import KINDS
from core.settings import settings

if TYPE_CHECKING:
    from core.labels.consensus.agreement import AgreementReport, Estimate

SHOWN = 20


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the action's arguments."""
    parser.add_argument("--collection", default=settings().collection, help="컬렉션 이름")
    parser.add_argument("--round", type=int, metavar="번호", help="이 라운드의 판정만 봅니다 (기본: 모든 라운드)")
    parser.add_argument("--json", action="store_true", help="결과를 JSON 하나로 출력합니다")


def run(arguments: argparse.Namespace) -> int:
    """Measure and print; what was not measured says so, and a round that does not exist is an error."""
    from core.labels import rounds
    from core.labels.consensus import agreement
    from core.store import collections, open_database

    with open_database().connection() as conn:
        found = collections.get(conn, arguments.collection)
        if arguments.round is not None:
            rounds.get(conn, arguments.round)
        report = agreement.report(conn, found.id, round_id=arguments.round)
    if arguments.json:
        print_json({"collection": found.name, "round": arguments.round, **_as_dict(report)})
        return 0
    print_table(("라벨러", "판정", "0", "1", "2", "3", "판정 불가", "다시 볼 때 κ", "95% 구간", "쌍"), [
        (work.rater, work.graded, *work.grades, work.unrateable, *_cells(own.kappa))
        for work, own in zip(report.raters, report.consistency, strict=True)])
    print()
    print_table(("일치도", "값", "95% 구간", "쌍", "쿼리", "까닭"), [
        _row("전체 (Krippendorff α)", report.overall),
        *(_row(f"κ {pair.first} – {pair.second}", pair.kappa) for pair in report.pairs),
        *(_row(f"α {part.name}", part.alpha) for part in report.by_unit),
        *(_row(f"α {KINDS.get(part.name, part.name)}", part.alpha) for part in report.by_kind)])
    if report.disagreements:
        print()
        print_table(("쿼리", "문항", "차이", "등급"), [
            (each.query_id, each.item_id, each.spread, ", ".join(f"{rater} {grade}" for rater, grade in each.grades))
            for each in report.disagreements[:SHOWN]])
        if len(report.disagreements) > SHOWN:
            say(f"갈린 쌍은 모두 {len(report.disagreements)}개이며, 차이가 큰 {SHOWN}개를 보였습니다.")
    return 0


def _row(name: str, estimate: Estimate) -> tuple[object, ...]:
    value, interval, n = _cells(estimate)
    return name, value, interval, n, estimate.queries, estimate.reason


def _cells(estimate: Estimate) -> tuple[str, str, int]:
    value = "측정 안 됨" if estimate.value is None else f"{estimate.value:.2f}"
    return value, "–" if estimate.low is None else f"[{estimate.low:.2f}, {estimate.high:.2f}]", estimate.n


def _as_dict(report: AgreementReport) -> dict[str, object]:
    return {
        "raters": [{"rater": work.rater, "graded": work.graded, "grades": list(work.grades), "unrateable": work.unrateable}
                   for work in report.raters],
        "overall": asdict(report.overall),
        "pairs": [{"raters": [pair.first, pair.second], "kappa": asdict(pair.kappa), "exact": pair.confusion.exact,
                   "confusion": pair.confusion.counts} for pair in report.pairs],
        "by_unit": {part.name: asdict(part.alpha) for part in report.by_unit},
        "by_kind": {part.name: asdict(part.alpha) for part in report.by_kind},
        "consistency": {own.rater: asdict(own.kappa) for own in report.consistency},
        "disagreements": [{"query_id": each.query_id, "item_id": each.item_id, "spread": each.spread,
                           "grades": dict(each.grades)} for each in report.disagreements],
    }
