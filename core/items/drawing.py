"""Draw a sample of one collection into another; the figures are shared, nothing is copied but the records."""

from __future__ import annotations

from core.errors import InputError
from core.items.sampling import SEED, Sample, sample
from core.store import collections, items
from core.store.database import Database
from core.store.items import NewItem

BATCH = 500


def draw(database: Database, *, source: str, into: str | None, preset: str, seed: int = SEED) -> Sample:
    """Draw from a collection and, with ``into``, keep the sample as a collection of its own.

    Raises:
        NotFoundError: there is no such collection or preset.
        InputError: ``into`` has items already: a sample is never mixed into something else.
    """
    with database.connection() as conn, conn.transaction():
        bank = collections.get(conn, source)
        drawn = sample((stored.item for batch in items.iterate(conn, bank.id) for stored in batch), preset=preset, seed=seed)
        if into is None:
            return drawn
        note = f"'{source}'에서 뽑은 표본 ({preset}, 시드 {seed})"
        target = collections.ensure(conn, into, note=note)
        if items.count(conn, target.id):
            raise InputError(f"'{into}' 컬렉션에는 이미 문항이 있습니다. 표본을 담을 새 이름을 정해 주세요.")
        for start in range(0, len(drawn.ids), BATCH):
            found = items.get_many(conn, bank.id, drawn.ids[start : start + BATCH])
            items.upsert(conn, target.id, [NewItem(one.item, one.content_hash, one.image_hashes) for one in found.values()])
    return drawn
