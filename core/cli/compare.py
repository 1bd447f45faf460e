"""``compare QUERY --systems A,B,C,D,E``: one query through several systems, side by side."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import TYPE_CHECKING, Any

from core.cli import search
from core.cli.output import print_json, print_table, say
from core.errors import InputError
from core.settings import settings

if TYPE_CHECKING:
    from core.search.comparison import Comparison
    from core.search.query import Query
    from core.store import Database
    from core.store.queries import QueryRevision


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the verb's arguments."""
    parser.add_argument("text", nargs="?", help="검색어")
    parser.add_argument("--image", type=Path, help="그림 파일 (png, jpg, webp)")
    parser.add_argument("--item", help="이 문항과 비슷한 문항을 찾습니다 (문항 id)")
    parser.add_argument("--query", help="저장된 쿼리의 id")
    parser.add_argument("--systems", default="A,B,C,D,E", help="쉼표로 나눈 시스템이나 변형 (기본 A,B,C,D,E)")
    parser.add_argument("--baseline", help="순위 이동을 견줄 시스템 (기본: 첫째)")
    parser.add_argument("--k", type=int, default=10, help="결과 수 (기본 10)")
    parser.add_argument("--rerank-depth", type=int, default=50, help="E가 다시 매길 문항 수 (기본 50)")
    parser.add_argument("--collection", default=settings().collection, help="컬렉션 이름")
    search.add_filters(parser)
    parser.add_argument("--csv", type=Path, metavar="FILE", help="표를 CSV 파일로 씁니다")
    parser.add_argument("--html", type=Path, metavar="FILE", help="파일 하나로 된 HTML로 씁니다")
    parser.add_argument("--json", action="store_true", help="결과를 JSON 하나로 출력합니다")


def run(arguments: argparse.Namespace) -> int:
    """Compare and print the ranked lists beside each other."""
    from core.engine.client import engine
    from core.search import comparison_export, variants
    from core.search.comparison import compare
    from core.store import open_database

    database = open_database()
    names = [name for name in arguments.systems.split(",") if name]
    told = compare(database, engine(), _asked(database, arguments), names, collection=arguments.collection, k=arguments.k,
                   filters=search.filters_of(arguments), rerank_depth=arguments.rerank_depth)
    for column in told:
        say(f"{variants.find(column.system).label}: {column.error or '끝났습니다.'}")
    baseline = variants.find(arguments.baseline).name if arguments.baseline else next(iter(told.lists), "")
    if arguments.csv is not None:
        _write(arguments.csv, comparison_export.as_csv(database, told))
    if arguments.html is not None:
        _write(arguments.html, comparison_export.as_html(database, told, baseline=baseline))
    if arguments.json:
        print_json(_as_json(told, baseline))
    else:
        _print(told, baseline)
    return 0 if told.lists else 1


def _asked(database: Database, arguments: argparse.Namespace) -> Query | QueryRevision:
    from core.search.query import Query
    from core.store import collections, queries

    if arguments.query is None:
        return Query(arguments.text, search.image_of(arguments.image), arguments.item)
    if arguments.text or arguments.image or arguments.item:
        raise InputError("--query는 검색어, --image, --item과 함께 쓸 수 없습니다. 하나만 골라 주세요.")
    with database.connection() as conn:
        return queries.get(conn, collections.get(conn, arguments.collection).id, arguments.query)


def _print(told: Comparison, baseline: str) -> None:
    from core.search import overlap, variants

    lists = told.lists
    moves = overlap.moves(lists, baseline) if baseline in lists else {}
    rows = [[rank + 1, *(_cell(listed, rank, moves.get(name, {}), name == baseline) for name, listed in lists.items())]
            for rank in range(max(map(len, lists.values()), default=0))]
    if rows:
        print_table(("순위", *(variants.find(name).label for name in lists)), rows)
        print(f"\n모두에 있는 문항 {len(overlap.common(lists))}개")
    for one, other, jaccard, rbo in _pairs(lists):
        print(f"{one} · {other}: Jaccard {jaccard:.2f}, RBO {rbo:.2f}")
    for name in told.systems:
        result = told.columns[name].result
        if result is None:
            print(f"{name}: {told.columns[name].error}")
            continue
        rerank = f" · 다시 매기기 {result.rerank_ms:.1f} ms" if result.rerank_ms else ""
        shared = " (함께 씀)" if result.shared else ""
        print(f"{name}: 인코딩 {result.encode_ms:.1f} ms{shared} · 검색 {result.search_ms:.1f} ms{rerank}"
              f"{' · 축소 모델' if result.miniature else ''}")
        for note in result.notes:
            print(f"  {note}")


def _cell(listed: list[str], rank: int, moved: dict[str, int | None], is_baseline: bool) -> str:
    if rank >= len(listed):
        return ""
    step = moved.get(listed[rank])
    if is_baseline or not moved:
        return listed[rank]
    return f"{listed[rank]} {'새로' if step is None else f'{step:+d}' if step else '='}"


def _pairs(lists: dict[str, list[str]]) -> list[tuple[str, str, float, float]]:
    from itertools import combinations

    from core.search import overlap

    return [(one, other, overlap.jaccard(lists[one], lists[other]), overlap.rbo(lists[one], lists[other]))
            for one, other in combinations(lists, 2)]


def _as_json(told: Comparison, baseline: str) -> dict[str, Any]:
    from core.search import overlap

    lists = told.lists
    return {
        "collection": told.collection,
        "k": told.k,
        "started_at": told.started_at.isoformat(timespec="seconds"),
        "baseline": baseline,
        "columns": [
            search.as_json(column.result) | {"shared": list(column.result.shared), "error": None} if column.result
            else {"system": column.system, "hits": [], "models": [], "error": column.error}
            for column in (told.columns[name] for name in told.systems)],
        "common": sorted(overlap.common(lists)),
        "pairs": [{"a": one, "b": other, "jaccard": jaccard, "rbo": rbo} for one, other, jaccard, rbo in _pairs(lists)],
    }


def _write(path: Path, data: bytes) -> None:
    from core import saving

    saving.save(path, data)
    say(f"{path}에 썼습니다.")
