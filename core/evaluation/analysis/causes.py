"""Why a system may have missed a query: what can be seen from query, wanted and got items. A suggestion, never a finding.

Got are items that are not relevant and stand where relevant ones should; a share is of those. Each rule speaks with a strength:

* ``numbers``, 1: a wanted item that is missing, or a got one, reads as the query (a got one also: as a wanted item) but for
  its numbers. Bigrams overlap by at least 0.9 (Dice) once every number is masked, and the numbers differ.
* ``unit``, the share: at least half is of units that no wanted item has.
* ``unjudged``, the share: items without a grade, of a wanted item's concept (of its unit where no wanted item names a
  concept). Silent where what is not listed was declared grade 0.
* ``figure``, the share: the query and most wanted items have a picture, at least half of what was got has none. Or, 0.4:
  each of the first five shares more bigrams with the query's text than the nearest wanted item, so text alone led there.
* ``formula``, the share: most wanted items have formulas, at least half of what was got has none. Or, 0.45: the query was
  typed with a formula that is no LaTeX (``x^2``, ``2x+3=7``, ``√2``), and missing wanted items have LaTeX.
* ``vague``, 0.3: words alone, at most three of them but for 문제, 문항 …; 0.6 where what was got lies in four units or more.

Suggestions stand by strength, equal ones in the order of ``CAUSES``.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache

from core.items import dialect
from core.items.record import Item
from core.search.keyword import bigrams

CAUSES = {
    "unit": "단원 혼동",
    "numbers": "숫자만 다름",
    "figure": "그림 무시",
    "formula": "수식 표기",
    "vague": "너무 짧음·모호함",
    "unjudged": "판정 안 된 문항이 위에 있음",
    "labels": "정답이 잘못됨",
    "other": "그 밖의 원인",
}
"""By key, what staff chooses from. ``labels`` and ``other`` are people's to say: no rule suggests them."""

SAME_BUT_NUMBERS = 0.9
HALF = 0.5
SHORT_WORDS = 3
SCATTERED_UNITS = 4
_NUMBER = re.compile(r"\d+(?:\.\d+)?")
_PLAIN_FORMULA = re.compile(r"[A-Za-z\d)]\s*(?:\^|[²³⁴])|√|\d[abcnpxyz]\b|\b[a-z]\s*[=<>≤≥+]|[=<>≤≥]\s*-?\d")
_FILLER = re.compile(r"(?:문제|문항|유형|서술형|찾아줘|찾기|구하기|관련|대한|것)(?:[을를은는이가의]|들)?")


@dataclass(frozen=True, slots=True)
class Suggestion:
    """A cause with what speaks for it."""

    cause: str
    """A key of ``CAUSES``."""
    why: str
    """One Korean sentence, with the numbers it rests on."""


@dataclass(frozen=True)
class Seen:
    """What the rules look at. ``got`` is in the order of the list."""

    text: str
    """What the query says; of a query that is an item, the item's text; '' where it says nothing."""
    picture: bool
    """Whether the query has one."""
    typed: bool
    """Whether somebody wrote the query; False where it is an item."""
    wanted: Sequence[Item]
    missing: Sequence[Item]
    """Those wanted items that are not among the first ten."""
    got: Sequence[tuple[Item, int | None]]
    """What stands in a relevant item's place and is not relevant, with its grade; None: not judged."""
    unlisted_zero: bool
    """Whether unjudged means grade 0 by declaration."""

    @cached_property
    def others(self) -> list[Item]:
        """The got items."""
        return [item for item, _ in self.got]

    def share(self, items: Sequence[Item]) -> float:
        """Return how much of what was got these are."""
        return len(items) / len(self.got) if self.got else 0.0


def suggest(seen: Seen) -> tuple[Suggestion, ...]:
    """Return what the rules say, the strongest first; nothing where nothing was got or is wanted."""
    if not seen.got or not seen.wanted:
        return ()
    said = [(strength, -place, Suggestion(cause, why))
            for place, (cause, rule) in enumerate(_RULES.items()) if (found := rule(seen)) for strength, why in [found]]
    return tuple(suggestion for _, _, suggestion in sorted(said, key=lambda each: each[:2], reverse=True))


Said = tuple[float, str] | None


def _numbers(seen: Seen) -> Said:
    if near := next((item for item in seen.missing if _same_but_numbers(seen.text, item.text)), None):
        return 1.0, f"못 찾은 정답 {near.id}은(는) 쿼리와 숫자만 다릅니다."
    for item in seen.others:
        if _same_but_numbers(seen.text, item.text):
            return 1.0, f"정답 자리에 온 {item.id}은(는) 쿼리와 숫자만 다릅니다."
        if near := next((each for each in seen.wanted if _same_but_numbers(each.text, item.text)), None):
            return 1.0, f"정답 자리에 온 {item.id}은(는) 정답 {near.id}와(과) 숫자만 다릅니다."
    return None


def _unit(seen: Seen) -> Said:
    units = {item.unit for item in seen.wanted}
    astray = [item for item in seen.others if item.unit not in units]
    if seen.share(astray) < HALF:
        return None
    most = max(sorted({item.unit for item in astray}), key=[item.unit for item in astray].count)
    return seen.share(astray), f"정답 자리에 온 {_of(astray, seen)}가 정답에 없는 단원입니다(가장 많은 것: {most})."


def _unjudged(seen: Seen) -> Said:
    if seen.unlisted_zero:
        return None
    concepts = {concept for item in seen.wanted if (concept := item.metadata.get("concept"))}
    units = {item.unit for item in seen.wanted}
    near = [item for item, grade in seen.got if grade is None
            and (item.metadata["concept"] in concepts if concepts and item.metadata.get("concept") else item.unit in units)]
    if not near:
        return None
    same = "개념" if concepts else "단원"
    return seen.share(near), f"정답 자리에 온 {_of(near, seen)}는 정답과 {same}이 같지만 판정되지 않았습니다. 오류가 아닐 수 있습니다."


def _figure(seen: Seen) -> Said:
    if not seen.picture or not _most(seen.wanted, lambda item: bool(item.images)):
        return None
    bare = [item for item in seen.others if not item.images]
    if seen.share(bare) >= HALF:
        return seen.share(bare), f"쿼리와 정답에는 그림이 있는데, 정답 자리에 온 {_of(bare, seen)}에는 그림이 없습니다."
    if seen.text and len(seen.got) >= 5:
        nearest = max(_overlap(seen.text, item.text) for item in seen.wanted)
        if all(_overlap(seen.text, item.text) > nearest for item in seen.others[:5]):
            return 0.4, "정답 자리에 온 앞의 다섯 문항이 어느 정답보다 쿼리와 낱말이 많이 겹칩니다. 그림보다 글을 따라간 것으로 보입니다."
    return None


def _formula(seen: Seen) -> Said:
    if _most(seen.wanted, _has_formula):
        plain = [item for item in seen.others if not _has_formula(item)]
        if seen.share(plain) >= HALF:
            return seen.share(plain), f"정답에는 수식이 있는데, 정답 자리에 온 {_of(plain, seen)}에는 수식이 없습니다."
    if seen.typed and "$" not in seen.text and "\\" not in seen.text and any(map(_has_formula, seen.missing)) \
            and (written := _PLAIN_FORMULA.search(seen.text)):
        return 0.45, f"쿼리는 수식을 글자로 적었고({written[0].strip()}) 못 찾은 정답은 LaTeX로 적혀 있습니다."
    return None


def _vague(seen: Seen) -> Said:
    if not seen.typed or seen.picture or not seen.text:
        return None
    words = [word for word in seen.text.split() if not _FILLER.fullmatch(word)]
    if len(words) > SHORT_WORDS:
        return None
    units = {item.unit for item in seen.others}
    if len(units) >= SCATTERED_UNITS:
        return 0.6, f"뜻을 담은 말이 {len(words)}어절뿐이고, 정답 자리에 온 문항이 단원 {len(units)}곳에 흩어져 있습니다."
    return 0.3, f"뜻을 담은 말이 {len(words)}어절뿐입니다."


_RULES: dict[str, Callable[[Seen], Said]] = {
    "unit": _unit, "numbers": _numbers, "figure": _figure, "formula": _formula, "vague": _vague, "unjudged": _unjudged,
}


def _of(items: Sequence[Item], seen: Seen) -> str:
    return f"{len(seen.got)}개 가운데 {len(items)}개"


def _most(items: Sequence[Item], holds: Callable[[Item], bool]) -> bool:
    return sum(map(holds, items)) * 2 > len(items)


def _has_formula(item: Item) -> bool:
    return dialect.has_formula(item.text)


def _same_but_numbers(one: str, other: str) -> bool:
    if _dice(_masked(one), _masked(other)) < SAME_BUT_NUMBERS:
        return False
    return _NUMBER.findall(one) != _NUMBER.findall(other)


def _overlap(one: str, other: str) -> float:
    return _dice(_grams(one), _grams(other))


def _dice(first: frozenset[str], second: frozenset[str]) -> float:
    """2 |both| / (|first| + |second|); 0 where one is empty."""
    return 2 * len(first & second) / (len(first) + len(second)) if first and second else 0.0


# The same items come up in case after case.
@lru_cache(maxsize=4096)
def _masked(text: str) -> frozenset[str]:
    return _grams(_NUMBER.sub("#", text))


@lru_cache(maxsize=4096)
def _grams(text: str) -> frozenset[str]:
    return frozenset(bigrams(text))
