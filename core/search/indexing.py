"""Embedding a collection: what lacks a vector goes through the engine into the store, request by request.

What is stored is never computed again, so a run that was interrupted goes on where it stopped. An item that cannot be
embedded is marked with its reason and costs the run nothing.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass

from core.engine.client import EngineClient
from core.models import registry
from core.models.contract import LoadedModel
from core.search.embedding_progress import Progress
from core.search.embedding_run import Run, set_identity
from core.store import collections, embedding_sets, embeddings
from core.store.database import Database
from core.store.embedding_sets import ContentKind

__all__ = ["EmbedReport", "Progress", "embed_collection", "set_identity"]
_PAGE = 128


@dataclass(frozen=True, slots=True, kw_only=True)
class EmbedReport:
    """What a run did."""

    embedded: int
    unchanged: int
    """Items whose vector was there already."""
    failed: list[tuple[str, str]]
    """Item ids and Korean reasons."""
    skipped: int
    """Items that failed before and have not changed since."""
    retried_fp32: int
    seconds: float
    cancelled: bool
    model: LoadedModel


def embed_collection(db: Database, engine: EngineClient, collection: str, *, model_key: str, content: ContentKind,
                     precision: str = "auto", max_pixels: int | None = None, retry_failures: bool = False,
                     progress: Callable[[Progress], None] = lambda state: None,
                     cancelled: Callable[[], bool] = lambda: False) -> EmbedReport:
    """Give every item of a collection its vector under one model configuration.

    Args:
        collection: its name.
        model_key: a model, or the miniature that stands in for it here.
        content: ``all`` (text with its figure), ``text``, or ``image`` (items without a figure have no vector).
        retry_failures: try items again that failed with their present content.
        progress: called in this thread after each request.
        cancelled: asked between requests; what is under way is still stored.

    Raises:
        NotFoundError: no such collection or model.
        ModelError: the model cannot be loaded, or its configuration changed in the middle.
        EngineError: the engine cannot be started, or dies whatever it is given.
    """
    start = time.monotonic()
    with db.connection() as conn:
        collection_id = collections.get(conn, collection).id
    model = engine.load(registry.resolve(model_key).key, precision=precision, max_pixels=max_pixels)
    identity = set_identity(model, content)
    with db.connection() as conn:
        target = embedding_sets.ensure_set(conn, collection_id, identity)
        if precision == "auto":
            embedding_sets.mark_plain(conn, target.id)
        before = next(summary for summary in embedding_sets.sets(conn, collection_id) if summary.set.id == target.id)
        total = embeddings.count_pending(conn, target.id, retry_failures=retry_failures)
    run = Run(db, engine, target, model, total, progress)
    with db.connection() as conn:
        items = (item for page in embeddings.pending(conn, target.id, batch=_PAGE, retry_failures=retry_failures)
                 for item in page)
        stopped = run.work(items, cancelled)
    return EmbedReport(
        embedded=run.embedded,
        unchanged=before.vectors - before.stale,
        failed=run.failed,
        skipped=0 if retry_failures else before.failures,
        retried_fp32=run.retried_fp32,
        seconds=time.monotonic() - start,
        cancelled=stopped,
        model=model,
    )
