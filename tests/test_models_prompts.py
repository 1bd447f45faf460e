"""The Qwen3-VL prompt, letter by letter, and the image budget against the library's own arithmetic."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from core.errors import InputError
from core.models.qwen3_vl import chat, fit
from core.models.qwen3_vl_embedding import instruction
from core.models.qwen3_vl_reranker import SYSTEM, user_turn


def test_the_embedding_prompt_is_the_official_one() -> None:
    assert chat("Represent the user's input.", "삼각형") == (
        "<|im_start|>system\nRepresent the user's input.<|im_end|>\n"
        "<|im_start|>user\n삼각형<|im_end|>\n"
        "<|im_start|>assistant\n"
    )


def test_the_reranker_puts_no_line_break_before_the_query() -> None:
    assert user_turn("Find.", "q", "d") == "<Instruct>: Find.<Query>:q\n<Document>:d"
    assert SYSTEM.endswith('the answer can only be "yes" or "no".')


@pytest.mark.parametrize(("given_", "sent"), [("Find items", "Find items."), ("찾아라!", "찾아라!"), ("Find. ", "Find.")])
def test_an_instruction_ends_in_punctuation(given_: str, sent: str) -> None:
    assert instruction(given_) == sent


@settings(max_examples=60, deadline=None)
@given(st.integers(17, 700), st.integers(17, 700), st.sampled_from([25_600, 262_144]))
def test_images_are_sized_as_the_library_would(width: int, height: int, most: int) -> None:
    from transformers.models.qwen2_vl.image_processing_pil_qwen2_vl import smart_resize

    expected = smart_resize(height, width, factor=32, min_pixels=4096, max_pixels=most)
    image = fit(Image.new("L", (width, height)), min_pixels=4096, max_pixels=most)
    assert (image.height, image.width) == expected


def test_a_thread_of_an_image_is_refused() -> None:
    with pytest.raises(InputError, match="길쭉"):
        fit(Image.new("L", (1000, 4)), min_pixels=4096, max_pixels=25_600)
