"""``labels query add|edit|retire|restore|carry|list``: the queries of a collection and how far each is labelled."""

from __future__ import annotations

import argparse
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

from core.cli.output import print_json, print_table, say
from core.errors import InputError
from core.settings import settings

if TYPE_CHECKING:
    from psycopg import Connection

    from core.labels.making import QueryState
    from core.store.queries import QueryRevision

COMMAND_LINE = "명령줄"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the action's own actions."""
    actions = parser.add_subparsers(dest="what", required=True, metavar="WHAT")
    add = _sub(actions, "add", "쿼리를 만듭니다 (글, 그림, 또는 문항)", _add)
    add.add_argument("--id", help="쿼리 ID (없으면 다음 번호)")
    edit = _sub(actions, "edit", "쿼리를 고칩니다. 고친 쿼리는 판정이 없는 상태에서 시작합니다", _edit)
    edit.add_argument("id", help="쿼리 ID")
    for sub in (add, edit):
        sub.add_argument("--text", help="찾고 싶은 문항을 설명하는 글")
        sub.add_argument("--image", type=Path, help="그림 파일")
        sub.add_argument("--crop", type=_box, metavar="L,T,R,B", help="그림에서 이 부분만 (왼쪽,위,오른쪽,아래 픽셀)")
        sub.add_argument("--item", help="원본 문항의 ID (글도 그림도 없으면 문항 자체가 쿼리입니다)")
    for name, help_text, act in (("retire", "쿼리를 거둡니다. 판정은 기록에 남습니다", _retire),
                                 ("restore", "거둔 쿼리를 되살립니다", _restore)):
        _sub(actions, name, help_text, act).add_argument("id", help="쿼리 ID")
    carry = _sub(actions, "carry", "뜻이 바뀌지 않은 쿼리에 이전 개정의 등급을 옮깁니다", _carry)
    carry.add_argument("id", help="쿼리 ID")
    carry.add_argument("--from-revision", type=int, required=True, metavar="N", help="등급을 가져올 개정")
    listing = _sub(actions, "list", "쿼리와 라벨링 상태를 봅니다", _list)
    listing.add_argument("--relevant-from", type=int, choices=(1, 2, 3), default=1, metavar="1|2|3",
                         help="정답으로 치는 가장 낮은 등급 (기본 1)")
    listing.add_argument("--retired", action="store_true", help="거둔 쿼리도 봅니다")


def run(arguments: argparse.Namespace) -> int:
    """Run the chosen action."""
    from core.store import collections, open_database

    with open_database().connection() as conn:
        return arguments.act_on_query(conn, collections.get(conn, arguments.collection).id, arguments)


def _sub(actions: Any, name: str, help_text: str, act: Callable[[Connection, int, argparse.Namespace], int]) -> argparse.ArgumentParser:
    sub = actions.add_parser(name, help=help_text, description=help_text)
    sub.add_argument("--collection", default=settings().collection, help="컬렉션")
    if name != "list":
        sub.add_argument("--by", default=COMMAND_LINE, metavar="NAME", help="하는 사람의 이름")
    sub.add_argument("--json", action="store_true", help="결과를 JSON 하나로 출력합니다")
    sub.set_defaults(act_on_query=act)
    return sub


def _add(conn: Connection, collection_id: int, arguments: argparse.Namespace) -> int:
    from core.labels import making

    if arguments.text:
        for near in making.near(conn, collection_id, arguments.text):
            say(f"비슷한 쿼리가 있습니다: {near.query.query_id} {near.query.text} ({near.similarity:.0%})")
    made = making.create(conn, collection_id, by=arguments.by, query_id=arguments.id, text=arguments.text,
                         image=_image(arguments), source_item_id=arguments.item)
    return _told(made, arguments, "쿼리를 만들었습니다")


def _edit(conn: Connection, collection_id: int, arguments: argparse.Namespace) -> int:
    from core.labels import making

    image = _image(arguments)
    parts = {"text": arguments.text, "image": image, "source_item_id": arguments.item}
    # An empty text or item takes that part away.
    given = {name: value or None for name, value in parts.items() if value is not None}
    if not given:
        raise InputError("고칠 것을 --text, --image, --item 가운데에서 지정해 주세요.")
    return _told(making.edit(conn, collection_id, arguments.id, by=arguments.by, **given), arguments, "쿼리를 고쳤습니다")


def _retire(conn: Connection, collection_id: int, arguments: argparse.Namespace) -> int:
    from core.labels import making

    return _told(making.retire(conn, collection_id, arguments.id, by=arguments.by), arguments, "쿼리를 거두었습니다")


def _restore(conn: Connection, collection_id: int, arguments: argparse.Namespace) -> int:
    from core.labels import making

    return _told(making.restore(conn, collection_id, arguments.id, by=arguments.by), arguments, "쿼리를 되살렸습니다")


def _carry(conn: Connection, collection_id: int, arguments: argparse.Namespace) -> int:
    from core.labels import making

    count = making.carry(conn, collection_id, arguments.id, from_revision=arguments.from_revision, by=arguments.by)
    if arguments.json:
        print_json({"query_id": arguments.id, "carried": count})
    say(f"등급 {count:,}건을 옮겼습니다.")
    return 0


def _list(conn: Connection, collection_id: int, arguments: argparse.Namespace) -> int:
    from core.labels import making

    states = making.states(conn, collection_id, relevant_from=arguments.relevant_from, retired=arguments.retired)
    if arguments.json:
        print_json({"queries": [_as_json(state.query) | {
            "judged": state.judged, "relevant": state.relevant, "reached": state.reached, "grades": state.grades,
            "source_changed": state.source_changed} for state in states]})
        return 0
    print_table(("쿼리", "종류", "글", "원본 문항", "판정", "정답", "상태"), [
        (state.query.query_id, state.query.query_type, _short(state.query.text), state.query.source_item_id or "",
         state.judged, state.relevant, _state(state)) for state in states])
    return 0


def _state(state: QueryState) -> str:
    if state.query.retired:
        return "거둠"
    if state.source_changed:
        return "원본 문항이 바뀜"
    return "충분" if state.reached else "더 필요"


def _told(query: QueryRevision, arguments: argparse.Namespace, done: str) -> int:
    if arguments.json:
        print_json(_as_json(query))
    say(f"{done}: {query.query_id} (개정 {query.revision})")
    return 0


def _as_json(query: QueryRevision) -> dict[str, Any]:
    return {"query_id": query.query_id, "revision": query.revision, "query_type": query.query_type, "text": query.text,
            "image": query.image_hash, "source_item_id": query.source_item_id, "retired": query.retired}


def _short(text: str | None) -> str:
    words = " ".join((text or "").split())
    return words if len(words) <= 40 else f"{words[:40]}…"


def _image(arguments: argparse.Namespace) -> bytes | None:
    from core.labels import making

    if arguments.image is None:
        if arguments.crop:
            raise InputError("--crop은 --image와 함께 써 주세요.")
        return None
    try:
        data = arguments.image.read_bytes()
    except OSError as error:
        raise InputError(f"그림 파일 {arguments.image}을(를) 열 수 없습니다. 경로와 읽기 권한을 확인해 주세요.") from error
    return making.cropped(data, arguments.crop) if arguments.crop else data


def _box(words: str) -> tuple[int, int, int, int]:
    try:
        left, top, right, bottom = (int(word) for word in words.split(","))
    except ValueError as error:
        raise argparse.ArgumentTypeError("왼쪽,위,오른쪽,아래를 픽셀로 적어 주세요. 예: 10,20,300,240") from error
    return left, top, right, bottom
