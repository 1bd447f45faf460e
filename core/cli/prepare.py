"""``prepare``: from a fresh checkout to a searchable sample; idempotent."""

from __future__ import annotations

import argparse
from dataclasses import asdict

from tqdm import tqdm

from core.cli.output import print_json, say


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the verb's arguments."""
    parser.add_argument("--json", action="store_true", help="결과를 JSON 하나로 출력합니다")


def run(arguments: argparse.Namespace) -> int:
    """Prepare and say what is there."""
    say("데이터베이스를 엽니다.")
    from core.engine.client import engine
    from core.prepare import prepare
    from core.store import open_database

    bars: dict[str, tqdm] = {}

    def show(channel, state) -> None:
        bar = bars.setdefault(channel.model, tqdm(desc=channel.model, total=state.total, unit="문항", disable=None))
        bar.update(state.done - bar.n)
        if state.done == state.total:
            bar.close()

    done = prepare(open_database(), engine, say=say, progress=show)
    if arguments.json:
        print_json(asdict(done))
        return 0
    say(f"준비되었습니다: {done.collection} 컬렉션 {done.items}문항, 쿼리 {done.queries}개.")
    if done.failed:
        say(f"임베딩하지 못한 문항이 {done.failed}개 있습니다. `python -m core embed`로 까닭을 볼 수 있습니다.")
    if done.miniature:
        say("지금은 축소 모델로 동작합니다. 결과는 연결 확인용이며 판정에 쓸 수 없습니다.")
    return 0
