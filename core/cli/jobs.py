"""``jobs``: long work in the background: what there is, starting, stopping, going on."""

from __future__ import annotations

import argparse
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from core.cli import caller
from core.cli.output import print_json, print_table, say
from core.jobs import pace
from core.jobs.verbs import TAKES_ENGINE, goes_on
from core.moments import brief

if TYPE_CHECKING:
    from core.store.jobs import Job

STATES = {"queued": "차례를 기다림", "running": "하는 중", "cancelling": "멈추는 중", "done": "끝남", "failed": "실패",
          "cancelled": "멈춤", "interrupted": "끊김"}


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the verb's arguments."""
    actions = parser.add_subparsers(dest="action", metavar="ACTION")
    parser.set_defaults(action="list", limit=20)
    listing = actions.add_parser("list", help="작업을 새것부터 봅니다 (기본)")
    listing.add_argument("--limit", type=int, default=20, help="몇 개까지 (기본 20)")
    starting = actions.add_parser("start", help="명령을 백그라운드 작업으로 시작합니다, 예: jobs start embed --system A")
    starting.add_argument("arguments", nargs=argparse.REMAINDER, metavar="VERB …",
                          help=f"작업으로 돌릴 수 있는 명령: {', '.join(TAKES_ENGINE)}")
    for name, words in (("cancel", "작업을 멈춥니다; 저장된 것은 남습니다"), ("resume", "끝나거나 끊긴 작업을 이어서 합니다"),
                        ("log", "작업이 출력한 마지막 줄들을 봅니다")):
        actions.add_parser(name, help=words).add_argument("id", type=int, help="작업 번호")
    for sub in (parser, listing):
        sub.add_argument("--json", action="store_true", help="JSON으로 출력합니다")


def run(arguments: argparse.Namespace) -> int:
    """Do the action."""
    from core.jobs import launching
    from core.store import jobs, open_database

    database = open_database()
    if arguments.action == "start":
        job, new = launching.start(database, arguments.arguments, title=" ".join(arguments.arguments), asked_by=caller.name())
        say(f"{job.id}번 작업을 시작했습니다." if new else f"같은 작업이 이미 돌고 있습니다: {job.id}번.")
    elif arguments.action == "resume":
        job = launching.resume(database, arguments.id)
        say(f"{job.id}번 작업을 {'이어서' if goes_on(job.arguments) else '처음부터 다시'} 합니다.")
    elif arguments.action == "cancel":
        with database.connection() as conn:
            asked = jobs.cancel(conn, jobs.get(conn, arguments.id).id)
        say(f"{arguments.id}번 작업에 멈추라고 했습니다." if asked else f"{arguments.id}번 작업은 이미 끝났거나 멈추는 중입니다.")
    elif arguments.action == "log":
        print("\n".join(launching.log_tail(arguments.id)) or f"{arguments.id}번 작업이 이 컴퓨터에 남긴 출력이 없습니다.")
    else:
        with database.connection() as conn:
            _print(jobs.listing(conn, limit=arguments.limit), as_json=arguments.json)
    return 0


def _print(listed: list[Job], *, as_json: bool) -> None:
    if as_json:
        print_json({"jobs": [_plain(job) for job in listed]})
    elif listed:
        print_table(("번호", "작업", "상태", "진행", "시작한 사람", "시각", ""), [
            (job.id, job.title, STATES[job.state], f"{job.done:,}/{job.total:,}" if job.total is not None else f"{job.done:,}",
             job.asked_by, brief(job.created_at), _doing(job)) for job in listed])
    else:
        say("작업이 없습니다.")


def _doing(job: Job) -> str:
    """Return why it failed, or what it does now; while it works, its pace and the time left."""
    if job.error or job.state != "running":
        return job.error or job.words
    return " · ".join(filter(None, [job.words, pace.ahead(job.rate, job.seconds_left)]))


def _plain(job: Job) -> dict[str, Any]:
    times = ("created_at", "started_at", "reported_at", "ended_at")
    return asdict(job) | {name: at.isoformat(timespec="seconds") if (at := getattr(job, name)) else None for name in times} | {
        "items_per_s": job.rate, "seconds_left": job.seconds_left}
