"""What the Qwen3-VL embedder and reranker share: prompt parts, image budget, processor.

The format follows the models' own repository (github.com/QwenLM/Qwen3-VL-Embedding, technical report arXiv 2601.04720):
a system turn, a user turn with the image before the text, an opened assistant turn.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from core.models import pixels
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


def flatten_patches(network: Any) -> None:
    """Let a Qwen3-VL network multiply its patches with a matrix: its convolution's window is the whole patch.

    The same sums, several times faster than the general convolution on a CPU.
    """
    import torch

    embed = network.visual.patch_embed
    weight = embed.proj.weight

    def forward(patches: Any) -> Any:
        return torch.nn.functional.linear(patches.to(weight.dtype), weight.flatten(1), embed.proj.bias)

    embed.forward = forward


class Prompter:
    """Turns contents into the parts of a prompt and prompts into model inputs."""

    def __init__(self, record: ModelRecord, *, max_pixels: int) -> None:
        self.processor = load_processor(record.path)
        self._min_pixels, self._max_pixels = record.min_pixels or GRID * GRID, max_pixels
        self._markers = sorted(self.processor.tokenizer.get_added_vocab(), key=len, reverse=True)
        self._values = pixels.table(self.processor.image_processor)
        self._frames: dict[str, int] = {}

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
        # The same few frames come again with every content.
        if frame not in self._frames:
            self._frames[frame] = self.length(frame)
        return self._frames[frame] + sum(image.width * image.height // GRID**2 for image in images)

    def cut(self, text: str, tokens: int) -> str:
        """The longest beginning of a text that fits in so many tokens."""
        if len(text.encode()) <= tokens:  # byte-level pieces: never more tokens than bytes
            return text
        ends = self.processor.tokenizer(text, add_special_tokens=False, return_offsets_mapping=True)["offset_mapping"]
        return text if len(ends) <= tokens else text[: ends[tokens - 1][1]] if tokens > 0 else ""

    def inputs(self, prompts: list[str], images: list[Image.Image], *, side: str) -> dict[str, Any]:
        """Tokenise complete prompts (nothing is added), padded at ``side`` (``left``, ``right``)."""
        left = iter(images)
        each = [[next(left) for _ in range(prompt.count(VISION))] for prompt in prompts]
        return self.tensors(self.tokens(prompts, each), images, side=side)

    def tokens(self, prompts: Sequence[str], images: Sequence[list[Image.Image]]) -> list[list[int]]:
        """Tokenise complete prompts in one go; each image's place holder becomes as many tokens as the image takes."""
        place = self.processor.image_token_id
        found = self.processor.tokenizer(list(prompts), add_special_tokens=False)["input_ids"]
        for ids, pictures in zip(found, images, strict=True):
            # Backwards, so that what was put in does not move the places still to come.
            places = [number for number, token in enumerate(ids) if token == place]
            for number, picture in reversed(list(zip(places, pictures, strict=True))):
                ids[number : number + 1] = [place] * (picture.width * picture.height // GRID**2)
        return found

    def tensors(self, tokens: Sequence[list[int]], images: Sequence[Image.Image], *, side: str) -> dict[str, Any]:
        """Return model inputs, padded at ``side``, with the pictures as patches: what the processor would give."""
        import torch

        longest = max(map(len, tokens))
        ids = np.full((len(tokens), longest), self.processor.tokenizer.pad_token_id, dtype=np.int64)
        mask = np.zeros_like(ids)
        for row, each in enumerate(tokens):
            place = slice(0, len(each)) if side == "right" else slice(longest - len(each), longest)
            ids[row, place], mask[row, place] = each, 1
        given = {"input_ids": ids, "attention_mask": mask, "mm_token_type_ids": (ids == self.processor.image_token_id).astype(np.int64)}
        if images:
            cut = self.processor.image_processor
            size = {"patch": cut.patch_size, "merge": cut.merge_size, "frames": cut.temporal_patch_size}
            given["pixel_values"] = np.concatenate([pixels.patches(pixels.planes(one, self._values), **size) for one in images])
            given["image_grid_thw"] = np.array([(1, one.height // size["patch"], one.width // size["patch"]) for one in images])
        return {name: torch.from_numpy(array) for name, array in given.items()}

    def _disarm(self, text: str) -> str:
        # A control token typed by a person would open a turn or claim an image; it stays readable as plain characters.
        for marker in self._markers:
            if marker in text:
                text = text.replace(marker, f"{marker[0]} {marker[1:]}")
        return text
