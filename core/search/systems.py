"""The systems under comparison: what each is made of. Reads no weights, opens no database."""

from __future__ import annotations

import difflib
from dataclasses import dataclass
from typing import Literal

from core.errors import NotFoundError
from core.models import registry
from core.models.record import ModelRecord
from core.store.embedding_sets import ContentKind

Method = Literal["single", "fusion", "rerank", "keyword"]


@dataclass(frozen=True, slots=True)
class Channel:
    """One embedding set a system searches: a model and the part of the item it encodes."""

    model: str
    content: ContentKind


@dataclass(frozen=True, slots=True, kw_only=True)
class System:
    """A retrieval pipeline. ``letter`` is the plan's name for it, empty for what the plan does not name."""

    name: str
    letter: str
    title: str
    description: str
    method: Method
    channels: tuple[Channel, ...] = ()
    reranker: str | None = None

    @property
    def label(self) -> str:
        """What a page calls it: ``A · Qwen3-VL``."""
        return f"{self.letter} · {self.title}" if self.letter else self.title


QWEN = Channel("qwen3-vl-embedding-2b", "all")
KURE = Channel("kure-v1", "text")
SIGLIP = Channel("siglip-base", "image")

SYSTEMS: dict[str, System] = {
    system.name: system
    for system in (
        System(name="qwen3-vl", letter="A", title="Qwen3-VL", method="single", channels=(QWEN,),
               description="글과 그림을 한 벡터로 검색합니다."),
        System(name="kure-v1", letter="B", title="KURE-v1", method="single", channels=(KURE,),
               description="글만 벡터로 검색합니다."),
        System(name="siglip", letter="C", title="SigLIP", method="single", channels=(SIGLIP,),
               description="그림이 있는 문항만, 그림 벡터로 검색합니다."),
        System(name="kure+siglip", letter="D", title="KURE + SigLIP", method="fusion", channels=(KURE, SIGLIP),
               description="B의 글 점수와 C의 그림 점수를 표준화해 더합니다."),
        System(name="qwen3-vl+rerank", letter="E", title="Qwen3-VL + Reranker", method="rerank", channels=(QWEN,),
               reranker="qwen3-vl-reranker-2b", description="A가 찾은 위쪽 문항을 글과 그림을 함께 보고 다시 매깁니다."),
        System(name="bm25", letter="", title="BM25 키워드", method="keyword",
               description="글자가 겹치는 정도로 찾는 기준선입니다. 판정에는 들어가지 않습니다."),
    )
}
_BY_LETTER = {system.letter: system for system in SYSTEMS.values() if system.letter}


def candidates() -> dict[str, System]:
    """Return a plain system for every further candidate model, installed or not, by the model's key."""
    return {record.key: _alone(record) for record in registry.CANDIDATES}


def _alone(record: ModelRecord) -> System:
    content: ContentKind = "text"
    if "image" in record.modalities:
        content = "image" if record.kind == "siglip" else "all"
    return System(name=record.key, letter="", title=record.hub_id.split("/")[-1], method="single",
                  channels=(Channel(record.key, content),), description="비교 후보 모델입니다. 판정에는 들어가지 않습니다.")


def find(name: str) -> System:
    """Return a system by name or letter, or the plain system of a candidate model by its key.

    Raises:
        NotFoundError: there is none; the message lists what there is.
    """
    found = SYSTEMS.get(name) or _BY_LETTER.get(name.upper()) or candidates().get(name)
    if found is None:
        near = difflib.get_close_matches(name, SYSTEMS, n=1)
        hint = f"'{near[0]}'을(를) 뜻하셨나요? " if near else ""
        raise NotFoundError(f"'{name}'이라는 시스템은 없습니다. {hint}쓸 수 있는 이름: {', '.join([*_BY_LETTER, *SYSTEMS])}.")
    return found


def channels() -> tuple[Channel, ...]:
    """Return every embedding set the systems need, each once."""
    return tuple(dict.fromkeys(channel for system in SYSTEMS.values() for channel in system.channels))
