"""Fast batches must be the same batches: every row once, equal pixels, equal vectors."""

from __future__ import annotations

import io
import random
import threading
from functools import cache

import numpy as np
import pytest
from PIL import Image, ImageDraw

from core.models.batching import ahead, in_batches, portions, token_batches
from core.models.contract import Content
from core.models.registry import record

QWEN, KURE, SIGLIP = "qwen3-vl-embedding-2b-mini", "kure-v1-mini", "siglip-base-mini"


def test_token_batches_take_every_row_once_and_keep_the_budget_with_padding() -> None:
    draw = random.Random(3)
    lengths = [draw.randint(1, 400) for _ in range(500)]
    batches = token_batches(lengths, tokens=2048, most=32)
    assert sorted(row for batch in batches for row in batch) == list(range(500))
    assert all(len(batch) * max(lengths[row] for row in batch) <= 2048 and len(batch) <= 32 for batch in batches)
    padded = sum(len(batch) * max(lengths[row] for row in batch) for batch in batches)
    assert padded < 1.1 * sum(lengths)


def test_a_row_above_the_budget_has_a_batch_of_its_own() -> None:
    assert token_batches([9, 3000, 5], tokens=100) == [[2, 0], [1]]
    assert token_batches([], tokens=100) == []


def test_in_batches_puts_rows_back_where_they_were() -> None:
    numbers = [5, 1, 4, 2, 3]
    out = in_batches(numbers, lambda part: np.array(part, dtype=np.float32)[:, None], lengths=numbers, dims=1, size=2)
    assert out[:, 0].tolist() == numbers


def test_portions_never_mix_texts_and_pictures() -> None:
    contents = [Content("가" * length, b"x" if length % 3 else None) for length in range(1, 30)]
    found = list(portions(contents, size=4))
    assert sorted(row for rows in found for row in rows) == list(range(29))
    assert all(len({contents[row].image is None for row in rows}) == 1 for rows in found)


def test_ahead_prepares_the_next_part_while_one_is_used() -> None:
    second = threading.Event()
    for part, prepared in ahead(lambda part: second.set() if part == 2 else part, [1, 2, 3]):
        if part == 1:
            assert prepared == 1 and second.wait(10)


def test_an_error_while_preparing_rises_at_its_part() -> None:
    seen = []
    with pytest.raises(ZeroDivisionError):
        for _, prepared in ahead(lambda part: 1 // part, [1, 1, 1, 0, 1]):
            seen.append(prepared)
    assert seen == [1, 1, 1]


@cache
def model(key: str):
    """Load once for all tests."""
    from core.models.loading import load

    return load(record(key), precision="fp32", device="cpu")


def picture(width: int, height: int) -> Image.Image:
    image = Image.new("RGB", (width, height), (250, 240, 255))
    ImageDraw.Draw(image).line((3, height // 2, width - 5, 7), fill=(10, 60, 200), width=3)
    return image


def png(width: int, height: int) -> bytes:
    out = io.BytesIO()
    picture(width, height).save(out, format="PNG")
    return out.getvalue()


@pytest.mark.slow
def test_patches_equal_the_image_processor_s() -> None:
    prompter = model(QWEN)._prompter
    images = [picture(160, 96), picture(32, 32), picture(64, 160)]
    theirs = prompter.processor.image_processor(images=images, do_resize=False, return_tensors="np")
    ours = prompter.tensors([[1]], images, side="right")
    assert np.array_equal(ours["pixel_values"].numpy(), theirs["pixel_values"])
    assert np.array_equal(ours["image_grid_thw"].numpy(), theirs["image_grid_thw"])


@pytest.mark.slow
def test_planes_equal_the_image_processor_s() -> None:
    encoder = model(SIGLIP)
    theirs = encoder._images(images=[picture(301, 120), picture(90, 400)], return_tensors="np")["pixel_values"]
    assert np.array_equal(encoder._pixels([png(301, 120), png(90, 400)]), theirs)


@pytest.mark.slow
@pytest.mark.parametrize("side", ["left", "right"])
def test_model_inputs_equal_the_whole_processor_s(side: str) -> None:
    from core.models.qwen3_vl import VISION

    prompter = model(QWEN)._prompter
    prompts, images = ["삼각형", f"{VISION}{VISION}두 그래프", f"넓이 {VISION}"], [picture(64, 32), picture(32, 32), picture(96, 64)]
    theirs = prompter.processor(text=prompts, images=images, do_resize=False, padding=True, padding_side=side,
                                add_special_tokens=False, return_tensors="np")
    ours = prompter.inputs(prompts, images, side=side)
    assert set(ours) == set(theirs)
    assert all(np.array_equal(ours[name].numpy(), theirs[name]) for name in ours)


@pytest.mark.slow
@pytest.mark.parametrize("key", [QWEN, KURE, SIGLIP])
def test_what_batches_save_changes_no_vector(key: str) -> None:
    """Common beginning, last layer, sorting and padding, against one plain pass for each content."""
    encoder, words = model(key), "두 일차함수의 그래프가 만나는 점 $x=3$ 을 구하시오. "
    contents = [Content(words * (1 + number % 5) + str(number)) for number in range(40)] + [Content("\n삼각형"), Content("")]
    if key != KURE:
        contents += [Content(words * (number % 3) or None, png(60 + 30 * number, 200)) for number in range(6)]
    for role in ("document", "query"):
        together = encoder.encode(contents, role=role)
        alone = np.concatenate([encoder.encode([content], role=role) for content in contents])
        assert (together * alone).sum(axis=1).min() >= 0.99999
    assert encoder._last is not None


@pytest.mark.slow
def test_a_batch_is_not_given_a_beginning_that_is_not_its_own() -> None:
    beginning = model(QWEN)._beginning("document")
    own = [*beginning._tokens, 5]
    assert beginning.begins([own, own]) and not beginning.begins([own, own[1:]]) and not beginning.begins([own, own[:-1]])
