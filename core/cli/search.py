"""``search QUERY --system A``: one query through one system."""

from __future__ import annotations

import argparse
from dataclasses import asdict
from pathlib import Path
from typing import Any

from core.cli.output import print_json, print_models, print_table
from core.errors import InputError
from core.settings import settings


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the verb's arguments."""
    parser.add_argument("text", nargs="?", help="검색어")
    parser.add_argument("--image", type=Path, help="그림 파일 (png, jpg, webp)")
    parser.add_argument("--item", help="이 문항과 비슷한 문항을 찾습니다 (문항 id)")
    parser.add_argument("--system", default="A", help="A–E 또는 시스템 이름 (기본 A)")
    parser.add_argument("--k", type=int, default=10, help="결과 수 (기본 10)")
    parser.add_argument("--collection", default=settings().collection, help="컬렉션 이름")
    add_filters(parser)
    parser.add_argument("--json", action="store_true", help="결과를 JSON 하나로 출력합니다")


FILTERS = {"subject": "과목", "unit": "단원", "kind": "종류", "difficulty": "난이도", "item_type": "유형"}


def add_filters(parser: argparse.ArgumentParser) -> None:
    """Add one option for each field that a search may be restricted to."""
    for name, title in FILTERS.items():
        parser.add_argument(f"--{name.replace('_', '-')}", action="append", default=[], metavar="VALUE",
                            help=f"{title}이(가) 이 값인 문항만 (여러 번 쓸 수 있습니다)")


def filters_of(arguments: argparse.Namespace) -> Any:
    """Return the restrictions that were given."""
    from core.store.filters import Filters

    return Filters(**{name: tuple(getattr(arguments, name)) for name in FILTERS})


def run(arguments: argparse.Namespace) -> int:
    """Search and print ranks, ids, scores and milliseconds."""
    from core.engine.client import engine
    from core.search.query import Query
    from core.search.service import search
    from core.store import open_database

    query = Query(arguments.text, image_of(arguments.image), arguments.item)
    result = search(open_database(), engine(), query, system=arguments.system, collection=arguments.collection,
                    k=arguments.k, filters=filters_of(arguments))
    if arguments.json:
        print_json(as_json(result))
        return 0
    if not result.hits:
        print("찾은 문항이 없습니다. 검색어나 조건을 바꾸어 보세요.")
    else:
        print_table(("순위", "문항", "점수"), [(hit.rank, hit.item_id, f"{hit.score:.4f}") for hit in result.hits])
    rerank = f" · 다시 매기기 {result.rerank_ms:.1f} ms" if result.rerank_ms else ""
    print(f"\n인코딩 {result.encode_ms:.1f} ms · 검색 {result.search_ms:.1f} ms{rerank}")
    print_models(result.models)
    for note in result.notes:
        print(note)
    return 0


def image_of(path: Path | None) -> bytes | None:
    """Return the bytes of an image file.

    Raises:
        InputError: it cannot be read.
    """
    if path is None:
        return None
    try:
        return path.read_bytes()
    except OSError as error:
        raise InputError(f"그림 파일 {path}을(를) 열 수 없습니다. 경로와 읽기 권한을 확인해 주세요.") from error


def as_json(result: Any) -> dict[str, Any]:
    """Return a search's result as ``--json`` prints it."""
    models = [{"id": model.id, "revision": model.revision, "precision": model.precision, "device": model.device,
               "miniature": model.miniature, "dims": model.dims, "max_pixels": model.max_pixels} for model in result.models]
    return {
        "system": result.system,
        "collection": result.collection,
        "hits": [asdict(hit) for hit in result.hits],
        "encode_ms": round(result.encode_ms, 3),
        "search_ms": round(result.search_ms, 3),
        "rerank_ms": round(result.rerank_ms, 3),
        "models": models,
        "notes": result.notes,
    }
