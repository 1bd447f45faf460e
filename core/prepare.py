"""Make a fresh checkout searchable: database, sample, constructed queries, vectors. Doing it again changes nothing."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

from core.engine.client import EngineClient
from core.errors import NotFoundError
from core.items.importers import import_file
from core.labels.exchange.importing import import_ground_truth
from core.models import registry
from core.search import systems, variants
from core.search.indexing import Progress, embed_collection
from core.search.sets import embedding_set
from core.search.systems import Channel
from core.search.variants import Variant
from core.settings import PROJECT_DIR, settings
from core.store import collections, embeddings
from core.store.database import Database

SAMPLE_DIR = PROJECT_DIR / "data"
SAMPLE_NOTE = "수학 중학교 2학년 표본 100문항 (제품에 들어 있는 생성 문항)"
PARTS = tuple(replace(systems.QWEN, content=content) for content in variants.CONTENTS.values())
"""Items as A sees them by their text or figure alone: the plan's Q2 holds A against both."""
CONTENTS = {"all": "글과 그림", "text": "글", "image": "그림"}


@dataclass(frozen=True, slots=True)
class Prepared:
    """What ``prepare`` found or made."""

    collection: str
    items: int
    queries: int
    embedded: int
    failed: int
    miniature: tuple[str, ...]
    """Keys of the miniature models in use."""


def prepare(database: Database, engine: Callable[[], EngineClient], *, say: Callable[[str], None],
            progress: Callable[[Channel, Progress], None]) -> Prepared:
    """Import the shipped sample and its constructed ground truth, then embed what is missing.

    The engine is asked for only when something must be encoded, so a second run loads no model.
    """
    name = settings().collection
    say("표본 문항을 확인합니다.")
    report = import_file(database, SAMPLE_DIR / "items.json", images=SAMPLE_DIR, collection=name, note=SAMPLE_NOTE)
    truth = import_ground_truth(database, SAMPLE_DIR / "ground_truth.json", images=SAMPLE_DIR, collection=name)
    embedded = failed = 0
    for channel in (*systems.channels(), *PARTS):
        if not _pending(database, name, channel):
            continue
        say(f"임베딩을 만듭니다: {channel.model} ({CONTENTS[channel.content]})")
        done = embed_collection(database, engine(), name, model_key=channel.model, content=channel.content,
                                progress=lambda state, channel=channel: progress(channel, state), cancelled=lambda: False)
        embedded += done.embedded
        failed += len(done.failed)
    records = [registry.resolve(record.key) for record in registry.REAL]
    return Prepared(name, report.imported + report.unchanged, truth.queries, embedded, failed,
                    tuple(record.key for record in records if record.miniature))


def _pending(database: Database, name: str, channel: Channel) -> bool:
    plain = next(system for system in systems.SYSTEMS.values() if any(each.model == channel.model for each in system.channels))
    with database.connection() as conn:
        try:
            found = embedding_set(conn, collections.get(conn, name), channel, Variant(system=plain))
        except NotFoundError:
            return True
        return embeddings.count_pending(conn, found.id) > 0
