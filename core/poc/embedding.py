"""Step 2: the vectors that systems A–E, A's parts and the registered variant search."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from psycopg import Connection

from core.errors import InputError, ModelError, NotFoundError, UserError
from core.jobs.working import Worker
from core.poc import subject
from core.poc.part import Part
from core.poc.step import House, Look, digest
from core.search.sets import embedding_set
from core.search.systems import Channel
from core.search.variants import Variant
from core.store import collections, embeddings, items, states
from core.store.collections import Collection

CONTENTS = {"all": "글과 그림", "text": "글", "image": "그림"}
SECONDS_AN_ITEM = 0.1


@dataclass(frozen=True, slots=True)
class _Set:
    """Vectors that are wanted, and how they stand."""

    channel: Channel
    variant: Variant
    pending: int
    state: str = ""
    """Fingerprint of what is there; empty: no such set yet."""
    miniature: bool = False
    at: datetime | None = None
    trouble: str = ""
    """Why it cannot be made, in Korean."""

    @property
    def title(self) -> str:
        return f"{self.channel.model} ({CONTENTS[self.channel.content]}{f', {self.variant.precision}' if self.variant.precision else ''})"


def look(house: House) -> Look:
    """Return how many vectors are lacking: new items, changed items, another checkpoint or another setting."""
    with house.database.connection() as conn:
        collection = collections.get(conn, house.wish.collection)
        wanted = _wanted(conn, collection)
        state = digest({"items": states.of_items(conn, collection.id), "sets": {each.title: each.state for each in wanted}})
    at = max((each.at for each in wanted if each.at is not None), default=None)
    pending, none = sum(each.pending for each in wanted), [each for each in wanted if not each.state and not each.trouble]
    troubled = [each for each in wanted if each.trouble]
    if pending or troubled:
        told = (f"벡터가 없는 모델이 있습니다({', '.join(each.title for each in none)})." if none
                else f"새 문항이나 바뀐 문항이 있습니다(벡터 {pending:,}개)." if pending else troubled[0].trouble)
        return Look("missing" if none or not pending else "stale", told, max(1.0, pending * SECONDS_AN_ITEM), state, at)
    small = " 축소 모델입니다." if any(each.miniature for each in wanted) else ""
    return Look("done", f"임베딩 {len(wanted)}가지가 지금 문항과 모델 그대로입니다.{small}", fingerprint=state, at=at)


def run(house: House, part: Worker) -> str:
    """Embed what is lacking, model by model; one that cannot be loaded does not stop the others.

    Raises:
        UserError: some could not be embedded; what could be is stored.
        StoppedError: it was cancelled; what is stored stays.
    """
    from core.search.indexing import embed_collection

    assert isinstance(part, Part)
    made = failed = 0
    troubles: dict[str, str] = {}
    seen: set[str] = set()
    while True:  # the registered variant is known only once the plain system has vectors
        with house.database.connection() as conn:
            wanted = _wanted(conn, collections.get(conn, house.wish.collection))
        open_ = [each for each in wanted if (each.pending or each.trouble) and each.title not in seen]
        if not open_:
            break
        total = sum(each.pending for each in open_) or 1
        before = 0
        for each in open_:
            seen.add(each.title)
            own = part.within(before / total, (before + each.pending) / total, each.title)
            before += each.pending
            try:
                if each.trouble:
                    raise ModelError(each.trouble)
                told = embed_collection(house.database, house.engine(), house.wish.collection, model_key=each.channel.model,
                                        content=each.channel.content, precision=each.variant.precision or "auto",
                                        max_pixels=each.variant.max_pixels, cancelled=part.cancelled,
                                        progress=lambda state, own=own: own.progress(state.done, state.total))
            except (ModelError, InputError, NotFoundError) as error:
                troubles[str(error)] = each.title
                continue
            part.check()
            made, failed = made + told.embedded, failed + len(told.failed)
    if troubles:
        raise UserError(" ".join(f"{title}: {reason}" for reason, title in troubles.items()))
    return f"벡터 {made:,}개를 만들었습니다." + (f" 임베딩하지 못한 것 {failed:,}개." if failed else "")


def _wanted(conn: Connection, collection: Collection) -> list[_Set]:
    wanted = [(channel, variant) for variant in (*subject.plain(), *subject.registered(conn, collection))
              for channel in variant.channels]
    kept = {(channel, variant.precision, variant.max_pixels): variant for channel, variant in reversed(wanted)}
    return [_standing(conn, collection, channel, variant) for (channel, *_), variant in reversed(kept.items())]


def _standing(conn: Connection, collection: Collection, channel: Channel, variant: Variant) -> _Set:
    try:
        found = embedding_set(conn, collection, channel, variant)
    except NotFoundError:
        return _Set(channel, variant, items.count(conn, collection.id))
    except ModelError as error:
        return _Set(channel, variant, 0, trouble=str(error))
    return _Set(channel, variant, embeddings.count_pending(conn, found.id),
                f"{found.identity.digest} {states.of_vectors(conn, found.id)}", found.identity.miniature,
                embeddings.latest(conn, found.id))
