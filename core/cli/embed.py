"""``embed``: make the vectors every system needs."""

from __future__ import annotations

import argparse
import threading
from dataclasses import asdict

from tqdm import tqdm

from core.cli.output import print_json, print_table, say
from core.settings import settings


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the verb's arguments."""
    parser.add_argument("--collection", default=settings().collection, help="컬렉션 이름")
    parser.add_argument("--system", action="append", default=[], help="이 시스템에 필요한 것만 (여러 번 쓸 수 있습니다; 기본: 모두)")
    parser.add_argument("--json", action="store_true", help="결과를 JSON 하나로 출력합니다")


def run(arguments: argparse.Namespace) -> int:
    """Embed what is not embedded yet; Ctrl+C keeps what is stored."""
    from core.engine.client import engine
    from core.search import systems
    from core.search.indexing import embed_collection
    from core.store import open_database

    chosen = [systems.find(name) for name in arguments.system] or list(systems.SYSTEMS.values())
    channels = dict.fromkeys(channel for system in chosen for channel in system.channels)
    database, client, stop = open_database(), engine(), threading.Event()
    results = []
    for channel in channels:
        with tqdm(desc=f"{channel.model} ({channel.content})", unit="문항", disable=None) as bar:
            def show(progress, bar=bar) -> None:
                bar.total = progress.total
                bar.update(progress.done - bar.n)
            report = embed_collection(database, client, arguments.collection, model_key=channel.model,
                                      content=channel.content, progress=show, cancelled=stop.is_set)
        results.append((channel, report))
        for item_id, reason in report.failed:
            say(f"{item_id}: {reason}")
    if arguments.json:
        print_json({"collection": arguments.collection, "sets": [
            {"model": channel.model, "content": channel.content, **asdict(report)} for channel, report in results]})
        return 0
    print_table(("모델", "내용", "새로", "그대로", "실패", "fp32 재시도", "초"), [
        (channel.model, channel.content, report.embedded, report.unchanged, len(report.failed), report.retried_fp32,
         f"{report.seconds:.1f}") for channel, report in results])
    return 0
