"""``make soak``: a team at work for ten minutes on one machine. Is every label kept, how long do people wait, does the server grow?

Twenty raters judge through the routes and the socket that the desk uses, three viewers let pages run again the same way, two
look on in Chromium. All of them are beside the server on this machine's cores, so the times are those of a machine that is busier than
an office's. Exit code 0: nothing was lost, nothing went wrong, the dashboard did not grow.
"""

from __future__ import annotations

import argparse
import asyncio
import os
import sys
import tempfile
import time
from collections import Counter
from contextlib import AsyncExitStack
from pathlib import Path


def main() -> int:
    """Prepare, let everybody work, tell; return 0 where all is well."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--minutes", type=float, default=10.0)
    parser.add_argument("--raters", type=int, default=20)
    parser.add_argument("--viewers", type=int, default=5, help="two of them in Chromium")
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="soak-") as folder:
        os.environ |= {"DATA_DIR": folder, "MODELS": "mini", "OMP_NUM_THREADS": "1", "PYTHONPATH": str(Path.cwd())}
        from core.engine.client import stop_engine
        from core.store import close_database
        from tests import soak_house

        raters = [f"라벨러 {number:02}" for number in range(1, asked.raters + 1)]
        viewers = [f"열람자 {number:02}" for number in range(1, asked.viewers + 1)]
        try:
            print("데이터를 준비합니다 (1–2분).", flush=True)
            database, round_id = soak_house.prepare({"rater": raters, "viewer": viewers})
            with soak_house.served(Path(folder)) as (address, dashboard):
                code = asyncio.run(_soak(asked.minutes, address, dashboard, Path(folder), database, round_id, raters, viewers))
            print(soak_house.last_traceback(Path(folder)), end="")
            return code
        finally:
            stop_engine()
            close_database()


async def _soak(minutes, address, dashboard, folder, database, round_id, raters, viewers) -> int:
    from tests import soak_browsers, soak_house
    from tests.soak_people import Rater
    from tests.soak_watch import Watch

    async with AsyncExitStack() as stack:
        seen = viewers[:2]
        browser = await stack.enter_async_context(soak_browsers.chromium()) if seen else None
        judging = [Rater(address, name) for name in raters]
        looking = [*(soak_browsers.Spectator(address, name, browser) for name in seen),
                   *(soak_browsers.Viewer(address, name) for name in viewers[2:])]
        watch = Watch(dashboard, soak_house.engine(folder), database)
        until = time.monotonic() + 60 * minutes
        print(f"{minutes:g}분 동안 라벨러 {len(judging)}명, 열람자 {len(looking)}명이 일합니다.", flush=True)
        ended = await asyncio.gather(watch.look_on(until), *(person.live(until) for person in [*judging, *looking]), return_exceptions=True)
    broken = Counter(f"{type(error).__name__} {error}" for error in ended if isinstance(error, BaseException))
    return _tell(database, round_id, judging, looking, watch, broken)


def _tell(database, round_id, judging, looking, watch, broken) -> int:
    from core.bench.statistics import spread
    from tests.soak_watch import GROWTH, SHORTEST

    people = [*judging, *looking]
    print(f"\n{'기다린 것 (ms)':<28}{'횟수':>8}{'p50':>9}{'p95':>9}{'p99':>9}")
    for name in sorted({name for person in people for name in person.told.took}):
        found = spread([took for person in people for took in person.told.took.get(name, ())])
        print(f"{name:<28}{found.calls:>8,}{found.p50:>9.0f}{found.p95:>9.0f}{found.p99:>9.0f}")
    errors = broken + sum((person.told.errors for person in people), Counter())
    refused = sum((rater.refused for rater in judging), Counter())
    lost = _lost(database, round_id, judging)
    sent, twice = sum(len(rater.sent) for rater in judging), sum(rater.twice for rater in judging)
    print(f"\n판정: 한 것 {sent:,}, 저장이 확인된 것 {sum(len(rater.acknowledged) for rater in judging):,} "
          f"(대답을 잃어 두 번 보낸 것 {twice:,}), 거절 {sum(refused.values()):,}")
    for words, count in [*refused.most_common(5), *lost.most_common(), *errors.most_common(10)]:
        print(f"  ! {count:,} × {words}")
    print(f"잃거나 두 번 저장되거나 차례가 바뀐 것: {sum(lost.values()):,}   오류: {sum(errors.values()):,}")
    print(f"DB 연결: 최대 {max(watch.connections)}   대시보드 프로세서: 평균 {sum(watch.processor) / len(watch.processor):.2f}코어, "
          f"부하 {os.getloadavg()[0]:.1f}")
    every = max(1, len(watch.memory) // 10)
    print("대시보드 RSS (MiB): " + " ".join(f"{memory:.0f}" for memory in watch.memory[::every])
          + ("   엔진: " + " ".join(f"{memory:.0f}" for memory in watch.engine_memory[::every]) if watch.engine_memory else ""))
    slope = watch.slope()
    grows, long_enough = slope.high > GROWTH, watch.minutes[-1] >= SHORTEST
    state = "너무 짧아 말할 수 없음" if not long_enough else "늘어남" if grows else "평탄"
    print(f"RSS 기울기: {slope.slope:+.2f} MiB/분 [{slope.low:+.2f}, {slope.high:+.2f}], 한도 {GROWTH:g} → {state}")
    return int(bool(lost or errors or refused or (grows and long_enough)))


def _lost(database, round_id, judging) -> Counter[str]:
    """Hold what the database has against what each rater was told: each label once, as it was said, in its order."""
    from core.labels import queue, rounds, tokens
    from core.labels.tokens import Assignment
    from core.store import judgments

    found: Counter[str] = Counter()
    with database.connection() as conn:
        collection_id = rounds.get(conn, round_id).collection_id
        stored = [event for event in judgments.events(conn, collection_id) if event.round_id == round_id]
        for rater in judging:
            entries = queue.entries(conn, round_id, rater.name)
            names = dict(zip(((entry.query_id, entry.item_id, entry.purpose) for entry in entries),
                             tokens.refs(conn, Assignment.of(round_id, collection_id, rater.name), entries), strict=True))
            rows = [event for event in stored if event.rater == rater.name]
            there = Counter(str(event.uuid) for event in rows)
            found["확인되었으나 없거나 두 번 있는 판정"] += sum(there[name] != 1 for name in rater.acknowledged)
            found["확인 없이 남은 판정"] += len({event["uuid"] for event in rater.sent} - set(rater.acknowledged))
            said = [(event["uuid"], event["ref"], event["grade"], event["kind"] == "unrateable", event["note"]) for event in rater.sent]
            kept = [(str(event.uuid), names.get((event.query_id, event.item_id, event.purpose)), event.grade, event.unrateable, event.note)
                    for event in rows]
            found["한 대로, 한 차례로 저장되지 않은 라벨러"] += said != kept
    return +found


if __name__ == "__main__":
    sys.exit(main())
