"""The plan's task 2.6: one stored vector for text and figure, made from stored vectors without encoding anything."""

from __future__ import annotations

from collections.abc import Callable

from core.search import fusion
from core.search.embedding_progress import Progress
from core.search.sets import embedding_set, joined_identity
from core.search.variants import Variant
from core.store import collections, embedding_sets, embeddings
from core.store.database import Database


def join_collection(database: Database, collection: str, variant: Variant, *,
                    progress: Callable[[Progress], None] = lambda state: None) -> int:
    """Join the vectors of a ``@concat`` variant's two sets for every item whose joined vector is missing or stale.

    Returns:
        How many joined vectors were stored; items without a text vector are passed over.

    Raises:
        NotFoundError: one of the two sets does not exist yet.
    """
    with database.connection() as conn:
        found = collections.get(conn, collection)
        text, image = (embedding_set(conn, found, channel, variant) for channel in variant.channels)
        identity = joined_identity([text.identity, image.identity], weight=variant.weight)
        target = embedding_sets.ensure_set(conn, found.id, identity)
        total = embeddings.count_pending(conn, target.id)
        stored = seen = 0
        for page in embeddings.pending(conn, target.id, batch=128):
            rows = []
            texts, images = (embeddings.vectors_of(conn, part.id, [item.item.id for item in page]) for part in (text, image))
            for item in page:
                if item.item.id in texts:
                    joined = fusion.join(texts[item.item.id], images.get(item.item.id),
                                         dims=(text.identity.dims, image.identity.dims), weight=variant.weight)
                    rows.append((item.item.id, item.content_hash, joined))
            stored += embeddings.copy_in(conn, target.id, rows)
            seen += len(page)
            progress(Progress(seen, total, 0, None, None))
    return stored
