"""``labels pool``: gather candidate pairs and open a round over them."""

from __future__ import annotations

import argparse
from collections import Counter
from typing import TYPE_CHECKING, Any

from core.cli import caller
from core.cli.output import print_json, print_table, say
from core.errors import InputError
from core.settings import settings

if TYPE_CHECKING:
    from core.labels.pooling.pool import PoolPlan, PoolRequest, RaterScope

ALL_SYSTEMS = "A,B,C,D,E"
_NO_ENGINE = "문항 정보, 키워드, 무작위"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the action's arguments."""
    parser.add_argument("--stage", type=int, choices=(1, 2), default=1,
                        help="1: 임베딩 없이 (문항 정보, 키워드, 무작위) · 2: 시스템이 찾은 것을 더합니다 (기본 1)")
    parser.add_argument("--name", help="라운드 이름 (기본: '1차'나 '2차')")
    parser.add_argument("--systems", metavar="A,B,…", help=f"후보를 낼 시스템 (기본: 1단계는 없음, 2단계는 {ALL_SYSTEMS})")
    parser.add_argument("--depth", type=int, default=10, help="시스템과 키워드가 쿼리마다 내는 문항 수 (기본 10)")
    parser.add_argument("--random", type=int, default=2, metavar="N", help="쿼리마다 무작위로 더하는 문항 수 (기본 2)")
    parser.add_argument("--metadata", type=int, default=5, metavar="N", help="쿼리마다 단원·개념·키워드로 고르는 문항 수 (기본 5)")
    parser.add_argument("--no-keyword", action="store_true", help="키워드 기준선(BM25)을 쓰지 않습니다")
    parser.add_argument("--no-constructed", action="store_true", help="만들어 넣거나 가져온 정답은 다시 묻지 않습니다")
    parser.add_argument("--query", action="append", metavar="ID", help="이 쿼리만 (여러 번 쓸 수 있습니다)")
    parser.add_argument("--overlap", type=int, default=2, help="한 쌍을 판정할 사람 수 1–3 (기본 2)")
    parser.add_argument("--repeat-share", type=float, default=0.1, help="같은 사람에게 한 번 더 묻는 비율 (기본 0.1)")
    parser.add_argument("--both-ways-share", type=float, default=0.1, help="문항끼리의 쌍 가운데 양쪽으로 묻는 비율 (기본 0.1)")
    parser.add_argument("--seed", type=int, default=1, help="추첨의 시드 (기본 1)")
    parser.add_argument("--rater", action="append", default=[], metavar="NAME[:과목=A,B][:단원=C]",
                        help="판정할 사람과 맡을 과목·단원 (여러 번; 없으면 모든 라벨러)")
    parser.add_argument("--collection", default=settings().collection, help="컬렉션 이름")
    parser.add_argument("--by", default=None, help="여는 사람의 이름 (기본: 이 컴퓨터의 사용자)")
    parser.add_argument("--request", metavar="JSON", help=argparse.SUPPRESS)
    parser.add_argument("--dry-run", action="store_true", help="몇 쌍, 몇 시간인지 보기만 하고 열지 않습니다")
    parser.add_argument("--json", action="store_true", help="결과를 JSON 하나로 출력합니다")


def run(arguments: argparse.Namespace) -> int:
    """Print pairs, counts by proposer and hours; open the round unless it is a dry run."""
    from core.engine.client import engine
    from core.jobs import working
    from core.labels.pooling import pool, written
    from core.store import open_database

    request = written.from_text(arguments.request) if arguments.request else _request(arguments)
    worker = working.current()
    database = open_database()
    planned = pool.plan(database, engine, arguments.collection, request, progress=_told(), cancelled=worker.cancelled)
    worker.check()
    round_id = None
    if not arguments.dry_run:
        round_id = pool.open_round(database, planned, by=arguments.by or caller.name())
    if arguments.json:
        print_json(_as_json(planned, round_id))
    else:
        _print(planned, round_id)
    return 0


def _request(arguments: argparse.Namespace) -> PoolRequest:
    from core.labels.pooling.pool import PoolRequest

    systems = arguments.systems if arguments.systems is not None else "" if arguments.stage == 1 else ALL_SYSTEMS
    return PoolRequest(
        name=arguments.name or f"{arguments.stage}차", stage=arguments.stage,
        systems=tuple(name for name in map(str.strip, systems.split(",")) if name), depth=arguments.depth,
        random_per_query=arguments.random, metadata_per_query=arguments.metadata, keyword=not arguments.no_keyword,
        constructed=not arguments.no_constructed, query_ids=tuple(arguments.query) if arguments.query else None,
        overlap=arguments.overlap, repeat_share=arguments.repeat_share, both_ways_share=arguments.both_ways_share,
        seed=arguments.seed, raters=tuple(scope_of(text) for text in arguments.rater))


def scope_of(text: str) -> RaterScope:
    """Read ``김라벨:과목=수학,영어:단원=확률``.

    Raises:
        InputError: it is written otherwise.
    """
    from core.labels.pooling.pool import RaterScope

    name, *parts = text.split(":")
    found: dict[str, tuple[str, ...]] = {}
    for part in parts:
        field, equals, values = part.partition("=")
        listed = tuple(value.strip() for value in values.split(",") if value.strip())
        if field.strip() not in ("과목", "단원") or not equals or not listed:
            raise InputError(f"'{text}'을(를) 읽을 수 없습니다. '이름:과목=수학,영어:단원=확률'처럼 써 주세요.")
        found[field.strip()] = listed
    return RaterScope(name.strip(), found.get("과목", ()), found.get("단원", ()))


def _told() -> Any:
    """Say what proposes when it begins, and every hundred queries; a job tells each."""
    from core.jobs import working
    from core.labels.pooling.provenance import title_of

    told: set[tuple[str, int]] = set()
    worker = working.current()

    def tell(proposer: str, done: int, total: int) -> None:
        worker.progress(done, total, _NO_ENGINE if proposer == "metadata" else title_of(proposer))
        if (proposer, done // 100) not in told:
            told.add((proposer, done // 100))
            name = _NO_ENGINE if proposer == "metadata" else title_of(proposer)
            say(f"후보를 모읍니다: {name} · 쿼리 {done:,}/{total:,}")

    return tell


def _print(planned: PoolPlan, round_id: int | None) -> None:
    from core.labels.pooling.provenance import title_of

    print(f"쿼리 {planned.queries:,}개 · 후보 {len(planned.pairs):,}쌍 · 물어볼 것 {planned.asked:,}쌍\n")
    print_table(("후보를 낸 것", "쌍", "물어볼 것", "혼자 낸 것"),
                [(title_of(each.proposer), each.pairs, each.asked, each.alone) for each in planned.proposers])
    print()
    for why, title in (("judged", "이미 사람이 판정한 쌍"), ("asked", "다른 열린 라운드에서 묻는 쌍"),
                       ("mirrored", "반대 방향으로 묻는 문항끼리의 쌍")):
        if planned.count(why):
            print(f"{title} {planned.count(why):,}개는 묻지 않습니다.")
    for (proposer, reason), number in Counter((proposer, reason) for _, proposer, reason in planned.left_out).items():
        print(f"{title_of(proposer) + ': ' if proposer else ''}쿼리 {number:,}개는 뺐습니다. {reason}")
    basis = "가정한 속도" if planned.assumed else f"판정 {planned.timed:,}건에서 잰 속도"
    print(f"판정 {planned.looks:,}번 · 쌍마다 {planned.request.overlap}명, 숨은 반복 {planned.request.repeat_share:.0%} 포함 · "
          f"약 {planned.hours:.1f}시간 (한 번에 {planned.seconds_per_pair:.0f}초, {basis})")
    print("열지 않았습니다. --dry-run을 빼면 라운드를 엽니다." if round_id is None else f"{round_id}번 라운드를 열었습니다.")


def _as_json(planned: PoolPlan, round_id: int | None) -> dict[str, Any]:
    return {
        "round": round_id,
        "collection": planned.collection,
        "stage": planned.request.stage,
        "systems": list(planned.request.systems),
        "queries": planned.queries,
        "proposed": len(planned.pairs),
        "pairs": planned.asked,
        "judged": planned.count("judged"),
        "asked_elsewhere": planned.count("asked"),
        "mirrored": planned.count("mirrored"),
        "proposers": [{"proposer": each.proposer, "pairs": each.pairs, "asked": each.asked, "alone": each.alone}
                      for each in planned.proposers],
        "left_out": [{"query_id": query_id, "proposer": proposer, "reason": reason}
                     for query_id, proposer, reason in planned.left_out],
        "judgments": planned.looks,
        "hours": round(planned.hours, 2),
        "seconds_per_pair": round(planned.seconds_per_pair, 2),
        "pace_measured_from": planned.timed,
    }
