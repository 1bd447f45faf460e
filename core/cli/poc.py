"""``poc``: everything from items to report, each step only where something has changed."""

from __future__ import annotations

import argparse
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from tqdm import tqdm

from core.cli import caller
from core.cli.output import print_json, print_table, say
from core.errors import InputError, UserError
from core.settings import settings

if TYPE_CHECKING:
    from core.poc.running import Planned
    from core.poc.step import House, Outcome
    from core.poc.summary import Summary

FAILED = "끝내지 못한 단계가 있습니다({titles}). 단계마다 적힌 이유를 고친 뒤 다시 실행해 주세요. 끝낸 것은 다시 하지 않습니다."


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the verb's arguments."""
    parser.add_argument("--collection", default=settings().collection, help="컬렉션 이름")
    parser.add_argument("--calls", type=int, metavar="N", help="측정마다 호출 수 (적으면 판정의 근거가 못 됩니다)")
    parser.add_argument("--skip-bench", action="store_true", help="속도와 메모리를 재지 않습니다")
    parser.add_argument("--plan", action="store_true", help="아무것도 하지 않고, 무엇을 왜 하게 될지만 봅니다")
    parser.add_argument("--by", default="", metavar="이름", help="보고서를 만드는 사람 (기본: 로그인한 이름)")
    parser.add_argument("--json", action="store_true", help="결과를 JSON 하나로 출력합니다")


def run(arguments: argparse.Namespace) -> int:
    """Run what is to be run; Ctrl+C and a cancelled job keep what is stored."""
    from core.jobs import working
    from core.poc import running, summary
    from core.poc.part import Shown

    house = _house(arguments)
    if arguments.plan:
        _tell_plan(running.plan(house), arguments)
        return 0
    with tqdm(desc="POC", bar_format="{l_bar}{bar}| {postfix}", disable=None) as bar:
        def show(done: int, total: int, words: str) -> None:
            bar.total = total
            bar.set_postfix_str(words, refresh=False)
            bar.update(done - bar.n)

        outcomes = running.run(house, Shown(working.current(), show), tell=lambda each: say(_line(each, arguments.job)))
    found = summary.of(house, outcomes)
    if arguments.json:
        print_json(as_json(found))
    else:
        print(*summary.lines(found), sep="\n")
    if found.failed:  # a job that ends so has failed
        raise UserError(FAILED.format(titles=", ".join(each.title for each in found.failed)))
    return 0


def as_json(found: Summary) -> dict[str, Any]:
    """Return what ``--json`` prints of a run."""
    decision = found.decision
    return {
        "collection": found.collection, "files": found.files,
        "steps": [asdict(each) | {"at": each.at and each.at.isoformat()} for each in found.outcomes],
        "verdict": decision and decision.verdict, "headline": decision and decision.headline,
        "miniature": decision and decision.miniature, "invalid": list(decision.invalid) if decision else [],
        "missing": list(decision.missing) if decision else [],
        "ground_truth": decision and {"title": decision.truth_title, "sha256": decision.truth_sha256},
    }


def _house(arguments: argparse.Namespace) -> House:
    from core.engine.client import engine
    from core.poc.step import House, Wish
    from core.store import jobs, open_database

    if arguments.calls is not None and arguments.calls < 1:
        raise InputError(f"호출 수 {arguments.calls}은(는) 쓸 수 없습니다. 1 이상으로 정해 주세요.")
    database, by = open_database(), arguments.by.strip()
    if not by and arguments.job is not None:
        with database.connection() as conn:
            by = jobs.get(conn, arguments.job).asked_by
    return House(database, engine, Wish(arguments.collection, arguments.calls, not arguments.skip_bench, by or caller.name()))


def _tell_plan(planned: tuple[Planned, ...], arguments: argparse.Namespace) -> None:
    from core.poc.summary import STANDINGS

    if arguments.json:
        print_json({"collection": arguments.collection, "steps": [
            {"name": each.step.name, "title": each.step.title, "standing": each.look.standing, "runs": each.runs, "why": each.look.why,
             "seconds": round(each.look.work), "fingerprint": each.look.fingerprint} for each in planned]})
    else:
        print_table(("단계", "상태", "이유"), [(each.step.title, STANDINGS[each.look.standing], each.look.why) for each in planned])


def _line(each: Outcome, job: int | None) -> str:
    from core.poc.summary import ENDINGS

    took = f" ({each.seconds:.0f}초)" if each.seconds >= 1 else ""
    # Whoever looks at a job reads what it prints; a verdict is not for everybody while people label.
    words = "" if job is not None and each.name == "decide" else f" — {each.words}"
    return f"{each.title}: {ENDINGS[each.ending]}{took}{words}"

