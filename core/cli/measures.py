"""``measures --qrels Q --run R…``: score any TREC files by the code that scores our own runs."""

from __future__ import annotations

import argparse
from pathlib import Path

from core.cli.output import print_json, print_table, say


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the verb's arguments."""
    parser.add_argument("--qrels", type=Path, required=True, help="정답 파일 (TREC qrels)")
    parser.add_argument("--run", type=Path, required=True, nargs="+", dest="runs", help="실행 파일 (TREC run) 하나 이상")
    parser.add_argument("--relevant-from", type=int, default=1, help="이 등급부터 정답으로 봅니다 (기본 1)")
    parser.add_argument("--json", action="store_true", help="결과를 JSON 하나로 출력합니다")


def run(arguments: argparse.Namespace) -> int:
    """Score the files and print means with 95 % intervals, and every pair of runs compared."""
    from core.evaluation import scoring, trec

    scores = scoring.score(trec.read_qrels(arguments.qrels), [trec.read_run(path) for path in arguments.runs],
                           relevant_from=arguments.relevant_from)
    if arguments.json:
        print_json({
            "relevant_from": scores.relevant_from, "excluded": scores.excluded,
            "runs": [{"run": each.name, "queries": scores.queries, "missing": each.missing,
                      "measures": {name: {"value": found.value, "low": found.low, "high": found.high}
                                   for name, found in each.measures.items()}} for each in scores.runs],
            "comparisons": [{"a": each.a, "b": each.b, "measure": each.measure, "difference": each.difference.value,
                             "low": each.difference.low, "high": each.difference.high, "p": each.difference.p,
                             "p_holm": each.p_holm, "wins": each.difference.wins, "ties": each.difference.ties,
                             "losses": each.difference.losses} for each in scores.comparisons],
        })
        return 0
    say(f"쿼리 {scores.queries:,}개 (정답이 없어 뺀 쿼리 {scores.excluded:,}개), 등급 {scores.relevant_from} 이상을 정답으로 보았습니다. "
        "nDCG의 이득은 등급 그대로입니다. 대괄호는 쿼리를 다시 뽑은 95% 구간입니다.")
    names = list(scores.runs[0].measures)
    print_table(("측도", *(each.name for each in scores.runs)), [
        (name, *(f"{found.value:.4f} [{found.low:.4f}, {found.high:.4f}]"
                 for each in scores.runs for found in [each.measures[name]])) for name in names])
    for each in scores.runs:
        if each.missing:
            say(f"{each.name}: 답이 없는 쿼리 {each.missing:,}개는 0점으로 세었습니다.")
    if scores.comparisons:
        print_table(("측도", "비교", "차이 (95%)", "p", "p (Holm)", "승/무/패"), [
            (each.measure, f"{each.a} − {each.b}",
             f"{each.difference.value:+.4f} [{each.difference.low:+.4f}, {each.difference.high:+.4f}]",
             f"{each.difference.p:.4f}", f"{each.p_holm:.4f}",
             f"{each.difference.wins}/{each.difference.ties}/{each.difference.losses}") for each in scores.comparisons])
    return 0
