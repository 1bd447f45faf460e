"""What an encoder is given of an item that is embedded."""

from __future__ import annotations

from collections.abc import Iterable

from core.errors import InputError
from core.items.content import embedding_image, embedding_text
from core.models.contract import Content
from core.store.embedding_sets import ContentKind
from core.store.images import StoredImage
from core.store.items import StoredItem

NO_TEXT = "임베딩할 글이 없는 문항입니다."
NO_CONTENT = "글도 그림도 없는 문항입니다."
NO_IMAGE = "문항의 그림이 데이터베이스에 없습니다. 그림 폴더와 함께 다시 가져와 주세요."


def content_of(stored: StoredItem, kind: ContentKind, figures: dict[str, StoredImage]) -> Content:
    """Return an item's text, its figures as one picture, or both; ``figures`` are found by their SHA-256.

    Raises:
        InputError: there is nothing to encode, or a figure is missing or broken. An item with a figure is never embedded
            without it under ``all``: the vector would claim to know a figure it never saw.
    """
    text = embedding_text(stored.item) if kind != "image" else None
    image = _image(stored.image_hashes, figures) if kind != "text" else None
    if kind == "text" and not text:
        raise InputError(NO_TEXT)
    if not text and image is None:
        raise InputError(NO_CONTENT)
    return Content(text or None, image)


def _image(hashes: Iterable[str], figures: dict[str, StoredImage]) -> bytes | None:
    found = [figures.get(sha) for sha in hashes]
    if any(figure is None for figure in found):
        raise InputError(NO_IMAGE)
    return embedding_image([figure.data for figure in found if figure is not None])
