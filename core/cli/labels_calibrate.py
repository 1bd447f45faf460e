"""``labels calibrate``: a practice round over pairs with agreed grades, and how raters did in it."""

from __future__ import annotations

import argparse
from dataclasses import asdict

from core.cli import caller
from core.cli.output import print_json, print_table
from core.errors import InputError
from core.settings import settings


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the action's arguments."""
    parser.add_argument("--round", type=int, help="이 연습 라운드의 결과를 봅니다 (없으면 새로 엽니다)")
    parser.add_argument("--name", default="연습", help="라운드 이름 (기본 연습)")
    parser.add_argument("--size", type=int, default=20, help="쌍의 수 (기본 20)")
    parser.add_argument("--pair", nargs=3, action="append", metavar=("QUERY", "ITEM", "GRADE"),
                        help="합의한 쌍과 등급 (여러 번; 없으면 모두 일치했거나 조정한 쌍에서 뽑습니다)")
    parser.add_argument("--seed", type=int, default=1, help="추첨과 순서의 시드 (기본 1)")
    parser.add_argument("--by", default=None, help="여는 사람의 이름 (기본: 이 컴퓨터의 사용자)")
    parser.add_argument("--collection", default=settings().collection, help="컬렉션 이름")
    parser.add_argument("--json", action="store_true", help="결과를 JSON 하나로 출력합니다")


def run(arguments: argparse.Namespace) -> int:
    """Open a practice round, or print each rater's agreement with the agreed grades."""
    return _results(arguments) if arguments.round is not None else _open(arguments)


def _open(arguments: argparse.Namespace) -> int:
    from core.labels.consensus import calibration
    from core.store import collections, open_database

    with open_database().connection() as conn:
        collection = collections.get(conn, arguments.collection)
        if arguments.pair:
            pairs = [calibration.AgreedPair(query_id, item_id, _grade(grade)) for query_id, item_id, grade in arguments.pair]
        else:
            pairs = calibration.candidates(conn, collection.id, size=arguments.size, seed=arguments.seed)
            if not pairs:
                raise InputError("등급이 일치했거나 조정한 쌍이 아직 없습니다. --pair로 쌍과 등급을 직접 정해 주세요.")
        round_id = calibration.make(conn, collection.id, name=arguments.name, pairs=pairs, seed=arguments.seed,
                                    by=arguments.by or caller.name())
    if arguments.json:
        print_json({"collection": collection.name, "round": round_id, "pairs": [asdict(pair) for pair in pairs]})
    else:
        print(f"{round_id}번 연습 라운드를 열었습니다. 등급을 합의한 쌍 {len(pairs)}개입니다.")
    return 0


def _results(arguments: argparse.Namespace) -> int:
    from core.labels import progress
    from core.labels.consensus import calibration
    from core.store import open_database

    with open_database().connection() as conn:
        names = [share.rater for share in progress.of_round(conn, arguments.round).raters]
        found = {name: calibration.result(conn, arguments.round, name) for name in names}
    if arguments.json:
        print_json({"round": arguments.round, "raters": [{"rater": name, **asdict(each)} for name, each in found.items()]})
    elif not found:
        print("아직 아무도 시작하지 않았습니다.")
    else:
        print_table(("라벨러", "답한 쌍", "똑같은 비율", "가중 카파"),
                    [(name, f"{each.answered}/{each.total}", _shown(each.exact, ".0%"), _shown(each.kappa, ".2f"))
                     for name, each in found.items()])
    return 0


def _grade(text: str) -> int:
    if text not in ("0", "1", "2", "3"):
        raise InputError(f"등급 '{text}'은(는) 쓸 수 없습니다. 0부터 3까지 가운데 골라 주세요.")
    return int(text)


def _shown(value: float | None, form: str) -> str:
    return "측정 안 됨" if value is None else format(value, form)
