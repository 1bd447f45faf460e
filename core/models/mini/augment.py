"""Saying the same thing differently: what keeps a small model from learning a wording by heart."""

from __future__ import annotations

import re
from random import Random

_NUMBER = re.compile(r"\d+")
_CHOICES = re.compile(r"\n①.*", re.DOTALL)
_PARTICLE = re.compile(r"(?<=[가-힣]{2})(으로|에서|에게|까지|부터|을|를|이|가|은|는|의|과|와|로|에|도)$")
_ASKING = ("구하시오", "구하여라", "구해 보아라", "쓰시오", "알아보아라", "얼마인가", "얼마인지 쓰시오", "계산하시오",
           "말하여라", "답하시오")
_ASKED = re.compile("|".join(sorted(_ASKING, key=len, reverse=True)))
_ENDINGS = (" 문제", " 문항", " 문제 찾아줘", "에 대한 문제", " 관련 문항", " 유형", "")


def item(text: str, rng: Random) -> str:
    """A variant of an item's text: choices, numbers, the way of asking, particles and words come and go."""
    if rng.random() < 0.5:
        text = _CHOICES.sub("", text)
    if rng.random() < 0.5:
        text = _NUMBER.sub(lambda found: str(rng.randrange(1, 10 ** len(found.group()[:3]))), text)
    if rng.random() < 0.5:
        text = _ASKED.sub(lambda _: rng.choice(_ASKING), text)
    if rng.random() < 0.25:
        text = _some_sentences(text, rng)
    return thinned(text, rng, most=0.35)


def query(text: str, rng: Random) -> str:
    """A variant of a short query."""
    if rng.random() < 0.5:
        text = re.sub(r"\s*(문제|문항|유형)$", "", text) + rng.choice(_ENDINGS)
    return thinned(text, rng, most=0.3)


def thinned(text: str, rng: Random, *, most: float) -> str:
    """Leave out words at a random rate up to ``most``, and some particles; at least one word stays."""
    if rng.random() < 0.2:
        return text
    rate = rng.random() * most
    words = [word for word in text.split(" ") if rng.random() >= rate] or [text]
    if rng.random() < 0.4:
        words = [_PARTICLE.sub("", word) if rng.random() < 0.5 else word for word in words]
    return " ".join(words)


def mixed(first: str, second: str, rng: Random) -> str:
    """Words of two texts in one: no item, but the lexical teacher knows what it is near to."""
    words = [word for text in (first, second) for word in text.split(" ") if rng.random() < 0.6]
    if rng.random() < 0.5:
        rng.shuffle(words)
    return " ".join(words[:60]) or first


def _some_sentences(text: str, rng: Random) -> str:
    sentences = re.split(r"(?<=[.?])\s+", text)
    start = rng.randrange(len(sentences))
    return " ".join(sentences[start : start + rng.randint(1, 3)])
