"""Further models worth a comparison: off by default, usable once downloaded. Adding one is adding a record here.

Figures and licences: the models' own pages and the public registry of mteb. See docs/models.md.
"""

from __future__ import annotations

from core.models.record import LICENCE_UNSEEN, ModelRecord

CANDIDATES: tuple[ModelRecord, ...] = (
    ModelRecord(
        key="kovre",  # Qwen3-VL-Embedding-2B tuned on Korean document pages; takes its place without other changes
        hub_id="whybe-choi/kovre",
        revision=None,  # not pinned by any source read; fixed at the first download
        kind="qwen3-vl-embedding",
        dims=2048,
        max_tokens=8192,
        modalities=frozenset({"text", "image"}),
        parameters=2_127_532_032,  # of the model that it was tuned from
        licence=LICENCE_UNSEEN,
        prompts={"document": "Represent the user's input.", "query": "Retrieve images or text relevant to the user's query."},
        min_pixels=4 * 32 * 32,
        max_pixels=1800 * 32 * 32,
    ),
    ModelRecord(
        key="bge-m3",  # what KURE-v1 was tuned from
        hub_id="BAAI/bge-m3",
        revision=None,  # not pinned by any source read; fixed at the first download
        kind="sentence-transformer",
        dims=1024,
        max_tokens=8192,
        modalities=frozenset({"text"}),
        parameters=567_754_752,
        licence="MIT",
    ),
    ModelRecord(
        key="siglip2-base",
        hub_id="google/siglip2-base-patch16-256",
        revision=None,  # not pinned by any source read; fixed at the first download
        kind="siglip",
        dims=768,
        max_tokens=64,
        modalities=frozenset({"text", "image"}),
        parameters=375_000_000,  # "375M" in public metadata; the exact count is not published there
        licence="Apache-2.0",
    ),
    ModelRecord(
        key="qwen3-embedding-0.6b",
        hub_id="Qwen/Qwen3-Embedding-0.6B",
        revision=None,  # not pinned by any source read; fixed at the first download
        kind="sentence-transformer",  # pools the last token, as the modules in its own folder say
        dims=1024,
        max_tokens=8192,  # reads 32,768; no item is near that
        modalities=frozenset({"text"}),
        parameters=596_000_000,  # "596M" in public metadata
        licence="Apache-2.0",
        prompts={"query": "Instruct: Given a web search query, retrieve relevant passages that answer the query\nQuery:"},
    ),
)
