"""What the servers of a model say they are, and what a few tiny requests show of them.

``/v1/models`` of vLLM names the checkpoint and nothing of its number format or revision: those are declared in ENGINE_URL or
unknown, and "unknown" is what is then shown. What can be seen from outside is how many tokens a prompt became, and that
tells whether images are left at the size that was sent and whether the closing token is appended, which is the one whose
state is the vector.
"""

from __future__ import annotations

import json
import logging
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from core.engine.remote import answers, requests
from core.engine.remote.addresses import Address
from core.engine.remote.fleet import NO_KEY
from core.engine.remote.replica import Replica, UnreachableError
from core.errors import EngineError
from core.models import registry
from core.models.contract import LoadedModel
from core.models.images import GRID, fitted
from core.models.qwen3_vl import budget
from core.models.qwen3_vl_embedding import instruction
from core.models.registry import ModelRecord

log = logging.getLogger(__name__)
UNKNOWN = "unknown"
MIXED = "ENGINE_URL의 서버들이 서로 다른 모델을 올렸습니다({ids}). 같은 모델과 정밀도로 맞춰 주세요."
NO_CARD = "원격 서버 {server}이(가) 올린 모델을 말하지 않습니다. vLLM 서버의 주소가 맞는지 확인해 주세요."
OTHER_NAME = "원격 서버가 올린 모델({served})의 이름이 {expected}와 다릅니다. 같은 모델인지 확인하지 못했습니다."
RESIZES = (
    "원격 서버가 그림의 크기를 다시 바꿉니다(토큰 {told}개, 기대 {expected}개). "
    "docs/scale.md의 --mm-processor-kwargs로 서버를 시작해 주세요."
)
NO_END = "원격 서버가 닫는 토큰을 붙이지 않습니다. 벡터가 공식 계산과 다를 수 있습니다."
_VISION_MARKS = 2
"""Tokens around an image: its start and its end."""
_TEXT = "가"
_SHORT = {"float32": "fp32", "float": "fp32", "float16": "fp16", "half": "fp16", "bfloat16": "bf16"}


@dataclass(frozen=True, slots=True)
class Card:
    """What one server says of its model. vLLM tells the first two; the others are for servers that say more."""

    served: str
    """The name that requests must use."""
    root: str
    precision: str | None
    revision: str | None
    miniature: bool


def card(replica: Replica) -> Card:
    """Ask a server what it serves.

    Raises:
        UnreachableError: it does not answer.
        EngineError: it answers with something else.
    """
    reply = replica.get("/v1/models")
    try:
        told = reply.body["data"][0]
        served = str(told["id"])
        dtype = told.get("dtype")
        found = Card(served, str(told.get("root") or served), _SHORT.get(dtype, dtype), told.get("revision"),
                     bool(told.get("miniature")))
    except (KeyError, IndexError, TypeError, AttributeError) as error:
        if reply.status >= 500:
            raise UnreachableError(f"HTTP {reply.status}") from error
        message = NO_KEY if reply.status in (401, 403) else NO_CARD
        raise EngineError(message.format(server=replica.host)) from error
    replica.served = found.served
    return found


def same(first: Card, second: Card) -> bool:
    """Whether two servers compute the same; the names they go by may differ."""
    return (first.root, first.precision, first.revision, first.miniature) == (
        second.root, second.precision, second.revision, second.miniature)


def effective(key: str, found: Card) -> ModelRecord:
    """Return the record whose dimensions and image budget apply: the miniature's where the server says it is one."""
    record = registry.record(key)
    return registry.record(key + registry.MINI_SUFFIX) if found.miniature and not record.miniature else record


def loaded(address: Address, found: Card, hosts: tuple[str, ...], *, max_pixels: int | None) -> LoadedModel:
    """Return what a number from these servers came from. Its precision never equals a local one's."""
    record = effective(address.key, found)
    precision = address.precision or found.precision
    notes = () if _names(record.hub_id, found.root) else (OTHER_NAME.format(served=found.root, expected=record.hub_id),)
    return LoadedModel(
        key=address.key,
        id=found.root,
        revision=address.revision or found.revision or UNKNOWN,
        precision=f"remote-{precision}" if precision else "remote",
        device=f"remote {', '.join(hosts)}",
        dims=record.dims,
        max_pixels=budget(record, max_pixels),
        miniature=record.miniature,
        notes=notes,
    )


def check_embedder(record: ModelRecord, max_pixels: int, ask: Callable[[dict[str, Any]], dict[str, Any]]) -> tuple[str, ...]:
    """Return Korean notes on what tiny requests show of an embedding server; empty where nothing is wrong.

    Args:
        ask: sends a body of ``/v1/embeddings`` (without the served name) and returns the answer.
    """
    bounds = {"min_pixels": record.min_pixels or GRID * GRID, "max_pixels": max_pixels}

    def tokens(user: list[dict[str, Any]], **options: Any) -> int | None:
        system = instruction(record.prompts["document"])
        return answers.prompt_tokens(ask(requests.conversation("", system=system, user=user, **bounds, **options)))

    text = [requests.text_part(_TEXT)]
    plain = tokens(text)
    if plain is None:
        log.info("the server does not tell prompt tokens: image sizes and the closing token could not be checked")
        return ()
    notes = [] if _difference(plain, tokens(text, add_special_tokens=False)) == 1 else [NO_END]
    notes += _image_notes(bounds, lambda url: _difference(tokens([requests.image_part(url), *text]), plain))
    return tuple(notes)


def check_reranker(record: ModelRecord, max_pixels: int, ask: Callable[[dict[str, Any]], dict[str, Any]]) -> tuple[str, ...]:
    """As :func:`check_embedder`, for ``/rerank``: only the images can be checked from outside."""
    bounds = {"min_pixels": record.min_pixels or GRID * GRID, "max_pixels": max_pixels}

    def tokens(document: Any) -> int | None:
        body = {"model": "", "query": _TEXT, "documents": [document], "instruction": record.prompts["query"],
                "mm_processor_kwargs": bounds}
        return answers.prompt_tokens(ask(body))

    plain = tokens(_TEXT)
    if plain is None:
        log.info("the server does not tell prompt tokens: image sizes could not be checked")
        return ()
    pictured = [requests.text_part(_TEXT)]
    return _image_notes(bounds, lambda url: _difference(tokens({"content": [requests.image_part(url), *pictured]}), plain))


def encoded(body: dict[str, Any], replica: Replica) -> bytes:
    """Return a body's bytes for one server, under the name the model has there."""
    return json.dumps({**body, "model": replica.served}, ensure_ascii=False, separators=(",", ":")).encode()


def _image_notes(bounds: dict[str, int], added: Callable[[str], int | None]) -> tuple[str, ...]:
    from PIL import Image

    for size in (fitted(1, 1, **bounds), fitted(8192, 8192, **bounds)):  # the two ends of the budget
        told = added(requests.png_url(Image.new("RGB", size, "white")))
        expected = size[0] * size[1] // GRID**2 + _VISION_MARKS
        if told is not None and told != expected:
            return (RESIZES.format(told=told - _VISION_MARKS, expected=expected - _VISION_MARKS),)
    return ()


def _difference(more: int | None, less: int | None) -> int | None:
    return None if more is None or less is None else more - less


def _names(hub_id: str, root: str) -> bool:
    return hub_id.rpartition("/")[2].lower() in root.lower()
