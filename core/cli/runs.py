"""``runs``: every query through chosen systems, their ranked lists stored."""

from __future__ import annotations

import argparse
import sys
from typing import TYPE_CHECKING, Any

from core.cli.output import print_json, print_table, say
from core.settings import settings

if TYPE_CHECKING:
    from core.store import Database


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the verb's arguments."""
    parser.add_argument("--systems", default="A,B,C,D,E,bm25", help="쉼표로 나눈 시스템이나 변형 (기본 A,B,C,D,E,bm25)")
    parser.add_argument("--collection", default=settings().collection, help="컬렉션 이름")
    parser.add_argument("--depth", type=int, default=100, help="쿼리마다 저장할 순위 수 (기본 100)")
    parser.add_argument("--rerank-depth", type=int, default=50, help="E가 다시 매길 문항 수 (기본 50)")
    parser.add_argument("--list", action="store_true", help="저장된 실행을 보기만 합니다")
    parser.add_argument("--json", action="store_true", help="결과를 JSON 하나로 출력합니다")


def run(arguments: argparse.Namespace) -> int:
    """Run the systems one after the other, or list what is stored."""
    from core.store import open_database

    database = open_database()
    made = _stored(database, arguments.collection) if arguments.list else _made(database, arguments)
    if arguments.json:
        print_json({"collection": arguments.collection, "runs": made})
    elif arguments.list:
        print_table(("실행", "시스템", "범위", "쿼리", "깊이", "시각", ""), [
            (one["run"], one["system"], "모두" if one["scope"] == "all" else one["scope"], one["queries"], one["depth"], one["created_at"],
             " · ".join(filter(None, ["축소 모델" if one["miniature"] else "", "지금과 다른 벡터나 문항" if one["stale"] else ""])))
            for one in made])
    else:
        print_table(("실행", "시스템", "쿼리", "새로", "제외"), [
            (one["run"], one["system"], one["queries"], one["added"], len(one["left_out"])) for one in made])
        for one in made:
            for reason in dict.fromkeys(left["reason"] for left in one["left_out"]):
                print(f"{one['system']}: {reason}")
    return 0


def _made(database: Database, arguments: argparse.Namespace) -> list[dict[str, Any]]:
    from tqdm import tqdm

    from core.engine.client import engine
    from core.jobs import working
    from core.search import running, variants

    names = [variants.find(name).name for name in arguments.systems.split(",") if name]
    made, worker = [], working.current()
    for place, name in enumerate(names):
        with tqdm(desc=name, unit="쿼리", file=sys.stderr, disable=None) as bar:
            def show(done: int, total: int, bar: tqdm = bar, name: str = name, place: int = place) -> None:
                bar.total = total
                bar.update(done - bar.n)
                worker.progress(place * total + done, len(names) * total, name)

            outcome = running.run_system(database, engine(), name, collection=arguments.collection, depth=arguments.depth,
                                         rerank_depth=arguments.rerank_depth, progress=show, cancelled=worker.cancelled)
        worker.check()
        say(f"{name}: {outcome.done}개 쿼리의 순위가 {outcome.run_id}번 실행에 있습니다.")
        made.append({"run": outcome.run_id, "system": name, "queries": outcome.done, "added": outcome.added,
                     "left_out": [{"query": query_id, "reason": reason} for query_id, reason in outcome.left_out]})
    return made


def _stored(database: Database, collection: str) -> list[dict[str, Any]]:
    from core.search import run_choice
    from core.search.run_config import States
    from core.store import collections, run_lists, runs

    with database.connection() as conn:
        found, known = collections.get(conn, collection), States(conn)
        return [{"run": one.id, "system": one.system, "scope": one.scope, "queries": len(run_lists.queries(conn, one.id)),
                 "depth": one.config.get("depth"), "created_at": one.created_at.isoformat(timespec="seconds"),
                 "miniature": bool(one.config.get("miniature")), "stale": run_choice.stale(conn, one, known)}
                for one in runs.listing(conn, found.id)]
