"""Saying of each sampled item whether it stays (the plan's task 1.6, risk R3), and what its figure shows."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from uuid import UUID

from psycopg import Connection

from core.errors import InputError, NotFoundError
from core.items import context
from core.items.sampling import SEED
from core.store import collections, items, reviews
from core.store.items import StoredItem
from core.store.reviews import ImageType, Reviewed, Verdict

VERDICTS: dict[Verdict, str] = {"open": "아직", "accept": "받음", "exclude": "뺌", "swap": "바꿈"}
IMAGE_TYPES: dict[ImageType, str] = {"graph": "그래프", "figure": "도형", "photo": "사진", "diagram": "다이어그램", "table": "표"}
"""What a figure shows, as the plan lists it (4.2)."""
LONGEST_NOTE = 2_000
OFFERED = 5
_LOOKED_AT = 60
"""Candidates read to find ``OFFERED`` that can stand alone."""


@dataclass(frozen=True, slots=True)
class SampleState:
    """A sample under review."""

    items: tuple[Reviewed, ...]

    def count(self, verdict: Verdict) -> int:
        """Return how many items have this verdict."""
        return sum(item.verdict == verdict for item in self.items)

    @property
    def untyped(self) -> int:
        """Items that stay and whose figure nobody has named yet."""
        return sum(item.kind == "image" and not item.image_type for item in self.items if item.verdict in ("open", "accept"))

    @property
    def image_types(self) -> dict[str, int]:
        """How many accepted items show what, by the Korean word."""
        counts = Counter(item.image_type for item in self.items if item.verdict == "accept" and item.image_type)
        return {IMAGE_TYPES[name]: counts[name] for name in IMAGE_TYPES if counts[name]}

    @property
    def settled(self) -> bool:
        """Whether the sample can be frozen as it stands."""
        return bool(self.items) and self.count("accept") == len(self.items) and not self.untyped


def state(conn: Connection, collection_id: int) -> SampleState:
    """Return a collection's items with what was said of each."""
    return SampleState(tuple(reviews.current(conn, collection_id)))


def review(conn: Connection, collection_id: int, item_id: str, *, by: str, verdict: Verdict, image_type: ImageType = "",
           swapped_for: str = "", note: str = "", uuid: UUID | None = None) -> None:
    """Store what somebody says of an item.

    Args:
        swapped_for: with ``swap``, the item that stands in; of any other collection, and not in the sample already.

    Raises:
        NotFoundError: the item is not in the collection.
        InputError: a value is unknown, a figure is named for an item without one, or the stand-in cannot be taken.
    """
    if verdict not in VERDICTS or image_type not in ("", *IMAGE_TYPES):
        raise InputError(f"검수 값은 {' · '.join(VERDICTS)}, 그림 종류는 {' · '.join(IMAGE_TYPES)} 가운데 골라 주세요.")
    if len(note) > LONGEST_NOTE:
        raise InputError(f"메모는 {LONGEST_NOTE:,}자까지 쓸 수 있습니다. 줄여서 다시 저장해 주세요.")
    found = items.get(conn, collection_id, item_id)
    if image_type and not found.item.images:
        raise InputError(f"'{item_id}' 문항에는 그림이 없습니다. 그림 종류를 비워 주세요.")
    if verdict == "swap":
        _check_stand_in(conn, collection_id, item_id, swapped_for)
    elif swapped_for:
        raise InputError("다른 문항으로 바꾸려면 '바꿈'을 골라 주세요.")
    reviews.append(conn, collection_id, item_id, found.content_hash, verdict=verdict, by=by, swapped_for=swapped_for,
                   image_type=image_type, note=note.strip(), uuid=uuid)


def stand_ins(conn: Connection, collection_id: int, item_id: str, *, source: str, limit: int = OFFERED) -> list[StoredItem]:
    """Return items of the source that could stand in for one: same stratum, likest first, none that lost its context.

    Raises:
        NotFoundError: there is no such collection.
    """
    source_id = collections.get(conn, source).id
    taken = [each.swapped_for for each in reviews.current(conn, collection_id) if each.swapped_for and each.item_id != item_id]
    ids = reviews.stand_ins(conn, collection_id, item_id, source_id=source_id, taken=taken, seed=SEED, limit=_LOOKED_AT)
    found = items.get_many(conn, source_id, ids)
    whole = [found[each] for each in ids if each in found and not context.flags(found[each].item)]
    return whole[:limit]


def _check_stand_in(conn: Connection, collection_id: int, item_id: str, swapped_for: str) -> None:
    if not swapped_for:
        raise InputError("무엇으로 바꿀지 골라 주세요.")
    for each in reviews.current(conn, collection_id):
        if each.item_id == swapped_for:
            raise InputError(f"'{swapped_for}' 문항은 이미 표본에 있습니다. 다른 문항을 골라 주세요.")
        if each.swapped_for == swapped_for and each.item_id != item_id:
            raise InputError(f"'{swapped_for}' 문항은 이미 '{each.item_id}' 대신 들어갑니다. 다른 문항을 골라 주세요.")
    for name in reviews.sources(conn, collection_id):
        if items.get_many(conn, collections.get(conn, name).id, [swapped_for]):
            return
    raise NotFoundError(f"'{swapped_for}' 문항을 표본을 뽑은 컬렉션에서 찾지 못했습니다. 목록에서 다시 골라 주세요.")
