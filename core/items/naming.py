"""What pages, commands and files call kinds of items and of queries."""

from __future__ import annotations

from core.items.record import Kind

KINDS = {Kind.IMAGE: "그림", Kind.LATEX: "수식", Kind.TEXT: "글"}
"""Also by the stored word (``"image"``)."""
QUERY_TYPES = {"natural_language": "글", "text": "글", "image": "그림", "text_image": "글과 그림", "similar_item": "문항"}
