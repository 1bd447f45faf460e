"""Item text on a page shows what was written and does nothing."""

from __future__ import annotations

import html
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pages.widgets.text import WORD_JOINER, attribute, inline, one_line, safe_md, sentence

LITERAL = [
    "1~3번과 5~7번의 답을 고르시오.",
    "2*3*4의 값과 __빈칸__ 그리고 **굵게**",
    "<script>alert(1)</script> <보기>에서 고르시오 &lt;b&gt;",
    "![그림](http://evil.example/a.png) [누르기](javascript:alert(1))",
    "www.evil.example 와 https://evil.example/?a=b#c 와 a@evil.example",
    ":red[빨강] :smile: :material/search: ::leaf 3:1",
    "# 제목",
    "- 목록",
    "1. 번호",
    "> 인용",
    "| 표 | 칸 |",
    "```코드``` `코드`",
    "[^1] [참조][1] ~~취소~~ ==표시==",
    "a -> b <- c <-> d -- e >= f <= g ~= h",
    r"\begin 과 \n 그리고 C:\temp\x",
    "값은 $5이다",
    "닫히지 않은 $x+1 수식",
]


def shown(markdown: str) -> str:
    """Read markdown without formulas back into the letters a reader sees."""
    text = markdown.replace("\\\n", "\n").replace(WORD_JOINER, "")
    return re.sub(r"\\([!-/:-@\[-`{-~])", r"\1", text)


def outside_formulas(markdown: str) -> str:
    return re.sub(r"(?<!\\)\$(?:\\.|[^$\\])*\$", "", markdown)


@pytest.mark.parametrize("source", LITERAL)
def test_plain_text_comes_back_letter_for_letter(source):
    assert shown(safe_md(source)) == source


@pytest.mark.parametrize("source", LITERAL)
def test_no_punctuation_stands_unescaped_outside_formulas(source):
    assert not re.search(r"(?<!\\)(?:\\\\)*[<>\[\]*_`~#|!&]", outside_formulas(safe_md(source)))


@given(st.text(alphabet=st.characters(exclude_characters="$\\", exclude_categories=("C", "Z"))))
def test_any_text_without_formulas_survives(source):
    assert shown(safe_md(source)) == source


@given(st.text(alphabet="가나 $\\()[]{}x^2`%\n<>!*"))
def test_any_mixture_gives_one_paragraph_with_paired_dollars(source):
    markdown = safe_md(source)
    assert "\n\n" not in markdown
    assert len(re.findall(r"(?<!\\)(?:\\\\)*\$", markdown)) % 2 == 0


@given(st.text())
def test_nothing_makes_it_raise_or_lose_hangul(source):
    hangul = [char for char in source if "가" <= char <= "힣"]
    assert [char for char in safe_md(source) if "가" <= char <= "힣"] == hangul


@pytest.mark.parametrize(("source", "markdown"), [
    ("기울기 $\\frac{1}{2}x$이다", "기울기 $\\frac{1}{2}x$이다"),
    ("$△$$ADB$에서", f"$△${WORD_JOINER}$ADB$에서"),
    (r"\(x<y\)와 \[y=1\]", "$x<y$와\\\n$\\displaystyle y=1$"),
    ("앞 $$x$$ 뒤", "앞\\\n$\\displaystyle x$\\\n뒤"),
    ("$30%$ 할인", "$30\\%$ 할인"),
    ("$13 ` m$", "$13 \\, m$"),
    ("$x\n+1$", "$x +1$"),
    (r"$5\$$", r"$5\text{\textdollar}$"),
    (r"$a\hspace{9999em}b$", r"$a\ b$"),
    (r"$\begin{array}{l}a\\[999em]b\end{array}$", r"$\begin{array}{l}a\\b\end{array}$"),
])
def test_formulas_are_handed_to_katex(source, markdown):
    assert safe_md(source) == markdown


@pytest.mark.parametrize("body", [
    r"\href{http://evil.example}{x}", r"\includegraphics{http://evil.example/a.png}", r"\htmlData{a=b}{x}", r"\url{x}",
    r"\def\x{\x\x}\x", r"\gdef\a{1}", r"\newcommand{\a}{\a}", r"\rule{1em}{9999em}", r"\kern999em", r"\raisebox{99em}{x}",
    r"\frac{1}{2", "x}", "{" * 60 + "x" + "}" * 60, "x" * 3000, "x\\\\\\",
])
def test_formulas_that_reach_out_or_do_not_close_are_shown_as_written(body):
    markdown = safe_md(f"앞 ${body}$ 뒤")
    assert not re.search(r"(?<!\\)(?:\\\\)*\$", markdown)
    assert shown(markdown) == f"앞 ${body}$ 뒤"


def test_line_breaks_stay_and_paragraphs_do_not_split_markup():
    assert safe_md("첫 줄\n둘째 줄\n\n\n넷째 줄\n    들여 쓴 줄") == "첫 줄\\\n둘째 줄\\\n\\\n넷째 줄\\\n들여 쓴 줄"
    assert one_line("첫 줄\n 둘째 줄") == "첫 줄 둘째 줄"


def test_marks_that_hide_or_turn_text_are_dropped():
    assert safe_md("가\u202e나\u200b다\ufeff\x00라") == "가나다라"


def test_commands_in_our_own_sentences_are_code_and_nothing_else_is():
    assert sentence("`python -m core embed`를 <b>실행</b>") == "`python -m core embed`를 \\<b\\>실행\\<\\/b\\>"


def test_an_attribute_cannot_be_left():
    assert attribute('"><script>가 나') == "&#34;&#62;&#60;script&#62;가&#32;나"


def test_a_sentence_within_markup_sets_commands_as_code_and_acts_on_nothing():
    drawn = inline("`core embed --all`을 <b>실행</b> | [해](http://x) 주세요")
    code, rest = drawn.split("</code>")
    assert code.startswith("<code>") and html.unescape(code) == "<code>core embed --all"
    assert not set("<>[]()|") & set(rest) and html.unescape(rest) == "을 <b>실행</b> | [해](http://x) 주세요"


def test_a_number_in_our_own_sentence_keeps_its_unit_on_its_line():
    drawn = html.unescape(inline("61.8 %, 200 ms와 7.5 GiB, 3 문항, `--share 5 %`"))
    assert drawn == "61.8\u00a0%, 200\u00a0ms와 7.5\u00a0GiB, 3 문항, <code>--share 5 %</code>"
