"""Automatic check: does the Korean of every item come through each model's tokenizer and back?

A tokenizer that does not know a syllable turns it into "unknown", and the model never sees it. What a text loses by being too
long is no mangled Korean; it is counted apart.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from psycopg import Connection

from core.items import content
from core.models import registry
from core.models.record import ModelRecord
from core.models.revision import installed_revision
from core.search import systems
from core.store import items, measurements, states
from core.store.collections import Collection
from core.store.measurements import Measurement

KIND = "hangul"
SYSTEMS = ("qwen3-vl", "qwen3-vl+rerank", "kure-v1", "siglip")
"""Each stands for the model that only it brings: its reranker, else its first channel's."""
DEVICE = "토크나이저"
_HANGUL = re.compile(r"[ᄀ-ᇿ㄰-㆏ꥠ-꥿가-힣ힰ-퟿]")
_EXAMPLES = 5
_TOGETHER = 256

Tokenizer = Any
"""Of transformers: called with texts, ``decode``."""


@dataclass(frozen=True, slots=True)
class Loss:
    """What a tokenizer does to texts."""

    items: int
    """Texts with Hangul."""
    lost: int
    examples: tuple[str, ...]
    """Ids of the first that lose something."""
    cut: int
    """Texts longer than the model reads."""


@dataclass(frozen=True, slots=True)
class Checked:
    """One system's check."""

    system: str
    measurement: Measurement | None
    reason: str
    """Why it could not be checked, in Korean."""


def check(conn: Connection, collection: Collection, *, names: Sequence[str] = SYSTEMS, miniature: bool = True,
          tokenizer_of: Callable[[ModelRecord], Tokenizer] | None = None,
          progress: Callable[[str], None] = lambda name: None) -> list[Checked]:
    """Check every item's text with the models in use and store what came out.

    A model is checked again only where it or the items have changed.

    Args:
        miniature: also miniature models, whose check never counts for a verdict.
        tokenizer_of: reads a model's tokenizer; transformers' where None.
        progress: called with each system's name.
    """
    state = states.of_items(conn, collection.id)
    done = measurements.listing(conn, [KIND])
    texts: list[tuple[str, str]] | None = None
    found = []
    for name in names:
        system = systems.find(name)
        record = registry.resolve(system.reranker or system.channels[0].model)
        if record.miniature and not miniature:
            continue
        progress(name)
        if not record.installed:
            found.append(Checked(name, None, "이 컴퓨터에 모델 파일이 없어 토크나이저를 점검하지 못했습니다."))
            continue
        config = {"items": state, "model_key": record.key, "hub_id": record.hub_id, "revision": installed_revision(record)}
        known = next((each for each in done if each.system == name and each.config == config and not each.partial), None)
        if known is None:
            texts = texts if texts is not None else _texts(conn, collection.id)
            told = loss((tokenizer_of or _tokenizer)(record), texts, most=record.max_tokens)
            known = measurements.add(
                conn, kind=KIND, system=name, device=DEVICE, miniature=record.miniature, config=config, environment=_environment(),
                result={"items": told.items, "lost": told.lost, "examples": list(told.examples), "cut": told.cut},
                measured_at=datetime.now(UTC))
        found.append(Checked(name, known, ""))
    return found


def loss(tokenizer: Tokenizer, texts: Iterable[tuple[str, str]], *, most: int) -> Loss:
    """Compare the Hangul of texts before and after the tokenizer, letter by letter in their order, in composed form (NFC).

    Args:
        texts: ids with their texts; those without Hangul are passed over.
        most: tokens the model reads.
    """
    told = [(name, text) for name, text in texts if _HANGUL.search(text)]
    lost: list[str] = []
    cut = 0
    for start in range(0, len(told), _TOGETHER):
        part = told[start : start + _TOGETHER]
        for (name, text), ids in zip(part, tokenizer([text for _, text in part], verbose=False)["input_ids"], strict=True):
            cut += len(ids) > most
            if hangul(tokenizer.decode(ids, skip_special_tokens=True)) != hangul(text):
                lost.append(name)
    return Loss(len(told), len(lost), tuple(lost[:_EXAMPLES]), cut)


def hangul(text: str) -> str:
    """Return a text's Hangul letters in order, composed; compatibility forms count as what they stand for."""
    return "".join(_HANGUL.findall(unicodedata.normalize("NFC", unicodedata.normalize("NFKC", text))))


def _texts(conn: Connection, collection_id: int) -> list[tuple[str, str]]:
    """Return every item's id with its text as the encoders get it."""
    return [(each.item.id, content.embedding_text(each.item)) for batch in items.iterate(conn, collection_id) for each in batch]


def _tokenizer(record: ModelRecord) -> Tokenizer:
    from transformers import AutoTokenizer

    return AutoTokenizer.from_pretrained(record.path, local_files_only=True, trust_remote_code=False)


def _environment() -> dict[str, Any]:
    from importlib.metadata import version

    return {"transformers": version("transformers"), "tokenizers": version("tokenizers")}
