"""Contents as the JSON that vLLM takes for Qwen3-VL, and images at exactly the size of the local path.

The shapes are those of vLLM's own pooling examples for these models: for the embedder a system turn with the instruction, a
user turn with the image before the text and an empty, continued assistant turn (anything else renders another prompt, and so
another vector); for the reranker a query and documents of the same content parts.
"""

from __future__ import annotations

import base64
import io
from typing import Any

from core.errors import InputError
from core.models.contract import Content, Role
from core.models.images import GRID, fit, open_rgb
from core.models.qwen3_vl import EMPTY
from core.models.qwen3_vl_embedding import instruction
from core.models.registry import ModelRecord

MARKERS = (
    *(f"<|{name}|>" for name in (
        "endoftext", "im_start", "im_end", "object_ref_start", "object_ref_end", "box_start", "box_end", "quad_start",
        "quad_end", "vision_start", "vision_end", "vision_pad", "image_pad", "video_pad", "fim_prefix", "fim_middle",
        "fim_suffix", "fim_pad", "repo_name", "file_sep")),
    "<tool_call>", "</tool_call>", "<tool_response>", "</tool_response>", "<think>", "</think>",
)
"""Qwen3-VL's control tokens. The local path reads them from the tokenizer, which need not be on this machine here."""
_FAST_PNG = 1
"""PNG is lossless at any level; more would cost more time than the network saves."""


def embedding(record: ModelRecord, content: Content, *, role: Role, max_pixels: int, served: str) -> dict[str, Any]:
    """Return the body of ``POST /v1/embeddings`` for one content.

    Raises:
        InputError: the text or the image cannot be used.
    """
    return conversation(
        served, system=instruction(record.prompts[role]), user=_parts(record, content, max_pixels), max_pixels=max_pixels,
        min_pixels=_min_pixels(record),
    )


def conversation(served: str, *, system: str, user: list[dict[str, Any]], min_pixels: int, max_pixels: int,
                 add_special_tokens: bool = True) -> dict[str, Any]:
    """Return the body around a user turn's parts.

    ``mm_processor_kwargs`` names the bounds that the images already keep, so that the server's processor, whose own
    lower bound may be sixteen times as high, leaves them as they are.
    """
    return {
        "model": served,
        "messages": [
            {"role": "system", "content": [{"type": "text", "text": system}]},
            {"role": "user", "content": user},
            {"role": "assistant", "content": [{"type": "text", "text": ""}]},
        ],
        "encoding_format": "base64",
        "continue_final_message": True,
        "add_special_tokens": add_special_tokens,
        "mm_processor_kwargs": {"min_pixels": min_pixels, "max_pixels": max_pixels},
    }


def reranking(record: ModelRecord, query: Content, documents: list[Content], *, max_pixels: int, served: str) -> dict[str, Any]:
    """Return the body of ``POST /rerank``.

    Raises:
        InputError: a text or an image cannot be used.
    """
    return {
        "model": served,
        "query": _side(record, query, max_pixels),
        "documents": [_side(record, document, max_pixels) for document in documents],
        "instruction": record.prompts["query"],
        "mm_processor_kwargs": {"min_pixels": _min_pixels(record), "max_pixels": max_pixels},
    }


def data_url(image: bytes, *, min_pixels: int, max_pixels: int) -> str:
    """Return an image as the local path's model would see it, losslessly, in a ``data:`` URL.

    Raises:
        InputError: the image cannot be opened, or is too oblong.
    """
    return png_url(fit(open_rgb(image), min_pixels=min_pixels, max_pixels=max_pixels))


def png_url(picture: Any) -> str:
    """Return a Pillow image as a PNG ``data:`` URL."""
    out = io.BytesIO()
    picture.save(out, format="PNG", compress_level=_FAST_PNG)
    return f"data:image/png;base64,{base64.b64encode(out.getvalue()).decode('ascii')}"


def image_part(url: str) -> dict[str, Any]:
    """Return an image as a content part."""
    return {"type": "image_url", "image_url": {"url": url}}


def text_part(text: str) -> dict[str, Any]:
    """Return a text as a content part."""
    return {"type": "text", "text": text}


def disarm(text: str) -> str:
    """Return the text with typed control tokens as plain characters, by the local path's rule.

    Raises:
        InputError: it holds half a character (a lone surrogate), which no JSON can carry.
    """
    try:
        text.encode()
    except UnicodeEncodeError as error:
        raise InputError("글에 깨진 문자가 있습니다. 그 문자를 지우고 다시 시도해 주세요.") from error
    for marker in MARKERS:
        if marker in text:
            text = text.replace(marker, f"{marker[0]} {marker[1:]}")
    return text


def _side(record: ModelRecord, content: Content, max_pixels: int) -> str | dict[str, Any]:
    """One side of a pair: a plain string where there is only text (every version takes it), else content parts."""
    if content.image is None:
        return disarm(content.text or "") or EMPTY
    return {"content": [part for part in _parts(record, content, max_pixels) if part.get("text") != ""]}


def _parts(record: ModelRecord, content: Content, max_pixels: int) -> list[dict[str, Any]]:
    text = disarm(content.text or "")
    if content.image is None:
        return [text_part(text or EMPTY)]
    url = data_url(content.image, min_pixels=_min_pixels(record), max_pixels=max_pixels)
    return [image_part(url), text_part(text)]


def _min_pixels(record: ModelRecord) -> int:
    return record.min_pixels or GRID * GRID
