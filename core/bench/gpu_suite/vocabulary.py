"""Stand-in tokenizers: one word is one token, the number of tokens is the real vocabulary's.

The real tokenizers come with the real models. What matters for speed and memory is how many tokens a text has and that
their rows lie all over the embedding table; both are exact here, because the workload counts in words.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from core.bench.gpu_suite.architectures import KURE, QWEN, Architecture

WORD = "w{}"
_PIECES = r"\n|\w+|[^\w\s]+"
"""Line breaks count, as they do in Qwen's vocabulary; spaces belong to the words."""
_ANSWERS = ("yes", "no")


def first_word(wanted: Architecture) -> int:
    """The lowest token id that is an ordinary word."""
    return 4 + len(_ANSWERS) if wanted.name != QWEN else len(_ANSWERS)


def last_word(wanted: Architecture) -> int:
    """One more than the highest token id that is an ordinary word."""
    return wanted.config["text_config"]["pad_token_id"] if wanted.name == QWEN else wanted.vocabulary


def write_tokenizer(wanted: Architecture, folder: Path) -> None:
    """Save the tokenizer of a checkpoint so that the ordinary loading code reads it."""
    if wanted.name == QWEN:
        start = last_word(wanted)
        control = {start + place: token for place, token in enumerate(_QWEN_CONTROL)}
        tokenizer = _tokenizer(wanted, control, pad=start, unknown=0, frame=None, inputs=("input_ids", "attention_mask"))
    elif wanted.name == KURE:
        tokenizer = _tokenizer(wanted, dict(enumerate(("<s>", "<pad>", "</s>", "<unk>"))), pad=1, unknown=3,
                               frame=("<s>", "</s>"), inputs=("input_ids", "attention_mask"))
    else:
        tokenizer = _tokenizer(wanted, dict(enumerate(("<s>", "</s>", "<unk>", "<mask>"))), pad=1, unknown=2,
                               frame=None, inputs=("input_ids",))
    tokenizer.save_pretrained(folder)


_QWEN_CONTROL = ("<|endoftext|>", "<|im_start|>", "<|im_end|>", "<|object_ref_start|>", "<|object_ref_end|>", "<|box_start|>",
                 "<|box_end|>", "<|quad_start|>", "<|quad_end|>", "<|vision_start|>", "<|vision_end|>", "<|vision_pad|>",
                 "<|image_pad|>", "<|video_pad|>")
"""In the order of their ids, from 151,643 on."""


def _tokenizer(wanted: Architecture, control: Mapping[int, str], *, pad: int, unknown: int,
               frame: tuple[str, str] | None, inputs: Sequence[str]) -> Any:
    from tokenizers import Regex, Tokenizer, models, pre_tokenizers, processors
    from transformers import PreTrainedTokenizerFast

    words = {number: WORD.format(number) for number in range(last_word(wanted))} | dict(control)
    words.update(zip(range(first_word(wanted) - len(_ANSWERS), first_word(wanted)), _ANSWERS, strict=True))
    core = Tokenizer(models.WordLevel({word: number for number, word in words.items()}, unk_token=words[unknown]))
    core.pre_tokenizer = pre_tokenizers.Split(Regex(_PIECES), behavior="removed", invert=True)
    core.add_special_tokens(list(control.values()))
    if frame:
        core.post_processor = processors.TemplateProcessing(
            single=[frame[0], "$A", frame[1]], special_tokens=[(token, core.token_to_id(token)) for token in frame])
    return PreTrainedTokenizerFast(
        tokenizer_object=core, pad_token=words[pad], unk_token=words[unknown], eos_token=words[pad],
        model_input_names=list(inputs), model_max_length=8192, clean_up_tokenization_spaces=False,
    )
