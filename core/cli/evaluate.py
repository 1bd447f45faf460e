"""``evaluate``: search every scenario, tune D, and print what the systems score under a ground truth."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import TYPE_CHECKING

from tqdm import tqdm

from core.cli.output import print_json, say
from core.settings import settings

if TYPE_CHECKING:
    from psycopg import Connection

    from core.evaluation.execution.evaluating import Evaluated
    from core.evaluation.results import Evaluation


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the verb's arguments."""
    parser.add_argument("--collection", default=settings().collection, help="컬렉션 이름")
    parser.add_argument("--systems", type=_words, metavar="A,D,…",
                        help="쉼표로 나눈 시스템이나 변형 (기본: 시나리오마다 계획서의 시스템과 곁들여 볼 것)")
    parser.add_argument("--scenarios", type=_words, metavar="gate,S1,…", help="쉼표로 나눈 시나리오: gate, S1–S5 (기본: 모두)")
    parser.add_argument("--gt", type=int, metavar="N", help="정답 버전 번호 (기본: 마지막 버전)")
    parser.add_argument("--no-run", action="store_true", help="새로 검색하지 않고 저장된 순위로만 계산합니다 (모델을 쓰지 않습니다)")
    parser.add_argument("--csv", type=Path, metavar="FILE", help="쿼리마다의 값을 계획서 12.2 양식으로 씁니다")
    parser.add_argument("--xlsx", type=Path, metavar="FILE", help="태스크 3.2–3.8을 시트로 나눈 Excel을 씁니다")
    parser.add_argument("--cases", type=Path, metavar="FILE", help="오류 사례를 그림과 함께 Excel로 씁니다")
    parser.add_argument("--trec", type=Path, metavar="FILE", help="정답과 순위를 TREC 파일의 ZIP으로 씁니다 (다른 프로그램으로 검산)")
    parser.add_argument("--json", action="store_true", help="결과를 JSON 하나로 출력합니다")


def run(arguments: argparse.Namespace) -> int:
    """Bring the runs up to date, measure and print; Ctrl+C keeps what is stored."""
    from core.cli import evaluation_output
    from core.evaluation import assembling, comparisons, summary
    from core.evaluation.execution import plan
    from core.store import open_database

    database = open_database()
    plan.scopes(arguments.scenarios)  # a wrong name is said before anything is done
    done = _executed(arguments, database)
    for note in done.notes:
        say(note)
    if not arguments.no_run:
        _check_hangul(database, arguments.collection)
    with database.connection() as conn:
        # Of all systems, whatever is shown: the planned comparisons are corrected over all that could be tested.
        weights = any(map(plan.is_weight, plan.shown(arguments.systems) or ()))
        evaluation = assembling.load(conn, arguments.collection, version=arguments.gt, weights=weights)
        summaries = {key: summary.of(result) for key, result in evaluation.scenarios.items()}
        planned = comparisons.planned(evaluation, summaries=summaries)
        _write(conn, evaluation, arguments)
    shown = evaluation_output.Shown(evaluation, summaries, planned, tuple(arguments.scenarios or evaluation.scenarios),
                                    plan.shown(arguments.systems))
    if arguments.json:
        print_json(evaluation_output.as_json(shown, done))
    else:
        evaluation_output.print_evaluation(shown)
    return 0


def _executed(arguments: argparse.Namespace, database) -> Evaluated:
    from core.engine.client import engine
    from core.evaluation.execution import evaluating
    from core.jobs import working

    worker = working.current()
    with tqdm(desc="평가", unit="목록", disable=True if arguments.no_run else None) as bar:
        def show(done: int, total: int, words: str) -> None:
            bar.total = total
            bar.set_description(words, refresh=False)
            bar.update(done - bar.n)
            worker.progress(done, total, words)

        done = evaluating.evaluate(database, None if arguments.no_run else engine, collection=arguments.collection,
                                   version=arguments.gt, scenarios=arguments.scenarios, systems=arguments.systems, progress=show,
                                   cancelled=worker.cancelled)
    worker.check()
    return done


def _check_hangul(database, collection: str) -> None:
    """Check real models' tokenizers on the items as they are, so that a verdict does not lack it; seconds, and nothing twice."""
    from core.evaluation.verdict import hangul
    from core.store import collections

    with database.connection() as conn:
        hangul.check(conn, collections.get(conn, collection), miniature=False,
                     progress=lambda name: say(f"{name}의 토크나이저가 한글을 그대로 전하는지 점검합니다."))


def _write(conn: Connection, evaluation: Evaluation, arguments: argparse.Namespace) -> None:
    if not (arguments.csv or arguments.xlsx or arguments.cases or arguments.trec):
        return
    from core.evaluation.verdict import load
    from core.report import files

    decision = load.decision_of(conn, evaluation) if arguments.xlsx else None
    for path in files.write(conn, evaluation, csv=arguments.csv, xlsx=arguments.xlsx, errors=arguments.cases, trec=arguments.trec,
                            decision=decision):
        say(f"{path}에 썼습니다.")


def _words(given: str) -> list[str]:
    return [word.strip() for word in given.split(",") if word.strip()]
