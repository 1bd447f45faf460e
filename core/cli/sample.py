"""``sample``: the plan's stratified sample of a collection."""

from __future__ import annotations

import argparse

from core.cli.output import print_json, print_table, say
from core.items.presets import PRESETS
from core.items.sampling import SEED


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the verb's arguments."""
    parser.add_argument("--collection", required=True, help="뽑을 컬렉션")
    parser.add_argument("--into", help="표본을 담을 새 컬렉션 (없으면 뽑기만 합니다)")
    presets = ", ".join(f"{preset.name} = {preset.title}" for preset in PRESETS.values())
    parser.add_argument("--preset", default="phase1", help=f"표본 구성 ({presets})")
    parser.add_argument("--seed", type=int, default=SEED, help=f"시드 (기본 {SEED})")
    parser.add_argument("--json", action="store_true", help="결과를 JSON 하나로 출력합니다")


def run(arguments: argparse.Namespace) -> int:
    """Draw, then print the quota table and what could not be filled."""
    from core.items.drawing import draw
    from core.store import open_database

    drawn = draw(open_database(), source=arguments.collection, into=arguments.into, preset=arguments.preset,
                 seed=arguments.seed)
    if arguments.json:
        print_json({
            "collection": arguments.collection, "into": arguments.into, "preset": drawn.preset, "seed": drawn.seed,
            "ids": list(drawn.ids), "notes": list(drawn.notes),
            "quotas": [{"name": quota.name, "wanted": quota.wanted, "available": quota.available, "taken": quota.taken}
                       for quota in drawn.quotas]})
        return 0
    print_table(("구분", "필요", "있음", "뽑음"),
                [(quota.name, quota.wanted, quota.available, quota.taken) for quota in drawn.quotas])
    for note in drawn.notes:
        say(note)
    say(f"{len(drawn.ids)}문항을 뽑았습니다." + (f" '{arguments.into}' 컬렉션에 담았습니다." if arguments.into else ""))
    return 0
