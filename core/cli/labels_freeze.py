"""``labels freeze --name NAME --by NAME``: the judgments as they stand, as a version; ``--verify`` checks what was frozen."""

from __future__ import annotations

import argparse
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from core.cli.output import print_json, print_table, say
from core.settings import settings

if TYPE_CHECKING:
    from psycopg import Connection

    from core.labels.versions.freezing import Preview


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the action's arguments."""
    parser.add_argument("--collection", default=settings().collection, help="컬렉션")
    parser.add_argument("--name", default="", help="버전의 이름")
    parser.add_argument("--note", default="", help="메모")
    parser.add_argument("--by", default="", metavar="NAME", help="굳히는 사람")
    parser.add_argument("--relevant-from", type=int, choices=(1, 2, 3), metavar="1|2|3",
                        help="정답으로 치는 가장 낮은 등급 (없으면 3~5개짜리 목록은 1, 모두 판정한 후보는 2)")
    parser.add_argument("--unlisted-zero-by", default="", metavar="NAME",
                        help="목록에 없는 쌍은 모두 0이라고 선언하는 사람 (선언하지 않으면 미판정으로 둡니다)")
    parser.add_argument("--preview", action="store_true", help="굳히지 않고 무엇이 담길지만 봅니다")
    parser.add_argument("--verify", action="store_true", help="굳힌 버전들이 그때 그대로인지 해시를 다시 계산해 확인합니다")
    parser.add_argument("--json", action="store_true", help="결과를 JSON 하나로 출력합니다")


def run(arguments: argparse.Namespace) -> int:
    """Freeze, preview or verify, and print the result."""
    from core.labels.versions import freezing
    from core.store import collections, open_database

    with open_database().connection() as conn:
        collection_id = collections.get(conn, arguments.collection).id
        if arguments.verify:
            return _verify(conn, collection_id, arguments.json)
        chosen = {"relevant_from": arguments.relevant_from, "unlisted_zero_by": arguments.unlisted_zero_by}
        preview = freezing.preview(conn, collection_id, **chosen)
        if arguments.preview:
            _print(preview, arguments.json, {"sha256": preview.content.sha256})
            return 0
        frozen = freezing.freeze(conn, collection_id, name=arguments.name, note=arguments.note, by=arguments.by, **chosen)
    version = frozen.version
    _print(preview, arguments.json, {"version": version.number, "name": version.name, "new": frozen.new, "sha256": version.sha256,
                                     "created_by": version.created_by})
    if frozen.new:
        say(f"버전 {version.number} '{version.name}'을(를) 굳혔습니다. SHA-256 {version.sha256}")
    else:
        say(f"같은 내용이 이미 버전 {version.number} '{version.name}'(으)로 굳어 있습니다. 새 버전을 만들지 않았습니다.")
    return 0


def _print(preview: Preview, as_json: bool, more: dict[str, Any]) -> None:
    covered, mirrors = preview.coverage, preview.mirrors
    if as_json:
        print_json(more | {"relevant_from": preview.content.relevant_from, "unlisted_zero_by": preview.content.unlisted_zero_by,
                           "coverage": asdict(covered), "mirroring": asdict(mirrors), "notes": list(preview.notes)})
        return
    judged = covered.judged_per_query
    print_table(("담기는 것", "수"), [
        ("쿼리", covered.queries), ("정답이 있는 쿼리", covered.with_relevant), ("판정한 쌍", covered.pairs),
        (f"정답({preview.content.relevant_from} 이상)", covered.relevant),
        *((f"등급 {grade}", count) for grade, count in covered.grades.items()),
        *((f"출처 {origin}", count) for origin, count in covered.origins.items()),
        ("쿼리마다 판정", f"평균 {judged['mean']}, {judged['least']}~{judged['most']}"),
        ("등급을 매긴 쪽", ", ".join(covered.raters)),
    ])
    if mirrors.allowed:
        say(mirrors.reason)
    for note in preview.notes:
        say(note)


def _verify(conn: Connection, collection_id: int, as_json: bool) -> int:
    from core.labels.versions import truth

    checked = [(version, truth.verify(conn, version)) for version in truth.versions(conn, collection_id)]
    if as_json:
        print_json({"versions": [
            {"version": version.number, "name": version.name, "ok": bool(found), "expected": found.expected, "found": found.found,
             "problems": list(found.problems)} for version, found in checked]})
    elif not checked:
        print("굳힌 정답이 없습니다. --name과 --by를 붙여 먼저 굳혀 주세요.")
    else:
        print_table(("버전", "이름", "SHA-256", "확인"), [
            (version.number, version.name, version.sha256[:16], "그대로" if found else " ".join(found.problems))
            for version, found in checked])
    return 0 if all(found for _, found in checked) else 1
