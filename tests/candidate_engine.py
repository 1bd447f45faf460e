"""The real engine, with one more record in the registry: what adding a candidate to the list of candidates amounts to."""

from __future__ import annotations

import os
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from core.engine.__main__ import main
from core.models import registry
from core.models.registry import ModelRecord

NEW = ModelRecord(
    key="one-more",
    hub_id="somebody/one-more",
    revision=None,  # not pinned by any source
    kind="sentence-transformer",
    dims=256,
    max_tokens=512,
    modalities=frozenset({"text"}),
    parameters=2_385_536,
    licence="MIT",
)


def known() -> tuple[ModelRecord, ...]:
    """Every record, the new one included."""
    return (*registry.RECORDS, NEW)


if __name__ == "__main__":
    registry.RECORDS = known()
    code = main()
    os._exit(code)
