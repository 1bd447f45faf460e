"""``embed``: make the vectors every system needs."""

from __future__ import annotations

import argparse
from collections.abc import Callable
from dataclasses import asdict
from typing import TYPE_CHECKING

from tqdm import tqdm

from core.cli.output import print_json, print_table, say
from core.settings import settings

if TYPE_CHECKING:
    from core.jobs.working import Worker
    from core.search.indexing import Progress


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the verb's arguments."""
    parser.add_argument("--collection", default=settings().collection, help="컬렉션 이름")
    parser.add_argument("--system", action="append", default=[], help="이 시스템이나 변형에 필요한 것만, 예: A@nf4 (여러 번; 기본: 모두)")
    parser.add_argument("--json", action="store_true", help="결과를 JSON 하나로 출력합니다")


def run(arguments: argparse.Namespace) -> int:
    """Embed what is not embedded yet; Ctrl+C keeps what is stored."""
    from core.engine.client import engine
    from core.jobs import working
    from core.search import systems, variants
    from core.search.indexing import embed_collection
    from core.search.joining import join_collection
    from core.store import open_database

    chosen = [variants.find(name) for name in arguments.system or systems.SYSTEMS]
    wanted = dict.fromkeys((channel, variant.precision, variant.max_pixels) for variant in chosen for channel in variant.channels)
    database, client, worker = open_database(), engine(), working.current()
    results = []
    for channel, precision, max_pixels in wanted:
        with tqdm(desc=f"{channel.model} ({channel.content})", unit="문항", disable=None) as bar:
            report = embed_collection(database, client, arguments.collection, model_key=channel.model, content=channel.content,
                                      precision=precision or "auto", max_pixels=max_pixels,
                                      progress=_shown_by(bar, worker, channel.model), cancelled=worker.cancelled)
        worker.check()
        results.append((channel, report))
        for item_id, reason in report.failed:
            say(f"{item_id}: {reason}")
    joined = {}
    for variant in chosen:
        if variant.fusion == "concat":
            with tqdm(desc=variant.name, unit="문항", disable=None) as bar:
                joined[variant.name] = join_collection(database, arguments.collection, variant,
                                                         progress=_shown_by(bar, worker, variant.name))
    if arguments.json:
        print_json({"collection": arguments.collection, "joined": joined, "sets": [
            {"model": channel.model, "content": channel.content, **asdict(report)} for channel, report in results]})
        return 0
    print_table(("모델", "내용", "정밀도", "새로", "그대로", "실패", "fp32 재시도", "초"), [
        (channel.model, channel.content, report.model.precision, report.embedded, report.unchanged, len(report.failed),
         report.retried_fp32, f"{report.seconds:.1f}") for channel, report in results])
    for name, count in joined.items():
        print(f"{name}: 결합 벡터 {count}개를 만들었습니다.")
    return 0


def _shown_by(bar: tqdm, worker: Worker, words: str) -> Callable[[Progress], None]:
    def show(state: Progress) -> None:
        bar.total = state.total
        bar.update(state.done - bar.n)
        worker.progress(state.done, state.total, words)

    return show
