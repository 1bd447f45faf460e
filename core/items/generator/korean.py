"""Korean particles after drawn words, chosen as the word is read aloud: ``7을``, ``9를``, ``$x^2$을``, ``12km를``."""

from __future__ import annotations

import re

# The final sound with which each digit and letter is read: "" is a vowel; ㄹ is told apart because 로 follows it.
_DIGITS = dict(zip("0123456789", ("ㅇ", "ㄹ", "", "ㅁ", "", "", "ㄱ", "ㄹ", "ㄹ", ""), strict=True))
_LETTERS = {"l": "ㄹ", "m": "ㅁ", "n": "ㄴ", "r": "ㄹ"}
_UNITS = {"kg": "ㅁ", "mg": "ㅁ", "g": "ㅁ", "km": "", "cm": "", "mm": "", "m": "", "mL": "", "L": ""}
_FRACTION = re.compile(r"\\[dct]?frac\s*\{([^{}]*)\}\s*\{[^{}]*\}$")
_POWER = re.compile(r"\^(\{[^{}]*\}|\w)$")
_DEGREE = re.compile(r"(°|\^\{?\\circ\}?)$")
_MARKUP = re.compile(r"\\(?:mathrm|text|left|right|,)|[\s${}()\[\]<>\"'’”.,]")
_UNIT_AFTER_NUMBER = re.compile(r"\d([A-Za-z]+)$")
_ROUND_NUMBER = re.compile(r"[1-9]0+$")


def final_sound(word: str) -> str:
    """Return the consonant with which ``word`` closes when read aloud, ``""`` if it closes with a vowel.

    Args:
        word: Hangul, digits, Latin letters, a unit after a number, or LaTeX (fractions close with their numerator,
            powers with 제곱, degrees with 도).
    """
    word = word.strip().rstrip("$ ")
    if _DEGREE.search(word) or word.endswith("%"):
        return ""
    if _POWER.search(word):
        return "ㅂ"
    if fraction := _FRACTION.search(word):
        return final_sound(fraction.group(1))
    word = _MARKUP.sub("", word)
    if not word:
        return ""
    unit = _UNIT_AFTER_NUMBER.search(word)
    if unit and unit.group(1) in _UNITS:
        return _UNITS[unit.group(1)]
    last = word[-1]
    if "가" <= last <= "힣":
        code = (ord(last) - ord("가")) % 28
        return "" if code == 0 else "ㄹ" if code == 8 else "ㅇ"
    if _ROUND_NUMBER.search(word):
        return "ㅂ"  # 십, 백, 천, 만, 억: none closes with a vowel or ㄹ
    return _DIGITS.get(last) or _LETTERS.get(last.lower(), "")


def josa(word: str, pair: str) -> str:
    """Return ``word`` with the right particle of ``pair`` joined on.

    Args:
        word: as ``final_sound`` takes it; joined unchanged.
        pair: the form after a consonant, a slash, the form after a vowel: ``을/를``, ``이/가``, ``은/는``, ``과/와``,
            ``으로/로``, ``이다/다``, ``이라/라``. After ㄹ, 로 wins over 으로.
    """
    closed, opened = pair.split("/")
    sound = final_sound(word)
    if not sound or (sound == "ㄹ" and closed.startswith("으로")):
        return word + opened
    return word + closed


class Said(str):
    """A drawn value whose particles a template can name: ``"{name}{name.eul} 구하시오"``, ``"${term}${term.eul} 빼면"``.

    Each attribute is the particle alone, so that it can follow a closing dollar sign, a quotation mark or a unit.
    """

    __slots__ = ()

    def _particle(self, pair: str) -> str:
        return josa(str(self), pair)[len(self):]

    eul = property(lambda self: self._particle("을/를"))
    i = property(lambda self: self._particle("이/가"))
    eun = property(lambda self: self._particle("은/는"))
    gwa = property(lambda self: self._particle("과/와"))
    euro = property(lambda self: self._particle("으로/로"))
    ida = property(lambda self: self._particle("이다/다"))
    ira = property(lambda self: self._particle("이라/라"))


def said(value: object) -> Said:
    """Return any drawn value as text that knows its particles."""
    return Said(str(value))
