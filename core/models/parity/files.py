"""What the files of a checkpoint say of themselves, read raw: does it agree with the published rule?

These are the things that could not be known before the real files were there: the tokenizer's post-processor, the chat
template, the prompts and modules stored on the hub.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from core.models import completion
from core.models.download.checksum import checksum
from core.models.download.whole import header_of, read_json
from core.models.parity.compare import Check
from core.models.parity.rule import JUDGE, Rule, pooling_of
from core.models.parity.tokens import RawTokenizer
from core.models.record import ModelRecord

Found = Check | str
"""A check, or a Korean sentence about what could not be checked."""
_VISION = "<|vision_start|><|image_pad|><|vision_end|>"


def examine(record: ModelRecord, rule: Rule) -> Iterator[Found]:
    """Every file that says something about how the model is to be run."""
    for look in (_arrived, _parameters, _surround, _answers, _template, _prompts, _modules, _preparation):
        yield from look(record, rule)


def _arrived(record: ModelRecord, rule: Rule) -> Iterator[Found]:
    mark = completion.read(record.path)
    if mark is None:
        if not record.miniature:
            yield "내려받은 기록이 없어 파일 체크섬을 확인하지 못했습니다."
        return
    changed = [name for name, kept in mark.files.items() if checksum(record.path / name, like=kept.checksum) != kept.checksum]
    yield Check("file_checksums", not changed, ", ".join(changed[:3]) or f"파일 {len(mark.files)}개가 받은 그대로")
    if record.revision and mark.revision != record.revision:
        yield f"설치된 리비전 {mark.revision[:12]}이(가) 정해 둔 리비전 {record.revision[:12]}과 다릅니다."


def _parameters(record: ModelRecord, rule: Rule) -> Iterator[Found]:
    headers = [header_of(path) for path in sorted(record.path.glob("model*.safetensors"))]
    if not headers or None in headers:
        yield "가중치가 safetensors가 아니어서 파라미터 수를 세지 못했습니다."
        return
    # A tied head may be stored once more; it is counted once.
    tied = (read_json(record.path / "config.json") or {}).get("tie_word_embeddings", False)
    tensors = {name: tensor["shape"] for _, found in filter(None, headers) for name, tensor in found.items()}
    count = sum(math.prod(shape) for name, shape in tensors.items() if not (tied and name == "lm_head.weight"))
    near = abs(count - record.parameters) <= 0.01 * record.parameters
    yield Check("parameters", near, f"{count:,}개 (기록: {record.parameters:,}개)")


def _surround(record: ModelRecord, rule: Rule) -> Iterator[Found]:
    if not (record.path / "tokenizer.json").is_file():
        yield "tokenizer.json이 없어 토크나이저의 후처리를 확인하지 못했습니다."
        return
    if record.miniature and record.kind == "qwen3-vl-reranker":
        yield "축소 재순위 모델은 임베딩 모델의 토크나이저를 그대로 써서 후처리를 확인하지 않습니다."
        return
    wanted = (rule.start, rule.end)
    try:
        found = RawTokenizer(record).surround() if record.kind != "siglip" else _fast_surround(record)
    except ValueError as error:
        yield Check("tokenizer_post_processor", False, str(error))
        return
    yield Check("tokenizer_post_processor", found == wanted, f"{found[0]}…{found[1]} (공개 규칙: {wanted[0]}…{wanted[1]})")


def _fast_surround(record: ModelRecord) -> tuple[str, str]:
    """SigLIP's rule is read from ``spiece.model``; here the ``tokenizer.json`` beside it is asked."""
    import tokenizers

    fast = tokenizers.Tokenizer.from_file(str(record.path / "tokenizer.json"))
    fast.no_padding()
    bare, whole = (fast.encode("1", add_special_tokens=special).tokens for special in (False, True))
    place = next(number for number in range(len(whole)) if whole[number : number + len(bare)] == bare)
    return "".join(whole[:place]), "".join(whole[place + len(bare) :])


def _answers(record: ModelRecord, rule: Rule) -> Iterator[Found]:
    if record.kind != "qwen3-vl-reranker":
        return
    try:
        yes, no = map(RawTokenizer(record).word, ("yes", "no"))
    except KeyError as error:
        yield Check("yes_no_tokens", False, f"{error}가 토큰 하나가 아님")
        return
    score = read_json(record.path / "1_LogitScore" / "config.json") or {}
    agrees = score.get("true_token_id", yes) == yes and score.get("false_token_id", no) == no
    yield Check("yes_no_tokens", agrees, f"yes {yes}, no {no}")


def _template(record: ModelRecord, rule: Rule) -> Iterator[Found]:
    if not record.kind.startswith("qwen3-vl"):
        return
    source = _template_source(record.path)
    if source is None:
        yield "대화 템플릿 파일이 없어 프롬프트를 허브의 템플릿과 비교하지 못했습니다."
        return
    judge = record.kind == "qwen3-vl-reranker"
    system = JUDGE if judge else rule.before["document"]
    before = f"<Instruct>: {rule.before['query']}<Query>:질문\n<Document>:" if judge else ""
    content = [{"type": "image", "image": ""}, {"type": "text", "text": "삼각형"}]
    messages = [
        {"role": "system", "content": [{"type": "text", "text": system}]},
        {"role": "user", "content": [{"type": "text", "text": before}] * judge + content},
    ]
    wanted = (
        f"<|im_start|>system\n{system}<|im_end|>\n<|im_start|>user\n{before}{_VISION}삼각형<|im_end|>\n<|im_start|>assistant\n"
    )
    try:
        found = _rendered(source, messages)
    except Exception as error:
        yield Check("chat_template", False, f"템플릿을 실행할 수 없음: {error}")
        return
    yield Check("chat_template", found == wanted, "허브의 템플릿과 같음" if found == wanted else f"허브의 템플릿: {found[:200]!r}")


def _template_source(folder: Path) -> str | None:
    file = folder / "chat_template.jinja"
    if file.is_file():
        return file.read_text(encoding="utf-8")
    for name in ("chat_template.json", "tokenizer_config.json"):
        source = (read_json(folder / name) or {}).get("chat_template")
        if isinstance(source, str):
            return source
    return None


def _rendered(source: str, messages: list[dict[str, Any]]) -> str:
    from jinja2.sandbox import ImmutableSandboxedEnvironment

    sandbox = ImmutableSandboxedEnvironment(trim_blocks=True, lstrip_blocks=True, extensions=["jinja2.ext.loopcontrols"])
    return sandbox.from_string(source).render(messages=messages, add_generation_prompt=True)


def _prompts(record: ModelRecord, rule: Rule) -> Iterator[Found]:
    if record.kind not in ("sentence-transformer", "qwen3-vl-embedding"):
        return
    stored = (read_json(record.path / "config_sentence_transformers.json") or {}).get("prompts") or {}
    stored = {role: prompt for role, prompt in stored.items() if role in ("query", "document") and prompt}
    if not stored and rule.before:
        yield "허브의 설정에 저장된 프롬프트가 없어 공개 문서의 프롬프트와 비교하지 못했습니다."
        return
    apart = [f"{role}: {prompt!r}" for role, prompt in stored.items() if prompt != rule.before.get(role, "")]
    yield Check("hub_prompts", not apart, ("허브의 값 " + "; ".join(apart)) if apart else f"{len(stored)}개가 공개 규칙과 같음")


def _modules(record: ModelRecord, rule: Rule) -> Iterator[Found]:
    if record.kind not in ("sentence-transformer", "qwen3-vl-embedding"):
        return
    modules = read_json(record.path / "modules.json")
    if not isinstance(modules, list):
        yield "modules.json이 없어 허브가 정한 풀링과 비교하지 못했습니다."
        return
    names = [str(module.get("type", "")).rsplit(".", 1)[-1] for module in modules]
    pooling = {"cls": "cls", "lasttoken": "last"}.get(pooling_of(record.path), pooling_of(record.path))
    good = names == ["Transformer", "Pooling", "Normalize"] and pooling == rule.pooling
    yield Check("modules", good, f"{' → '.join(names)}, 풀링 {pooling or '모름'} (공개 규칙: {rule.pooling})")


def _preparation(record: ModelRecord, rule: Rule) -> Iterator[Found]:
    if "image" not in record.modalities:
        return
    stored = read_json(record.path / "preprocessor_config.json")
    if not isinstance(stored, dict):
        yield "preprocessor_config.json이 없어 그림 전처리 설정을 확인하지 못했습니다."
        return
    if record.kind == "siglip":
        vision = (read_json(record.path / "config.json") or {}).get("vision_config", {})
        side = vision.get("image_size", stored.get("size", {}).get("height"))
        good = stored.get("size") == {"height": side, "width": side}
        yield Check("image_preparation", good, f"크기 {stored.get('size')}")
        return
    found = tuple(stored.get(name) for name in ("patch_size", "merge_size", "temporal_patch_size"))
    yield Check("image_preparation", found == (16, 2, 2), f"패치·병합·프레임 {found} (공개 규칙: (16, 2, 2))")

