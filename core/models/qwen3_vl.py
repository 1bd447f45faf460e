"""What the Qwen3-VL embedder and reranker share: prompt parts, image budget, processor.

The format follows the models' own repository (github.com/QwenLM/Qwen3-VL-Embedding, technical report arXiv 2601.04720):
a system turn, a user turn with the image before the text, an opened assistant turn.
"""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from core.models.contract import Content
from core.models.images import GRID, fit
from core.models.registry import ModelRecord
from core.pictures import open_rgb
from core.settings import settings

if TYPE_CHECKING:
    from PIL import Image

VISION = "<|vision_start|><|image_pad|><|vision_end|>"
END = "<|endoftext|>"
EMPTY = "NULL"
"""What the official code puts where a content has neither text nor image."""


def chat(system: str, user: str) -> str:
    """The prompt up to the opened assistant turn."""
    return f"<|im_start|>system\n{system}<|im_end|>\n<|im_start|>user\n{user}<|im_end|>\n<|im_start|>assistant\n"


def budget(record: ModelRecord, max_pixels: int | None) -> int:
    """The pixels an image may have: what is asked for, else the setting, never more than the model's ceiling."""
    wanted = max_pixels or settings().max_pixels
    return max(record.min_pixels or 0, min(wanted, record.max_pixels or wanted))


@lru_cache(maxsize=1)
def processor_class() -> type:
    """Qwen3-VL's processor without its video half, which alone would need torchvision."""
    from transformers.models.qwen3_vl.processing_qwen3_vl import Qwen3VLProcessor
    from transformers.processing_utils import ProcessorMixin

    class ImageTextProcessor(Qwen3VLProcessor):
        def __init__(self, image_processor: Any = None, tokenizer: Any = None, chat_template: str | None = None) -> None:
            ProcessorMixin.__init__(self, image_processor, tokenizer, chat_template=chat_template)
            self.image_token, self.video_token = "<|image_pad|>", "<|video_pad|>"
            self.vision_start_token, self.vision_end_token = "<|vision_start|>", "<|vision_end|>"
            for name in ("image", "video", "vision_start", "vision_end"):
                token = getattr(self, f"{name}_token")
                setattr(self, f"{name}_token_id", tokenizer.convert_tokens_to_ids(token))

    return ImageTextProcessor


def load_processor(path: Path) -> Any:
    """Read tokenizer and image processor of a checkpoint; the PIL backend, so that every machine sees the same pixels."""
    from transformers import AutoImageProcessor, AutoTokenizer

    local = {"local_files_only": True, "trust_remote_code": False}
    images = AutoImageProcessor.from_pretrained(path, backend="pil", **local)
    return processor_class()(images, AutoTokenizer.from_pretrained(path, **local))


class Prompter:
    """Turns contents into the parts of a prompt and prompts into model inputs."""

    def __init__(self, record: ModelRecord, *, max_pixels: int) -> None:
        self.processor = load_processor(record.path)
        self._min_pixels, self._max_pixels = record.min_pixels or GRID * GRID, max_pixels
        self._markers = sorted(self.processor.tokenizer.get_added_vocab(), key=len, reverse=True)

    def part(self, content: Content) -> tuple[str, list[Image.Image]]:
        """The image's place holder, then the text; and the image, if any, at its budgeted size."""
        images = []
        if content.image is not None:
            images.append(fit(open_rgb(content.image), min_pixels=self._min_pixels, max_pixels=self._max_pixels))
        text = self._disarm(content.text or "")
        return (VISION * len(images) + text) or EMPTY, images

    def length(self, text: str) -> int:
        """How many tokens a text takes; the image's place holder counts as its three markers."""
        return len(self.processor.tokenizer(text, add_special_tokens=False)["input_ids"])

    def room_taken(self, frame: str, images: list[Image.Image]) -> int:
        """The tokens of a prompt's frame and of its images; what is left belongs to the texts."""
        return self.length(frame) + sum(image.width * image.height // GRID**2 for image in images)

    def cut(self, text: str, tokens: int) -> str:
        """The longest beginning of a text that fits in so many tokens."""
        if len(text.encode()) <= tokens:  # byte-level pieces: never more tokens than bytes
            return text
        ends = self.processor.tokenizer(text, add_special_tokens=False, return_offsets_mapping=True)["offset_mapping"]
        return text if len(ends) <= tokens else text[: ends[tokens - 1][1]] if tokens > 0 else ""

    def inputs(self, prompts: list[str], images: list[Image.Image], *, side: str) -> dict[str, Any]:
        """Tokenise complete prompts (nothing is added), padded at ``side`` (``left``, ``right``)."""
        return dict(
            self.processor(
                text=prompts,
                images=images or None,
                do_resize=False,
                padding=True,
                padding_side=side,
                add_special_tokens=False,
                return_tensors="pt",
            )
        )

    def _disarm(self, text: str) -> str:
        # A control token typed by a person would open a turn or claim an image; it stays readable as plain characters.
        for marker in self._markers:
            if marker in text:
                text = text.replace(marker, f"{marker[0]} {marker[1:]}")
        return text
