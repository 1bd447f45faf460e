"""Small vocabularies of the three kinds the real models use, learnt from the training texts.

About a thousand pieces: with more, a rare piece is seen too seldom to learn anything from.
"""

from __future__ import annotations

import io
import json
import string
from collections.abc import Sequence
from pathlib import Path
from typing import Any

QWEN_PIECES = 1400
KURE_PIECES = 1600
SIGLIP_PIECES = 1200
CONTROL = (
    "<|endoftext|>",
    "<|im_start|>",
    "<|im_end|>",
    "<|vision_start|>",
    "<|vision_end|>",
    "<|vision_pad|>",
    "<|image_pad|>",
    "<|video_pad|>",
)
QWEN_CHAT = (
    "{%- for message in messages -%}"
    "{{- '<|im_start|>' + message.role + '\\n' -}}"
    "{%- if message.content is string -%}{{- message.content -}}{%- else -%}"
    "{%- for part in message.content -%}"
    "{%- if part.type == 'image' -%}{{- '<|vision_start|><|image_pad|><|vision_end|>' -}}"
    "{%- elif part.type == 'text' -%}{{- part.text -}}{%- endif -%}"
    "{%- endfor -%}{%- endif -%}"
    "{{- '<|im_end|>\\n' -}}"
    "{%- endfor -%}"
    "{%- if add_generation_prompt -%}{{- '<|im_start|>assistant\\n' -}}{%- endif -%}"
)


def qwen(texts: Sequence[str], *, prompts: Sequence[str]) -> Any:
    """Byte-level BPE, cut up beforehand as Qwen does; closes every text with ``<|endoftext|>``.

    The prompts are repeated until each of their words is one piece: they stand before every input.
    """
    from tokenizers import pre_tokenizers, processors, trainers
    from transformers import Qwen2Tokenizer

    blank = Qwen2Tokenizer()
    trainer = trainers.BpeTrainer(
        vocab_size=QWEN_PIECES - len(CONTROL),
        initial_alphabet=pre_tokenizers.ByteLevel.alphabet(),
        show_progress=False,
    )
    core = blank.backend_tokenizer
    core.train_from_iterator([*texts, *[f"{prompt} yes no" for prompt in prompts] * max(50, len(texts) // 20)], trainer)
    learnt = json.loads(core.to_str())["model"]
    vocab = {piece: number for piece, number in learnt["vocab"].items() if piece not in CONTROL}
    vocab = {piece: place for place, piece in enumerate(sorted(vocab, key=vocab.__getitem__))}
    vocab.update({token: len(vocab) + place for place, token in enumerate(CONTROL)})
    merges = [tuple(pair) if not isinstance(pair, str) else tuple(pair.split(" ")) for pair in learnt["merges"]]
    tokenizer = Qwen2Tokenizer(
        vocab=vocab,
        merges=merges,
        additional_special_tokens=list(CONTROL[1:]),
        model_max_length=4096,
        padding_side="right",
    )
    end = tokenizer.convert_tokens_to_ids(CONTROL[0])
    tokenizer.backend_tokenizer.post_processor = processors.TemplateProcessing(
        single=["$A", CONTROL[0]], pair=["$A", "$B", CONTROL[0]], special_tokens=[(CONTROL[0], end)]
    )
    tokenizer.chat_template = QWEN_CHAT
    return tokenizer


def xlm_roberta(texts: Sequence[str]) -> Any:
    """A unigram vocabulary behind XLM-RoBERTa's own five control tokens."""
    from transformers import XLMRobertaTokenizer

    control = ["<s>", "<pad>", "</s>", "<unk>"]
    pieces = _unigram(texts, size=KURE_PIECES - len(control) - 1)
    vocab = [(token, 0.0) for token in control] + [piece for piece in pieces if piece[0] not in control] + [("<mask>", 0.0)]
    return XLMRobertaTokenizer(vocab=vocab, model_max_length=512)


def siglip(texts: Sequence[str], *, folder: Path) -> Any:
    """A SentencePiece model as SigLIP wants it: lower case, no punctuation, ``</s>`` for both end and padding."""
    from transformers import SiglipTokenizer

    bare = str.maketrans("", "", string.punctuation)
    plain = [text.lower().translate(bare) for text in texts]
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "spiece.model").write_bytes(_sentencepiece(plain, size=SIGLIP_PIECES))
    tokenizer = SiglipTokenizer(str(folder / "spiece.model"), model_max_length=64)
    tokenizer.model_input_names = ["input_ids"]
    return tokenizer


def _unigram(texts: Sequence[str], *, size: int) -> list[tuple[str, float]]:
    import sentencepiece

    model = sentencepiece.SentencePieceProcessor(model_proto=_sentencepiece(texts, size=size))
    return [(model.id_to_piece(number), model.get_score(number)) for number in range(model.get_piece_size())]


def _sentencepiece(texts: Sequence[str], *, size: int) -> bytes:
    import sentencepiece

    out = io.BytesIO()
    sentencepiece.SentencePieceTrainer.train(
        sentence_iterator=iter(texts),
        model_writer=out,
        vocab_size=size,
        hard_vocab_limit=False,
        character_coverage=1.0,
        model_type="unigram",
        pad_id=-1,
        bos_id=-1,
        eos_id=1,
        unk_id=2,
        required_chars="<unk>",  # SigLIP's tokenizer spells this before every text and cuts it off again
        num_threads=1,
        split_digits=True,
        minloglevel=2,
    )
    return out.getvalue()
