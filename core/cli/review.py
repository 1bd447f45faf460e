"""``review``: a sample before it is labelled: each item accepted, excluded or swapped; then frozen under a hash."""

from __future__ import annotations

import argparse

from core.cli import caller
from core.cli.output import print_json, print_table, say
from core.settings import settings


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the verb's actions."""
    actions = parser.add_subparsers(dest="action", required=True, metavar="ACTION")
    listing = actions.add_parser("list", help="문항마다 검수한 것을 봅니다")
    setting = actions.add_parser("set", help="한 문항을 검수합니다")
    setting.add_argument("item", help="문항 번호")
    setting.add_argument("verdict", choices=("accept", "exclude", "swap", "open"), help="받음, 뺌, 바꿈, 아직")
    setting.add_argument("--swapped-for", default="", metavar="ITEM", help="바꿈일 때 대신 넣을 문항")
    setting.add_argument("--image-type", default="", choices=("", "graph", "figure", "photo", "diagram", "table"),
                         help="그림 종류: 그래프, 도형, 사진, 다이어그램, 표")
    setting.add_argument("--note", default="", help="메모")
    offering = actions.add_parser("offer", help="한 문항 대신 넣을 만한 문항을 찾습니다")
    offering.add_argument("item", help="문항 번호")
    offering.add_argument("--source", help="찾을 컬렉션 (없으면 표본을 뽑은 컬렉션)")
    applying = actions.add_parser("apply", help="빼고 바꾼 표본을 새 컬렉션으로 만듭니다")
    applying.add_argument("--into", required=True, help="새 컬렉션의 이름")
    freezing = actions.add_parser("freeze", help="모두 받은 표본을 굳힙니다")
    verifying = actions.add_parser("verify", help="굳힌 표본이 그대로인지 봅니다")
    for sub in (listing, setting, offering, applying, freezing, verifying):
        sub.add_argument("--collection", default=settings().collection, help="컬렉션 이름")
        sub.add_argument("--by", default=caller.name(), help="누가 하는지 (기본: 로그인한 계정 이름)")
        sub.add_argument("--json", action="store_true", help="결과를 JSON 하나로 출력합니다")
    for name, act in (("list", _list), ("set", _set), ("offer", _offer), ("apply", _apply), ("freeze", _freeze), ("verify", _verify)):
        actions.choices[name].set_defaults(act=act)


def run(arguments: argparse.Namespace) -> int:
    """Run the action."""
    from core.store import open_database

    return arguments.act(open_database(), arguments)


def _list(database, arguments) -> int:
    from core.review import reviewing
    from core.store import collections

    with database.connection() as conn:
        state = reviewing.state(conn, collections.get(conn, arguments.collection).id)
    counts = {name: state.count(name) for name in reviewing.VERDICTS}
    if arguments.json:
        print_json({"collection": arguments.collection, "counts": counts, "untyped": state.untyped, "image_types": state.image_types,
                    "settled": state.settled, "items": [
                        {"id": each.item_id, "kind": each.kind, "verdict": each.verdict, "swapped_for": each.swapped_for,
                         "image_type": each.image_type, "note": each.note, "by": each.by} for each in state.items]})
        return 0
    print_table(("문항", "갈래", "검수", "대신", "그림", "누가", "메모"), [
        (each.item_id, each.kind, reviewing.VERDICTS[each.verdict], each.swapped_for,
         reviewing.IMAGE_TYPES.get(each.image_type, ""), each.by, each.note) for each in state.items])
    say(" · ".join(f"{title} {counts[name]:,}" for name, title in reviewing.VERDICTS.items())
        + f" · 그림 종류를 정하지 않은 문항 {state.untyped:,}")
    return 0


def _set(database, arguments) -> int:
    from core.review import reviewing
    from core.store import collections

    with database.connection() as conn:
        reviewing.review(conn, collections.get(conn, arguments.collection).id, arguments.item, by=arguments.by, verdict=arguments.verdict,
                         image_type=arguments.image_type, swapped_for=arguments.swapped_for, note=arguments.note)
    _told(arguments, {"item": arguments.item, "verdict": arguments.verdict},
          f"{arguments.item}: {reviewing.VERDICTS[arguments.verdict]}(으)로 저장했습니다.")
    return 0


def _offer(database, arguments) -> int:
    from core.errors import InputError
    from core.review import reviewing
    from core.store import collections, reviews

    with database.connection() as conn:
        sample = collections.get(conn, arguments.collection).id
        source = arguments.source or next(iter(reviews.sources(conn, sample)), None)
        if source is None:
            raise InputError("이 표본을 뽑은 컬렉션을 찾지 못했습니다. --source로 정해 주세요.")
        found = reviewing.stand_ins(conn, sample, arguments.item, source=source)
    if arguments.json:
        print_json({"item": arguments.item, "source": source, "offered": [each.item.id for each in found]})
    else:
        print_table(("문항", "단원", "난이도", "유형", "글"), [
            (each.item.id, each.item.unit, each.item.difficulty, each.item.item_type, each.item.text[:60]) for each in found])
    return 0


def _apply(database, arguments) -> int:
    from core.review import applying

    done = applying.apply(database, arguments.collection, into=arguments.into, by=arguments.by)
    _told(arguments, {"collection": done.collection, "kept": done.kept, "excluded": done.excluded, "swapped": done.swapped},
          f"'{done.collection}'에 {done.kept + done.swapped:,}문항을 담았습니다: 그대로 {done.kept:,}, 바꿈 {done.swapped:,}, "
          f"뺌 {done.excluded:,}.")
    return 0


def _freeze(database, arguments) -> int:
    from core.review import freezing

    done = freezing.freeze(database, arguments.collection, by=arguments.by)
    _told(arguments, {"collection": arguments.collection, "sha256": done.sha256, "items": len(done.body["items"])},
          f"'{arguments.collection}'의 {len(done.body['items']):,}문항을 굳혔습니다: {done.sha256}")
    return 0


def _verify(database, arguments) -> int:
    """Print what drifted; the exit code is 1 where anything did."""
    from core.errors import NotFoundError
    from core.review import freezing
    from core.store import collections, reviews

    with database.connection() as conn:
        frozen = next(iter(reviews.freezes(conn, collections.get(conn, arguments.collection).id)), None)
    if frozen is None:
        raise NotFoundError(f"'{arguments.collection}'은(는) 아직 굳히지 않았습니다. review freeze를 먼저 해 주세요.")
    found = freezing.drift(database, frozen)
    words = "굳힌 그대로입니다." if found.none else (
        f"굳힌 뒤 달라졌습니다: 없어짐 {len(found.gone):,}, 바뀜 {len(found.changed):,}, 새로 {len(found.new):,}.")
    _told(arguments, {"sha256": frozen.sha256, "unchanged": found.none, "gone": list(found.gone), "changed": list(found.changed),
                      "new": list(found.new)}, words)
    return 0 if found.none else 1


def _told(arguments, told: dict, words: str) -> None:
    if arguments.json:
        print_json(told)
    else:
        print(words)
