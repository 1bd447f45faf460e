"""Freezing a reviewed sample under one hash, and finding what has changed since.

The hash is SHA-256 over UTF-8 text, one JSON array a line, sorted by item id: ``["sample",1]``, then
``["item",item_id,content_hash,kind,image_type]``. The same sample frozen on two machines has one hash.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable
from dataclasses import dataclass

from core.errors import InputError
from core.review import reviewing
from core.store import collections, reviews
from core.store.database import Database
from core.store.reviews import Freeze, Reviewed

FORM = 1


@dataclass(frozen=True, slots=True)
class Drift:
    """What differs between a frozen sample and the collection today, by item id."""

    gone: tuple[str, ...]
    changed: tuple[str, ...]
    new: tuple[str, ...]

    @property
    def none(self) -> bool:
        """Whether the sample is as it was frozen."""
        return not (self.gone or self.changed or self.new)


def freeze(database: Database, collection: str, *, by: str) -> Freeze:
    """Freeze a collection whose items were all accepted; the same content again returns the freeze there is.

    Raises:
        NotFoundError: there is no such collection.
        InputError: items are open, excluded, to be swapped, or with a figure nobody named.
    """
    with database.connection() as conn, conn.transaction():
        found = collections.get(conn, collection)
        state = reviewing.state(conn, found.id)
        if not state.settled:
            raise InputError(_why_not(state))
        body = {"form": FORM, "collection": collection, "items": [
            {"id": each.item_id, "content_hash": each.content_hash, "record_hash": each.record_hash, "kind": each.kind,
             "image_type": each.image_type, "by": each.by} for each in state.items]}
        sha256 = digest(state.items)
        reviews.freeze(conn, found.id, sha256=sha256, body=body, by=by)
        return next(each for each in reviews.freezes(conn, found.id) if each.sha256 == sha256)


def drift(database: Database, frozen: Freeze) -> Drift:
    """Return what has changed since a sample was frozen."""
    with database.connection() as conn:
        today = {each.item_id: (each.content_hash, each.kind) for each in reviews.current(conn, frozen.collection_id)}
    then = {each["id"]: (each["content_hash"], each["kind"]) for each in frozen.body["items"]}
    changed = (name for name in then.keys() & today.keys() if then[name] != today[name])
    return Drift(tuple(sorted(then.keys() - today.keys())), tuple(sorted(changed)), tuple(sorted(today.keys() - then.keys())))


def digest(found: Iterable[Reviewed]) -> str:
    """Return the hash of a sample's items."""
    lines = [["sample", FORM], *sorted(["item", each.item_id, each.content_hash, each.kind, each.image_type] for each in found)]
    written = "".join(f"{json.dumps(line, ensure_ascii=False, separators=(',', ':'))}\n" for line in lines)
    return hashlib.sha256(written.encode()).hexdigest()


def _why_not(state: reviewing.SampleState) -> str:
    if not state.items:
        return "컬렉션에 문항이 없습니다. 문항을 먼저 가져오거나 표본을 뽑아 주세요."
    if waiting := state.count("open"):
        return f"아직 검수하지 않은 문항이 {waiting:,}개 있습니다. 모두 본 뒤 굳혀 주세요."
    if changed := state.count("exclude") + state.count("swap"):
        return f"빼거나 바꾸기로 한 문항이 {changed:,}개 있습니다. 먼저 새 표본으로 만들어 주세요."
    return f"그림 종류를 정하지 않은 문항이 {state.untyped:,}개 있습니다. 종류를 정한 뒤 굳혀 주세요."
