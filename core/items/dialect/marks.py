r"""What is in an item's text without being part of it: figure marks, LaTeX comments, stray code points.

A percent sign is far more often a percentage than a comment (``농도가 5%인 소금물``), so a comment is only this:

* two or more unescaped percent signs in a row, or
* an unescaped percent sign at the start of a line, with a blank, a letter or a circled number behind it, or
* one followed by a word that announces an answer (정답, 답, 해설, 풀이, answer, solution …), with a colon behind that word
  or no number before the sign, or
* one behind a blank that follows the end of a sentence, ``\\`` or ``\end{…}``;

each up to the end of its line.
"""

from __future__ import annotations

import re
import unicodedata

from core.items.dialect.tokens import HANGUL

FIGURE_MARK = re.compile(r"(?<!\\)\[\s*이미지\s*\d*\s*\]")
_ANSWER_WORD = r"(?:정답|해답|답안|답|해설|풀이|출제|채점|주석|answers?\b|ans\b|solutions?\b|sol\b|comment\b|note\b)"
COMMENT = re.compile(
    rf"(?<!\\)(?:%%+[^\n]*"
    rf"|(?:(?<=\n)|\A)[ \t]*%(?=[ \tA-Za-z!①-⑳])[^\n]*"
    rf"|%[ \t]*{_ANSWER_WORD}[ \t]*[:：=][^\n]*"
    rf"|(?<![0-9}}$)])(?<![0-9}}$)][ \t])%[ \t]*{_ANSWER_WORD}[^\n]*"
    rf"|(?:(?<=[.?!。])|(?<=\\\\)|(?<=\\end\{{array\}})|(?<=\\end\{{cases\}})|(?<=\\end\{{aligned\}}))[ \t]+%[^\n]*)",
    re.IGNORECASE,
)
_INVISIBLE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u00ad\u200b-\u200f\u2028-\u202e\u2060-\u2064\ufeff]")
_BLANKS = re.compile("[\u00a0\u2000-\u200a\u202f\u205f\u3000]")
_SURROGATES = re.compile("[\ud800-\udfff]")
_HANGUL = re.compile(rf"[{HANGUL}]")


def clean(text: str) -> str:
    """Return the text composed (NFC), with plain line ends and blanks and without invisible or unpaired code points."""
    text = unicodedata.normalize("NFC", text.replace("\r\n", "\n").replace("\r", "\n"))
    text = _INVISIBLE.sub("", _BLANKS.sub(" ", text))
    return _SURROGATES.sub("\ufffd", text)


def strip(text: str) -> str:
    """Return the text without comments and figure marks."""
    return FIGURE_MARK.sub("", COMMENT.sub("", text))


def hangul(text: str) -> str:
    """Return the Hangul of a text and nothing else, taken apart into letters, so that two texts can be compared."""
    return unicodedata.normalize("NFD", "".join(_HANGUL.findall(text)))
