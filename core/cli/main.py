"""Parse the verb, run it, turn errors into one line and an exit code (0 done, 1 failed, 2 bad usage)."""

from __future__ import annotations

import argparse
import importlib
import logging
import os
import sys
import time
from collections.abc import Sequence

from core.cli.logs import keep_logs
from core.errors import StoreError, UserError
from core.jobs.verbs import TAKES_ENGINE

log = logging.getLogger(__name__)
_PAUSES = (1.0, 5.0, 15.0)
"""Seconds a job waits for its database before it goes on."""
_NICE = 10
"""A job's process lets those go first who wait at a page."""

VERBS = {
    "prepare": "데이터베이스, 표본 100문항, 임베딩을 준비합니다 (여러 번 실행해도 됩니다)",
    "doctor": "이 컴퓨터에 무엇이 있고 무엇이 없는지 살핍니다",
    "import": "문항 파일(JSON)을 컬렉션으로 가져옵니다",
    "sample": "컬렉션에서 층화 표본을 뽑습니다",
    "review": "표본의 문항을 검수하고, 바꾸고, 굳힙니다",
    "models": "모델 목록과 설치 여부를 봅니다",
    "embed": "컬렉션의 임베딩을 만듭니다",
    "search": "문항을 검색합니다",
    "compare": "한 검색어를 여러 시스템으로 찾아 나란히 봅니다",
    "runs": "시스템의 순위 목록을 모든 쿼리에 대해 저장합니다",
    "labels": "정답을 모으고, 판정하고, 굳히고, 주고받습니다",
    "evaluate": "시나리오마다 검색하고 정답으로 채점해 지표와 비교를 보여 줍니다",
    "measures": "TREC 형식의 정답과 실행 파일을 채점합니다",
    "decide": "판정 기준에 따라 Go/No-Go를 판정하고 근거를 보여 줍니다",
    "report": "최종 보고서와 산출물 D1–D10을 만듭니다",
    "decision": "결정을 근거와 함께 적고, 서명하고, 그대로인지 봅니다",
    "plan": "계획서의 태스크, 마일스톤, 위험, 회의가 어디까지 왔는지 봅니다",
    "poc": "문항에서 보고서까지 한 번에 합니다 (있는 것은 다시 하지 않습니다)",
    "backup": "데이터베이스 전체를 파일 하나로 백업합니다",
    "restore": "백업을 되살립니다 (대시보드를 끈 뒤에)",
    "users": "로그인할 사람을 더하고 바꾸고 막습니다",
    "bench": "속도와 메모리를 잽니다",
    "jobs": "오래 걸리는 작업을 시작하고, 보고, 멈추고, 잇습니다",
    "cloud": "유료 원격 GPU의 예상 비용과 사용 시간을 봅니다",
    "loss": "변형이 원래 시스템보다 얼마나 달라지는지 잽니다",
    "serve": "대시보드를 엽니다",
}


def parser_of(verbs: Sequence[str]) -> argparse.ArgumentParser:
    """Return the parser with the named verbs; only their modules are imported."""
    parser = argparse.ArgumentParser(prog="python -m core", description="Qwen3-VL-Embedding POC 대시보드")
    subparsers = parser.add_subparsers(dest="verb", required=True, metavar="VERB")
    for verb, summary in VERBS.items():
        subparser = subparsers.add_parser(verb, help=summary, description=summary)
        if verb in verbs:
            module = _module(verb)
            module.add_arguments(subparser)
            if verb in TAKES_ENGINE:
                subparser.add_argument("--job", type=int, metavar="ID", help=argparse.SUPPRESS)
            subparser.set_defaults(run=module.run)
    return parser


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command; returns the exit code."""
    words = list(sys.argv[1:] if arguments is None else arguments)
    parsed = parser_of([word for word in words if word in VERBS][:1]).parse_args(words)
    try:
        keep_logs()
        return _done(parsed)
    except UserError as error:
        log.info("the command ended with an error", exc_info=True)
        print(error, file=sys.stderr)
    except BrokenPipeError:  # whoever read this, such as `head`, has enough
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    except KeyboardInterrupt:
        print("멈췄습니다. 저장된 것은 그대로 있으며, 같은 명령으로 이어서 할 수 있습니다.", file=sys.stderr)
    except Exception:
        log.exception("the command failed")
        print("예상하지 못한 오류로 멈췄습니다. 로그 폴더의 core.log에 자세한 내용을 남겼습니다.", file=sys.stderr)
    return 1


def _done(parsed: argparse.Namespace) -> int:
    """Run the verb, as a job where it is one: then a database that went away is met by the same verb again."""
    job_id = getattr(parsed, "job", None)
    if job_id is None:
        return parsed.run(parsed)
    from core.jobs import working
    from core.store import open_database

    database = open_database()
    os.setpriority(os.PRIO_PROCESS, 0, _NICE)  # after the database, which may have been started here
    with working.attached(database, job_id) as worker:
        for pause in _PAUSES:
            try:
                return parsed.run(parsed)
            except StoreError:
                log.warning("job %d lost the database; going on in %.0f s", job_id, pause, exc_info=True)
                if worker.cancelled():
                    raise
                time.sleep(pause)
        return parsed.run(parsed)


def _module(verb: str):
    return importlib.import_module(f"core.cli.{verb}_" if verb == "import" else f"core.cli.{verb}")
