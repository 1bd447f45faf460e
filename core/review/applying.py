"""Carrying out a review: the sample without what was excluded, with what stands in, as a collection of its own."""

from __future__ import annotations

from dataclasses import dataclass

from core.errors import InputError, NotFoundError
from core.review import reviewing
from core.store import collections, items, reviews
from core.store.database import Database
from core.store.items import NewItem, StoredItem


@dataclass(frozen=True, slots=True)
class Applied:
    """What the new collection holds."""

    collection: str
    kept: int
    excluded: int
    swapped: int


def apply(database: Database, collection: str, *, into: str, by: str) -> Applied:
    """Store the reviewed sample under a new name; what was said of kept items goes with them, stand-ins wait for their own review.

    The sample itself stays as it was: queries and grades that exist for it keep their items.

    Raises:
        NotFoundError: there is no such collection, or a stand-in is gone.
        InputError: items are open, nothing was changed, or the new name is taken.
    """
    with database.connection() as conn, conn.transaction():
        source = collections.get(conn, collection)
        state = reviewing.state(conn, source.id)
        if waiting := state.count("open"):
            raise InputError(f"아직 검수하지 않은 문항이 {waiting:,}개 있습니다. 모두 본 뒤 다시 해 주세요.")
        if state.count("accept") == len(state.items):
            raise InputError("빼거나 바꾼 문항이 없으니 새로 만들 것이 없습니다. 표본을 그대로 굳혀 주세요.")
        if collections.find(conn, into) is not None:
            raise InputError(f"'{into}' 컬렉션이 이미 있습니다. 다른 이름을 정해 주세요.")
        kept = {each.item_id: each for each in state.items if each.verdict == "accept"}
        coming = [each.swapped_for for each in state.items if each.verdict == "swap"]
        records = items.get_many(conn, source.id, kept) | _of_sources(conn, source.id, coming)
        target = collections.ensure(conn, into, note=f"'{collection}'을(를) 검수한 표본")
        items.upsert(conn, target.id, [NewItem(one.item, one.content_hash, one.image_hashes) for one in records.values()])
        for each in kept.values():
            reviews.append(conn, target.id, each.item_id, each.content_hash, verdict="accept", by=each.by or by,
                           image_type=each.image_type, note=each.note)
    return Applied(into, len(kept), state.count("exclude"), len(coming))


def _of_sources(conn, collection_id: int, ids: list[str]) -> dict[str, StoredItem]:
    found: dict[str, StoredItem] = {}
    for name in reviews.sources(conn, collection_id):
        found |= items.get_many(conn, collections.get(conn, name).id, [each for each in ids if each not in found])
    if gone := sorted(set(ids) - found.keys()):
        raise NotFoundError(f"대신 넣을 문항 {', '.join(gone[:5])}을(를) 찾지 못했습니다. 그 문항들을 다시 골라 주세요.")
    return found
