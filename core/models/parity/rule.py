"""The published rules as data, and the mistakes that are known to happen.

Sources: github.com/QwenLM/Qwen3-VL-Embedding (code and technical report, arXiv 2601.04720); the KURE, BGE-M3 and
Qwen3-Embedding model cards; SigLIP (arXiv 2303.15343) and its reference code in google-research/big_vision.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Literal

from core.models.parity.tokens import RawTokenizer
from core.models.record import MINI_SUFFIX, ModelRecord

Pooling = Literal["last", "cls", "pooler", "mean"]
Side = Literal["left", "right"]

QWEN_SYSTEM = {"document": "Represent the user's input.", "query": "Retrieve images or text relevant to the user's query."}
JUDGE = (
    "Judge whether the Document meets the requirements based on the Query and the Instruct provided. "
    'Note that the answer can only be "yes" or "no".'
)
TASK = "Given a search query, retrieve relevant candidates that answer the query."
WEB_SEARCH = "Instruct: Given a web search query, retrieve relevant passages that answer the query\nQuery:"


@dataclass(frozen=True, slots=True)
class Rule:
    """How one model wants its input laid out and its answer read."""

    pooling: Pooling
    side: Side = "right"
    """Where a batch is padded."""
    reads: Side | None = None
    """Where the pooling believes the padding to be; None: where it is."""
    start: str = ""
    """Token before everything."""
    end: str = ""
    """Token after everything."""
    pad: str = ""
    """Token that fills up to ``full_length``."""
    before: Mapping[str, str] = field(default_factory=dict)
    """Instruction by role."""
    image_first: bool = True
    query_break: str = ""
    """Between the reranker's instruction and ``<Query>:``; the published prompt has nothing there."""
    full_length: int = 0
    """Texts are padded to this many tokens; 0: to the longest of a batch."""


_QWEN = Rule(pooling="last", end="<|endoftext|>", before=QWEN_SYSTEM)
_RERANKER = Rule(pooling="last", side="left", before={"query": TASK, "document": TASK})
_SIGLIP = Rule(pooling="pooler", end="</s>", pad="</s>", full_length=64)
_XLM_R = Rule(pooling="cls", start="<s>", end="</s>")
PUBLISHED: dict[str, Rule] = {
    "qwen3-vl-embedding-2b": _QWEN,
    "kovre": _QWEN,
    "qwen3-vl-reranker-2b": _RERANKER,
    "kure-v1": _XLM_R,
    "bge-m3": _XLM_R,
    "siglip-base": _SIGLIP,
    "siglip2-base": replace(_SIGLIP, end="<eos>", pad="<pad>"),
    "qwen3-embedding-0.6b": Rule(pooling="last", side="left", end="<|endoftext|>", before={"query": WEB_SEARCH}),
}


def published(record: ModelRecord) -> Rule | None:
    """The rule of a model (a miniature follows its model's), or None where none was written down for it."""
    return PUBLISHED.get(record.key.removesuffix(MINI_SUFFIX))


def declared(record: ModelRecord) -> Rule:
    """The rule that a text model's own folder declares; for the other kinds, the rule of their kind."""
    if record.kind != "sentence-transformer":
        return {"qwen3-vl-embedding": _QWEN, "qwen3-vl-reranker": _RERANKER, "siglip": _SIGLIP}[record.kind]
    start, end = RawTokenizer(record).surround()
    pooling: Pooling = {"cls": "cls", "lasttoken": "last"}.get(pooling_of(record.path), "mean")
    return Rule(pooling=pooling, side="right" if pooling == "cls" else "left", start=start, end=end, before=record.prompts)


def mistakes(rule: Rule, record: ModelRecord) -> dict[str, Rule]:
    """The rule with one mistake each, by the mistake's name. Every one of them must be noticed."""
    wrong = {
        "mean_pooling": replace(rule, pooling="mean"),
        "wrong_pad_side": replace(rule, side="left" if rule.side == "right" else "right", reads=rule.side),
    }
    if rule.end:
        wrong["missing_end_token"] = replace(rule, end="")
    if record.kind.startswith("qwen3-vl"):
        wrong["text_before_image"] = replace(rule, image_first=False)
    if record.kind == "qwen3-vl-reranker":
        wrong["line_break_before_the_query"] = replace(rule, query_break="\n")
    if rule.full_length:
        wrong["padded_to_the_longest_only"] = replace(rule, full_length=0)
    return wrong


def pooling_of(folder: Path) -> str:
    """The pooling that a sentence-transformers folder declares (``cls``, ``lasttoken``, ``mean`` …), empty without one."""
    try:
        modules = json.loads((folder / "modules.json").read_text(encoding="utf-8"))
        where = next(module["path"] for module in modules if module["type"].endswith("Pooling"))
        config = json.loads((folder / where / "config.json").read_text(encoding="utf-8"))
    except (OSError, ValueError, StopIteration, KeyError):
        return ""
    old = {"pooling_mode_cls_token": "cls", "pooling_mode_lasttoken": "lasttoken", "pooling_mode_mean_tokens": "mean"}
    return config.get("pooling_mode") or next((name for key, name in old.items() if config.get(key)), "")
