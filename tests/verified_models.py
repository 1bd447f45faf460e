"""What a whole run finds where every model was verified and every tokenizer read, as far as the store tells."""

from __future__ import annotations

from datetime import UTC, datetime

from psycopg import Connection

from core.evaluation.verdict import hangul, inference
from core.models import registry
from core.models.revision import installed_revision
from core.search.systems import SYSTEMS
from core.store import measurements, states
from core.store.collections import Collection


def verified(conn: Connection, *, of: Collection, **changes: str) -> None:
    """Store the outcomes; ``changes`` replace parts of the checkpoints' configuration."""
    for record in map(registry.resolve, (each.key for each in registry.records())):
        measurements.add(conn, kind=inference.KIND, system=record.key, device="cpu", miniature=record.miniature, environment={},
                         config={"hub_id": record.hub_id, "revision": installed_revision(record)} | changes,
                         result={"ok": True, "checks": []}, measured_at=datetime.now(UTC))
    state = states.of_items(conn, of.id)
    for name in hangul.SYSTEMS:
        record = registry.resolve(SYSTEMS[name].reranker or SYSTEMS[name].channels[0].model)
        measurements.add(conn, kind=hangul.KIND, system=name, device="토크나이저", miniature=True, environment={},
                         config={"items": state, "model_key": record.key, "revision": installed_revision(record)},
                         result={"items": 1, "lost": 0}, measured_at=datetime.now(UTC))
