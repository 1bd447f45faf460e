"""``labels contribution``: what each system alone brought into the pool."""

from __future__ import annotations

import argparse
from dataclasses import asdict

from core.cli.output import print_json, print_table
from core.settings import settings


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the action's arguments."""
    parser.add_argument("--round", type=int, help="이 라운드만 (기본: 모든 라운드)")
    parser.add_argument("--relevant-from", type=int, choices=(1, 2, 3), default=2, help="관련 있다고 보는 가장 낮은 등급 (기본 2)")
    parser.add_argument("--collection", default=settings().collection, help="컬렉션 이름")
    parser.add_argument("--json", action="store_true", help="결과를 JSON 하나로 출력합니다")


def run(arguments: argparse.Namespace) -> int:
    """Print pairs proposed, alone, judged and relevant by proposer and by family."""
    from core.labels import rounds
    from core.labels.pooling import provenance
    from core.store import collections, open_database

    with open_database().connection() as conn:
        collection = collections.get(conn, arguments.collection)
        if arguments.round is not None:
            rounds.get(conn, arguments.round)
        found = provenance.contribution(conn, collection.id, round_id=arguments.round, relevant_from=arguments.relevant_from)
    if arguments.json:
        print_json({"collection": collection.name, "round": arguments.round, "relevant_from": arguments.relevant_from,
                    "proposers": [asdict(each) for each in found if each.level == "proposer"],
                    "families": [asdict(each) for each in found if each.level == "family"]})
        return 0
    if not found:
        print("아직 후보를 모은 라운드가 없습니다. `python -m core labels pool`로 모아 주세요.")
        return 0
    header = ("쌍", "혼자 낸 쌍", "판정된 쌍", f"등급 {arguments.relevant_from} 이상", "그중 혼자 찾은 것")
    for level, title in (("proposer", "후보를 낸 것"), ("family", "같은 인코더끼리 묶으면")):
        print_table((title, *header), [(each.title, each.pairs, each.alone, each.judged, each.relevant, each.relevant_alone)
                                       for each in found if each.level == level])
        print()
    return 0
