"""``labels rounds``: the rounds, how far they are, and closing one."""

from __future__ import annotations

import argparse
from typing import Any

from core.cli.labels_pool import scope_of
from core.cli.output import print_json, print_table
from core.errors import InputError
from core.settings import settings


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the action's arguments."""
    parser.add_argument("--round", type=int, help="이 라운드의 라벨러별 진행만 봅니다")
    parser.add_argument("--close", type=int, metavar="ROUND", help="이 라운드를 닫습니다 (판정은 그대로 남습니다)")
    parser.add_argument("--rater", action="append", default=[], metavar="NAME[:과목=A,B][:단원=C]",
                        help="--round의 라벨러를 더하거나 맡을 몫을 바꿉니다 (여러 번)")
    parser.add_argument("--collection", default=settings().collection, help="컬렉션 이름")
    parser.add_argument("--json", action="store_true", help="결과를 JSON 하나로 출력합니다")


def run(arguments: argparse.Namespace) -> int:
    """Print each round with its pairs, judgments, hours left and raters."""
    from core.labels import progress, rounds
    from core.store import collections, open_database

    with open_database().connection() as conn:
        collection = collections.get(conn, arguments.collection)
        if arguments.rater:
            if arguments.round is None:
                raise InputError("--rater는 --round와 함께 쓰세요.")
            rounds.assign(conn, arguments.round, [scope_of(text) for text in arguments.rater])
        if arguments.close is not None:
            rounds.close(conn, arguments.close)
        wanted = arguments.round if arguments.round is not None else arguments.close
        listed = rounds.listing(conn, collection.id) if wanted is None else [rounds.get(conn, wanted)]
        found = [(each, progress.of_round(conn, each.id)) for each in listed]
    if arguments.json:
        print_json({"collection": collection.name, "rounds": [_as_json(each, far) for each, far in found]})
        return 0
    if not found:
        print("아직 라운드가 없습니다. `python -m core labels pool`로 여세요.")
        return 0
    print_table(("번호", "이름", "종류", "상태", "쌍", "다 채운 쌍", "판정", "남은 시간"),
                [(each.id, each.name, KINDS[each.kind] if each.kind == "calibration" else f"{each.stage}차",
                  "열림" if each.open else "닫힘", f"{far.pairs:,}", f"{far.complete:,}",
                  f"{far.looks:,}/{far.looks_wanted:,}", _hours(far)) for each, far in found])
    for each, far in found:
        if far.raters:
            print(f"\n{each.id}번 {each.name}")
            print_table(("라벨러", "판정", "판정 불가", "숨은 반복", "받아 둔 쌍", "시간당"),
                        [(share.rater, share.judged, share.unrateable, share.repeats, share.open,
                          "측정 안 됨" if share.per_hour is None else f"{share.per_hour:.0f}") for share in far.raters])
    return 0


KINDS = {"round": "라운드", "calibration": "연습"}


def _hours(far: Any) -> str:
    return f"약 {far.remaining_hours:.1f}시간{'' if far.timed else ' (가정한 속도)'}"


def _as_json(found: Any, far: Any) -> dict[str, Any]:
    return {
        "round": found.id, "name": found.name, "kind": found.kind, "stage": found.stage, "open": found.open,
        "overlap": found.overlap, "repeat_share": round(found.repeat_share, 4), "seed": found.seed,
        "pairs": far.pairs, "complete": far.complete, "judgments": far.looks, "judgments_wanted": far.looks_wanted,
        "flagged": far.flagged, "not_asked": far.mirrored, "remaining_hours": round(far.remaining_hours, 2),
        "pace_measured_from": far.timed,
        "raters": [{"rater": share.rater, "judged": share.judged, "unrateable": share.unrateable, "repeats": share.repeats,
                    "open": share.open, "per_hour": share.per_hour and round(share.per_hour, 1)} for share in far.raters],
    }
